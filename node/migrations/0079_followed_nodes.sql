-- Nodes that the operator follows by their actor documents: who they are and where, they sign there.
create table followed_nodes (
  key       integer primary key,
  address   text    not null unique,                  -- as it was typed: @node@host, or the document's URL
  did       text,                                     -- the key that the document named first: no other is believed
  url       text,                                     -- where the document was when it was last read
  added_at  integer not null,                         -- Unix ms, as all of the following
  read_at   integer,                                  -- when it was last read and believed
  due_at    integer not null,                         -- when to read it again
  failures  integer not null default 0,               -- attempts in a row that came to nothing
  code      text,                                     -- why the last attempt came to nothing
  error     text,
  check (did is not null or read_at is null)
) strict;
create index followed_nodes_due on followed_nodes (due_at);
