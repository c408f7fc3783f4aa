-- The audit log becomes a chain for each tenant (spec 024). `chain` is the tenant, or sixteen zero bytes for entries of
-- no tenant. There are no foreign keys: what a link or an entry lacks is for `audit verify` to find and to name.

-- Entries that wait for their link. An entry that commits late may have a smaller id than those that are linked already.
create table audit_unlinked (
    id integer primary key,
    entry_id blob not null
);

create table audit_links (
    chain blob not null,
    position bigint not null,
    entry_id blob not null unique,
    hash blob not null,
    primary key (chain, position)
);

create table audit_checkpoints (
    chain blob not null,
    position bigint not null,
    hash blob not null,
    at bigint not null,
    key_id blob not null,
    mac blob not null,
    primary key (chain, position)
);

create trigger audit_entries_await_links after insert on audit_entries begin
    insert into audit_unlinked (entry_id) values (new.id);
end;
insert into audit_unlinked (entry_id) select id from audit_entries order by id;

create trigger audit_links_no_update before update on audit_links begin
    select raise(abort, 'the audit chain is append-only');
end;
create trigger audit_links_no_delete before delete on audit_links begin
    select raise(abort, 'the audit chain is append-only');
end;
create trigger audit_checkpoints_no_update before update on audit_checkpoints begin
    select raise(abort, 'the audit chain is append-only');
end;
create trigger audit_checkpoints_no_delete before delete on audit_checkpoints begin
    select raise(abort, 'the audit chain is append-only');
end;
