-- Which models the projects of an account may name, and which one a new project names by itself.
create table account_llms (
  account       integer primary key references accounts on delete cascade,
  allowed       text not null default '[]' check (json_valid(allowed)),  -- JSON, names; none: any model
  default_model text not null default ''                                 -- empty: none
) strict;
