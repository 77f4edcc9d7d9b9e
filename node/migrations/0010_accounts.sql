-- One row per handle that owns a namespace on this node.
create table accounts (
  key        integer primary key,
  handle     text    not null collate nocase unique,  -- as typed; unique whatever the case
  name       text    not null,
  did        text    not null unique,                 -- did:key of the person's key, held by the node
  is_admin   integer not null check (is_admin in (0, 1)),
  created_at integer not null                         -- Unix ms
) strict;
