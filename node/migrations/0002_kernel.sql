-- What happened, in order; subscribers follow it with their own cursor.
create table events (
  seq      integer primary key autoincrement,
  kind     text    not null,           -- 'landing.landed', 'project.created', ...
  project  integer,                    -- key of the project; not a foreign key: events outlive it
  data     text    not null,           -- JSON, never queried
  at       integer not null            -- Unix ms
) strict;

create table cursors (
  subscriber text primary key,
  seq        integer not null          -- the last event dealt with
) strict, without rowid;

-- Work owed. A leased job is one whose run_at lies in the future.
create table jobs (
  key      integer primary key,
  kind     text    not null,
  payload  text    not null,           -- JSON with sorted keys, so that equal work is one row
  run_at   integer not null,           -- Unix ms
  tries    integer not null default 0,
  failed   integer not null default 0 check (failed in (0, 1)),
  reason   text,
  unique (kind, payload)
) strict;
create index jobs_due on jobs (failed, run_at);
