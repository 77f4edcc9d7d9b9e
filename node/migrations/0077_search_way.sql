-- The tree that a project's files are being brought to, while that takes several transactions.
alter table search_state add column toward blob;         -- sha256 of the root tree
