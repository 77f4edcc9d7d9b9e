-- Histories that are brought in from elsewhere, and how far that has come.
create table imports (
  id         text    primary key,
  project    integer not null references projects on delete cascade,
  account    integer not null references accounts,    -- who asked for it
  url        text    not null,
  stage      text    not null,        -- metadata, git_data_clone, validation, issue_migration, finalization
  status     text    not null,        -- queued, running, completed, failed, rolled_back
  done       integer not null default 0,
  total      integer not null default 0,
  warnings   text    not null default '[]',           -- JSON
  fault      text,                                    -- a code
  message    text,
  created_at integer not null,                        -- Unix ms
  updated_at integer not null
) strict, without rowid;
create index imports_of on imports (project, created_at);
