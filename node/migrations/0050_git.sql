-- What a landing was before it was imported; null for one that was made here.
alter table landings add column imported_commit blob;       -- git's id, 20 bytes
alter table landings add column imported_author text;
alter table landings add column imported_email text;
alter table landings add column imported_at integer;        -- Unix ms, when it was authored; may be below 0

-- The commit that each landing is in git.
create table git_commits (
  project  integer not null references projects on delete cascade,
  position integer not null,
  id       blob    not null,               -- 20 bytes
  kept     integer not null check (kept in (0, 1)),  -- 1: the residue holds it; 0: made of the landing
  primary key (project, position)
) strict, without rowid;
create unique index git_commits_by_id on git_commits (project, id);

-- Names of positions, as git has them.
create table git_tags (
  project  integer not null references projects on delete cascade,
  name     text    not null,               -- what follows refs/tags/
  oid      blob    not null,               -- a tag object, or a commit
  position integer,                        -- null: not on the project's line
  primary key (project, name)
) strict, without rowid;

-- What of git cannot be made again from our trees: parts that hold small objects, and contents
-- that only side branches have. Both are contents of ours.
create table git_residue (
  project  integer not null references projects on delete cascade,
  number   integer not null,               -- counts from 1
  kind     text    not null check (kind in ('part', 'blob')),
  content  blob    not null,
  size     integer not null,
  primary key (project, number)
) strict, without rowid;

-- Projects that take no landings for a while, and why.
create table landing_holds (
  project  integer primary key references projects on delete cascade,
  reason   text    not null
) strict;
