-- What happened to somebody, of which they are told; only the newest of each account are kept.
create table notifications (
  account  integer not null references accounts on delete cascade,
  event    integer not null,                         -- seq of what happened
  kind     text    not null,                         -- its kind
  project  integer references projects on delete cascade,
  actor    text    not null,                         -- handle of whoever did it, as it was then
  position integer,                                  -- of a landing
  text     text    not null,                         -- a role, a reason, an address
  at       integer not null,                         -- Unix ms
  is_read  integer not null default 0 check (is_read in (0, 1)),
  primary key (account, event)
) strict, without rowid;
create index notifications_unread on notifications (account) where is_read = 0;

-- Nobody is told today of what happened before there was this table.
insert into cursors (subscriber, seq) select 'notifications', max(seq) from events having max(seq) > 0;
