-- Sets that are put away and kept, and which items are in a set because others need them (spec 039). A sealed set does not
-- change, so that it is put away by a row of its own.
create table backup_set_archive (
    set_id blob primary key references backup_sets (id) on delete cascade,
    tenant_id blob not null references tenants (id),
    archived_at bigint not null,
    archived_by_name text not null
);
create index backup_set_archive_tenant on backup_set_archive (tenant_id, set_id);

alter table backup_set_items add column foundation boolean not null default false;
