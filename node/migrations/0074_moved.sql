-- Projects that this node ordered, until their owner gave them another home.
create table projects_moved (
  project  integer primary key references projects on delete cascade,
  position integer not null,       -- the newest landing here that the new home goes on from
  stays    integer not null,       -- 1: landings stand behind it that count nowhere else, so nothing
                                   -- of the new home is taken in
  at       integer not null        -- Unix ms
) strict;
