-- Addresses of peers, URLs too, that may lead into this node's own network: the operator named them,
-- or somebody who is there.
create table peer_near (
  peer     integer not null references peers on delete cascade,
  address  text    not null,
  primary key (peer, address)
) strict, without rowid;
insert into peer_near (peer, address)
  select key, url from peers where source = 'operator' and url is not null;
insert into peer_near (peer, address)
  select peer, address from peer_addresses join peers on peers.key = peer where source = 'operator';
