-- Projects that this node orders and others hold further than it does: it was put back to an older
-- state. It signs nothing for them until it has got back what it had signed.
create table projects_behind (
  project  integer primary key references projects on delete cascade,
  position integer not null,               -- the newest that this node's key is known to have signed;
                                           -- 0: unknown, its peers are being asked
  since    integer not null,               -- Unix ms
  reason   text    not null default ''     -- why it has not caught up so far
) strict;
