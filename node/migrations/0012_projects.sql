create table projects (
  key         integer primary key autoincrement,      -- never used again: events keep naming it
  id          text    not null unique,                -- 'mic:z...': the hash of the genesis document
  owner       integer not null references accounts,
  handle      text    not null collate nocase,
  name        text    not null,
  description text    not null,
  visibility  text    not null check (visibility in ('public', 'private')),
  document    blob    not null,                       -- sha256 of the newest signed document's envelope
  created_at  integer not null,                       -- Unix ms
  updated_at  integer not null,
  deleted_at  integer                                 -- gone for all; its bytes follow after a grace
) strict;
create unique index projects_by_name on projects (owner, handle) where deleted_at is null;
create index projects_public on projects (key) where deleted_at is null and visibility = 'public';

-- The signed versions of a project's document, each chained to the one before.
create table project_documents (
  project  integer not null references projects on delete cascade,
  version  integer not null,                          -- counts from 1, the genesis
  document blob    not null,                          -- sha256 of the envelope, an object
  primary key (project, version)
) strict, without rowid;
