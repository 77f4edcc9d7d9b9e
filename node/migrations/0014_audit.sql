-- Who did what. Rows outlive accounts and projects, hence no foreign keys; each holds the hash of
-- itself and of the row before, so that a changed, removed or inserted row is found.
create table audit (
  seq      integer primary key autoincrement,         -- without gaps
  account  integer,                                   -- null: nobody, or the node itself
  handle   text,                                      -- as it was then
  token    integer,                                   -- the token it was done with, if one
  project  integer,
  action   text    not null,                          -- 'project.created', 'session.landed', ...
  metadata text    not null,                          -- JSON, never queried
  at       integer not null,                          -- Unix ms
  hash     blob    not null                           -- sha256 of the hash before and this row
) strict;
create index audit_of_project on audit (project, seq);
create index audit_of_account on audit (account, seq);
