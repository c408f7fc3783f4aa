-- Where the reading of what changed among a directory's groups goes on (spec 005). The state holds a link of Microsoft's and
-- is encrypted; `turn` moves with each, so that of two runs that began at the same one only one moves it on.
create table group_changes (
    tenant_id blob primary key references tenants (id),
    turn bigint not null,
    state blob,
    whole_at bigint
);
