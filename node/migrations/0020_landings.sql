-- One row per landing; a project's head is its highest position.
create table landings (
  project        integer not null references projects on delete cascade,
  position       integer not null check (position > 0),  -- counts from 1 without gaps
  id             blob    not null,   -- sha256 of the signed record's envelope
  tree           blob    not null,   -- sha256 of the root tree after this landing
  previous_tree  blob    not null,
  session        text    not null,
  author         integer not null,   -- account
  author_handle  text    not null,   -- as it was at the landing
  author_did     text,               -- who signed the contribution; null: nobody did
  goal           text    not null,
  origin         text    not null,   -- human, ai-assisted, ai-generated, unknown
  model          text,
  contribution   blob,               -- envelope of the contribution statement
  transcript     blob    not null,
  changes        blob    not null,   -- content id of the change list
  changes_size   integer not null,
  changed        integer not null,   -- how many paths
  clock          text    not null,   -- hybrid logical clock, physical.logical@node
  landed_at      integer not null,   -- Unix ms
  primary key (project, position)
) strict, without rowid;
create unique index landings_session on landings (project, session);
create index landings_author on landings (author, landed_at);

-- Which landing touched a path: the conflict check, the history of a path and the newest landing of
-- every entry of a directory are each one lookup, however long the history is.
create table path_touches (
  project   integer not null references projects on delete cascade,
  path      integer not null,        -- mmh3 64 bit of the path, seeded by the node's key
  position  integer not null,
  below     integer not null,        -- 1: only something below this directory changed
  primary key (project, path, position)
) strict, without rowid;
