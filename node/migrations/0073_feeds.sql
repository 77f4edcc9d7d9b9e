-- What people did, in the order in which feeds show it. Whether somebody may see it is asked when it
-- is read. No foreign key to the account: what somebody landed stays when they go.
create table feed_items (
  key      integer primary key,
  account  integer not null,                         -- who did it
  project  integer not null references projects on delete cascade,
  kind     text    not null check (kind in ('landed', 'starred', 'created')),
  position integer not null default 0,               -- of a landing
  at       integer not null,                         -- Unix ms
  unique (project, kind, account, position)
) strict;
create index feed_items_of_account on feed_items (account, at);
create index feed_items_of_project on feed_items (project, kind, at);

-- How much somebody landed on which project on a day.
create table feed_days (
  account  integer not null,
  day      integer not null,                         -- days since 1970, UTC
  project  integer not null references projects on delete cascade,
  landings integer not null,
  primary key (account, day, project)
) strict, without rowid;
create index feed_days_of_project on feed_days (project);

-- The landings of a project up to this position are in the feeds.
create table feed_counts (
  project  integer primary key references projects on delete cascade,
  position integer not null
) strict;

-- Whose feed somebody wants to see beside the projects that they starred.
create table follows (
  account  integer not null references accounts on delete cascade,
  followed integer not null references accounts on delete cascade,
  at       integer not null,                         -- Unix ms
  primary key (account, followed)
) strict, without rowid;
create index follows_of on follows (followed);

insert into jobs (kind, payload, run_at)
  select 'feeds.write', printf('{"project":%d}', key), 0 from projects where deleted_at is null;
