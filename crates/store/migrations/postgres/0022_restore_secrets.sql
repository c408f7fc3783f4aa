-- Values that somebody has entered for a restore (spec 042): encrypted, and gone when the restore is over or their time is.
create table restore_secrets (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    restore_id uuid not null references restores (id) on delete cascade,
    value bytea not null,
    expires_at bigint not null
);
create index restore_secrets_of on restore_secrets (restore_id);
