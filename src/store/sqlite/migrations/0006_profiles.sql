-- What healthy runs over a source look like: JSON, packed. Apart from the source's row, which every run writes anew.
create table profiles (
    source integer primary key references sources (nr),
    packed blob not null
) strict;
insert into profiles (source, packed)
    select nr, cast(x'00' || profile as blob) from sources where profile is not null;
alter table sources drop column profile;
