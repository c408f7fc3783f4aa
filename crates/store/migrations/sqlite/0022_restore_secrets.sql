-- Values that somebody has entered for a restore (spec 042): encrypted, and gone when the restore is over or their time is.
create table restore_secrets (
    id blob primary key,
    tenant_id blob not null references tenants (id),
    restore_id blob not null references restores (id) on delete cascade,
    value blob not null,
    expires_at bigint not null
);
create index restore_secrets_of on restore_secrets (restore_id);
