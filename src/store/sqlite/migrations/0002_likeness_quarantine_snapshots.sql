-- SimHash of the full text, where there is enough of it.
alter table entries add column likeness integer;
-- Where an operator made two entries one: the one that speaks for this one, which has a tombstone and keeps its text.
alter table entries add column merged_into integer references entries (nr);
create index entries_merged on entries (merged_into) where merged_into is not null;
-- When a key was learnt.
alter table keys add column since integer;

-- What healthy runs over a source look like, as JSON.
alter table sources add column profile text;

-- Runs that were not published: their drafts, packed JSON. At most one a source.
create table quarantine (
    source integer primary key references sources (nr),
    held integer not null,
    reason text not null,
    drafts blob not null
) strict;

-- Answers as they came, to be read again.
create table snapshots (
    nr integer primary key,
    source integer not null references sources (nr),
    -- When the run began, and when the answer came.
    run integer not null,
    taken integer not null,
    -- `listing` or `article`.
    role text not null,
    url text not null,
    asked text not null,
    status integer not null,
    media_type text,
    content_language text,
    charset text not null,
    -- The bytes, packed; null where an earlier snapshot of the source has the same: `same_as`.
    packed blob,
    same_as integer,
    hash integer not null
) strict;
create index snapshots_of_source on snapshots (source, run);
create index snapshots_in_time on snapshots (taken);
create index snapshots_same on snapshots (source, hash) where packed is not null;
