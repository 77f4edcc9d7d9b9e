-- A unit of work: active, landed or abandoned. Its id is the client's choice, so it is unique in
-- its project only: nobody can keep an id from another project.
create table sessions (
  key           integer primary key,
  project       integer not null references projects on delete cascade,
  id            text    not null,
  author        integer not null references accounts,
  goal          text    not null,
  status        text    not null check (status in ('active', 'landed', 'abandoned')),
  base_position integer not null check (base_position >= 0),
  origin        text    not null,
  model         text,
  started_at    integer not null,                     -- Unix ms
  ended_at      integer,                              -- when it was landed or abandoned
  position      integer,                              -- where it landed
  transcript    blob,                                 -- sha256 of the landed transcript, an object
  epoch         integer not null default 0,           -- the last batch of changes taken in
  unique (project, id),
  check ((status = 'landed') = (position is not null)),
  check ((status = 'active') = (ended_at is null))
) strict;
create index sessions_by_status on sessions (project, status, key);

-- What was said and decided while a session is active; a landed one has it in its transcript.
create table session_messages (
  key     integer primary key,
  session integer not null references sessions on delete cascade,
  role    text    not null,
  text    text    not null,
  at      integer not null
) strict;
create index session_messages_of on session_messages (session, key);

create table session_decisions (
  key     integer primary key,
  session integer not null references sessions on delete cascade,
  text    text    not null,
  why     text    not null,
  at      integer not null
) strict;
create index session_decisions_of on session_decisions (session, key);

-- Changes sent ahead of a landing, a batch an epoch; gone once the session ends.
create table session_epochs (
  session integer not null references sessions on delete cascade,
  epoch   integer not null check (epoch > 0),
  changes blob    not null,                           -- an encoded change list
  primary key (session, epoch)
) strict, without rowid;
