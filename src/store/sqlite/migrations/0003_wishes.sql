-- What a source's server and feed asked of us, as JSON; null where nothing.
alter table sources add column wishes text;
