-- What a key may sign with: null any of its account; 'device:N' or 'token:N' that one only, so that
-- a key ends with the device or the token that brought it.
alter table device_keys add column credential text;
