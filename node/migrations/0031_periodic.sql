-- When each periodic job was last owed, so that a node that restarts often still does it in its time.
create table periodic (
  kind     text    not null primary key,
  at       integer not null            -- Unix ms
) strict, without rowid;
