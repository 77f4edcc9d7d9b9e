alter table projects add column archived_at integer;  -- Unix ms; null: not archived
alter table projects add column stored_bytes integer not null default 0;  -- what came in through it
