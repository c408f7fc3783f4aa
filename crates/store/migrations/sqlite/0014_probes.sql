-- Change probes (spec 032): when they are due, how far each audit log was read, which events were handled since, and who
-- made which version. Who it was is encrypted like the documents are.
create table change_probes (
    tenant_id blob primary key references tenants (id),
    every_minutes bigint check (every_minutes > 0),
    next_at bigint,
    chosen_by_name text not null,
    chosen_at bigint not null,
    constraint due_exactly_while_switched_on check ((next_at is null) = (every_minutes is null))
);
create index change_probes_due on change_probes (next_at) where next_at is not null;

create table change_logs (
    tenant_id blob not null references tenants (id),
    log text not null,
    read_from bigint not null,
    read_at bigint not null,
    run_id blob not null,
    primary key (tenant_id, log)
);

create table change_events (
    tenant_id blob not null references tenants (id),
    log text not null,
    event_id text not null,
    object_id text not null,
    at bigint not null,
    primary key (tenant_id, log, event_id, object_id)
);

create table version_authors (
    version_id blob primary key references versions (id) on delete cascade,
    tenant_id blob not null,
    at bigint not null,
    others bigint not null,
    body blob not null
);
