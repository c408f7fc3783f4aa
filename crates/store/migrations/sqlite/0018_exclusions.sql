-- Configuration types that a tenant leaves out of what is observed (spec 035). What was is in the audit log.
create table excluded_types (
    tenant_id blob not null references tenants (id),
    type_key text not null,
    reason text not null,
    excluded_by_name text not null,
    excluded_at bigint not null,
    primary key (tenant_id, type_key)
);
