-- What is counted of projects, so that no list has to walk anything.
alter table projects add column stars integer not null default 0;
alter table projects add column forks integer not null default 0;      -- public ones of this node
alter table projects add column landings integer not null default 0;   -- the newest position
alter table projects add column active_at integer not null default 0;  -- Unix ms: its newest landing, or its making

-- Who likes which project.
create table project_stars (
  project  integer not null references projects on delete cascade,
  account  integer not null references accounts on delete cascade,
  at       integer not null,                         -- Unix ms
  primary key (project, account)
) strict, without rowid;
create index project_stars_of on project_stars (account, at);
create index project_stars_lately on project_stars (at);

-- What happened to a project on a day, for what is trending.
create table project_days (
  project  integer not null references projects on delete cascade,
  day      integer not null,                         -- days since 1970, UTC
  landings integer not null default 0,               -- those made then: neither imported nor inherited
  primary key (project, day)
) strict, without rowid;
create index project_days_lately on project_days (day);

-- When somebody last looked at a project, or did something with it.
create table project_interactions (
  account  integer not null references accounts on delete cascade,
  project  integer not null references projects on delete cascade,
  kind     text    not null check (kind in ('view', 'star', 'fork')),  -- the last one
  count    integer not null default 1,
  last_at  integer not null,                         -- Unix ms
  primary key (account, project)
) strict, without rowid;
create index project_interactions_lately on project_interactions (account, last_at);

-- Projects that go on from a position of another one.
create table forks (
  project  integer primary key references projects on delete cascade,
  origin   text    not null,                         -- id of the project it goes on from
  position integer not null,                         -- and the position there
  record   blob    not null,                         -- id of that position's landing record
  synced   integer not null                          -- the origin's landings up to this one are here
) strict;
create index forks_of on forks (origin);

-- What a landing brought from another project; null for one that was made here.
alter table landings add column carried_project text;       -- id of that project
alter table landings add column carried_position integer;
alter table landings add column carried_record blob;        -- id of its landing record there
alter table landings add column carried_at integer;         -- Unix ms, when it landed there

-- How many bytes of which language a project's files are, as of a position.
create table project_languages (
  project  integer not null references projects on delete cascade,
  language text    not null,
  bytes    integer not null,
  primary key (project, language)
) strict, without rowid;
create table language_counts (
  project  integer primary key references projects on delete cascade,
  position integer not null                          -- the landings up to this one are counted
) strict;
insert into jobs (kind, payload, run_at)
  select 'languages.count', printf('{"project":%d}', key), 0 from projects
  where exists (select 1 from landings where landings.project = projects.key);

create trigger project_begun after insert on projects begin
  update projects set active_at = new.created_at where key = new.key;
end;

create trigger star_given after insert on project_stars begin
  update projects set stars = stars + 1 where key = new.project;
end;

create trigger star_taken after delete on project_stars begin
  update projects set stars = stars - 1 where key = old.project;
end;

create trigger landing_counted after insert on landings begin
  update projects set landings = max(landings, new.position),
    active_at = max(active_at, new.landed_at) where key = new.project;
end;

-- An author of 0 is nobody here: the landing came with a fork.
create trigger landing_of_a_day after insert on landings
  when new.imported_commit is null and new.author <> 0 begin
  insert into project_days (project, day, landings) values (new.project, new.landed_at / 86400000, 1)
    on conflict do update set landings = landings + 1;
end;

create trigger landing_uncounted after delete on landings begin
  update projects set landings = min(landings, old.position - 1) where key = old.project;
end;

create trigger fork_made after insert on forks begin
  update projects set forks = (select count(*) from forks join projects as one on one.key = project
    where origin = new.origin and one.deleted_at is null and one.visibility = 'public')
    where id = new.origin;
end;

create trigger fork_changed after update of deleted_at, visibility on projects
  when exists (select 1 from forks where project = new.key) begin
  update projects set forks = (select count(*) from forks join projects as one on one.key = project
    where origin = (select origin from forks where project = new.key)
      and one.deleted_at is null and one.visibility = 'public')
    where id = (select origin from forks where project = new.key);
end;

create index projects_popular on projects (stars desc, created_at desc) where deleted_at is null;
create index projects_active on projects (active_at desc) where deleted_at is null;

update projects set
  landings = coalesce((select max(position) from landings where project = projects.key), 0),
  active_at = max(created_at, coalesce((select landed_at from landings
    where project = projects.key order by position desc limit 1), 0));
insert into project_days (project, day, landings)
  select project, landed_at / 86400000, count(*) from landings
  where imported_commit is null group by project, landed_at / 86400000;
