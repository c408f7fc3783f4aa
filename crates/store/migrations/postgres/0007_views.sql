-- Saved views of the operations list, files that exports have made, and what a person prefers (spec 020).

-- Shared by all members where it has no owner. `filter` is JSON: the names and values of an address.
create table run_views (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    owner_id uuid references users (id) on delete cascade,
    name text not null,
    name_key text not null,
    filter text not null,
    everybodys_default boolean not null default false,
    created_by_name text not null,
    created_at bigint not null,
    changed_at bigint not null,
    constraint a_personal_view_is_nobody_elses_default check (not everybodys_default or owner_id is null)
);
create unique index run_views_personal on run_views (tenant_id, owner_id, name_key) where owner_id is not null;
create unique index run_views_shared on run_views (tenant_id, name_key) where owner_id is null;
create unique index run_views_default on run_views (tenant_id) where everybodys_default;

-- What a person's list opens with. Without a view: with everything, also where the tenant has a default.
create table run_view_defaults (
    tenant_id uuid not null references tenants (id),
    user_id uuid not null references users (id) on delete cascade,
    view_id uuid references run_views (id) on delete cascade,
    primary key (tenant_id, user_id)
);
create index run_view_defaults_view on run_view_defaults (view_id) where view_id is not null;

-- One file of one run. `position` is the run that the next part begins behind.
create table export_files (
    run_id uuid primary key references operation_runs (id) on delete cascade,
    tenant_id uuid not null references tenants (id),
    format text not null,
    parts bigint not null default 0,
    row_count bigint not null default 0,
    bytes bigint not null default 0,
    position text,
    created_at bigint not null,
    finished_at bigint,
    expires_at bigint not null
);
create index export_files_expiry on export_files (expires_at);

-- Compressed, then encrypted.
create table export_parts (
    run_id uuid not null references export_files (run_id) on delete cascade,
    number bigint not null,
    body bytea not null,
    bytes bigint not null,
    primary key (run_id, number)
);

-- An IANA name; absent is UTC.
alter table users add column zone text;
alter table users add column keys_off boolean not null default false;
