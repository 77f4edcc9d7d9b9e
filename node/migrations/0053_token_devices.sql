-- Which device made a token, itself or by a token that it made; null: a browser, or the node itself.
alter table tokens add column device integer references device_sessions on delete set null;

-- Signed out by its owner or because a secret of it was stolen, not by itself: what it made ends too.
alter table device_sessions add column disowned_at integer;   -- Unix ms
