-- A URL that a peer says is its own is a hint, until who is there has shown the same key.
alter table peers add column url_proven integer not null default 0 check (url_proven in (0, 1));
