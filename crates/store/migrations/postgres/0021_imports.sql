-- Sets that were made from files (spec 040): what was sent, where a set is from, and versions that nobody has observed.

create table uploads (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    name text not null,
    sha256 text not null,
    bytes bigint not null,
    parts bigint not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index uploads_expiry on uploads (expires_at);

-- Encrypted.
create table upload_parts (
    upload_id uuid not null references uploads (id) on delete cascade,
    number bigint not null,
    body bytea not null,
    primary key (upload_id, number)
);

-- Also in the set's manifest. JSON.
create table backup_set_origins (
    set_id uuid primary key references backup_sets (id) on delete cascade,
    tenant_id uuid not null references tenants (id),
    body text not null
);

-- Content of a set and no observation: histories leave it out.
alter table versions add column imported boolean not null default false;
