-- Projects that other nodes order, held and served here as they are there.
alter table projects add column home text;            -- did of the node that orders it; null: this one
create index projects_mirrored on projects (key) where home is not null;

-- The owner of a mirror, whom this node knows by key and name only: nobody signs in as that account.
-- Its handle has an @, which no account of this node can have.
alter table accounts add column is_remote integer not null default 0 check (is_remote in (0, 1));

-- Who made what landed elsewhere, as the home calls them; null: as the account is called.
alter table sessions add column author_handle text;

-- Nodes that may hold a project that is not public, as its newest document says.
create table project_peers (
  project  integer not null references projects on delete cascade,
  did      text    not null,
  primary key (project, did)
) strict, without rowid;
create index project_peers_by_did on project_peers (did);

-- What a project's home said of it when it went: this node of its own, other nodes of mirrors. They
-- stay when the project is gone: they are all that can be told of it.
create table project_notices (
  project  text    not null,               -- id
  peer     text    not null,               -- did of the node it is for; empty: for whoever asks
  state    text    not null check (state in ('deleted', 'withdrawn')),
  version  integer not null,               -- of the project's documents; a newer one takes it back
  at       integer not null,               -- Unix ms
  notice   blob    not null,               -- keys.statements.notice, the signed envelope itself
  primary key (project, peer)
) strict, without rowid;

-- What was made of landings that are forgotten goes with them: a mirror may have followed an old
-- home too far.
create trigger landings_forgotten after delete on landings begin
  delete from git_commits where project = old.project and position = old.position;
  delete from rollups where project = old.project
    and start + case level when 1 then 100 when 2 then 10000 else 1000000 end > old.position;
end;

create index landings_imported on landings (project, position) where imported_commit is not null;
