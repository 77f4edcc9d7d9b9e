-- What a project says of itself besides its name; empty where it says nothing.
alter table projects add column url text not null default '';        -- its own site, http or https
alter table projects add column llm_model text not null default '';  -- the model its agents are to use
