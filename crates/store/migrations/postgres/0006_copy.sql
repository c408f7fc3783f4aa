-- How far each table has come when this database is made as a copy of another (spec 022). Empty otherwise.

create table database_copy (
    name text primary key,
    source text not null,
    last_row bigint not null,
    copied bigint not null,
    done boolean not null
);
