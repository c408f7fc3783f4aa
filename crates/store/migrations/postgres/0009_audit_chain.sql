-- The audit log becomes a chain for each tenant (spec 024). `chain` is the tenant, or sixteen zero bytes for entries of
-- no tenant. There are no foreign keys: what a link or an entry lacks is for `audit verify` to find and to name.

-- Entries that wait for their link. An entry that commits late may have a smaller id than those that are linked already.
create table audit_unlinked (
    id bigint generated always as identity primary key,
    entry_id uuid not null
);

create table audit_links (
    chain uuid not null,
    position bigint not null,
    entry_id uuid not null unique,
    hash bytea not null,
    primary key (chain, position)
);

create table audit_checkpoints (
    chain uuid not null,
    position bigint not null,
    hash bytea not null,
    at bigint not null,
    key_id bytea not null,
    mac bytea not null,
    primary key (chain, position)
);

-- Once for a statement, however many entries it adds. The trigger comes first: it waits for those that write entries
-- now, so that the entries which are there afterwards are all that it has not seen.
create function audit_entries_await_links() returns trigger language plpgsql as $$
begin
    insert into audit_unlinked (entry_id) select id from added order by id;
    return null;
end $$;
create trigger audit_entries_await_links after insert on audit_entries
    referencing new table as added for each statement execute function audit_entries_await_links();
insert into audit_unlinked (entry_id) select id from audit_entries order by id;

create trigger audit_links_append_only before update or delete on audit_links
    for each row execute function refuse('the audit chain is append-only');
create trigger audit_links_no_truncate before truncate on audit_links
    for each statement execute function refuse('the audit chain is append-only');
create trigger audit_checkpoints_append_only before update or delete on audit_checkpoints
    for each row execute function refuse('the audit chain is append-only');
create trigger audit_checkpoints_no_truncate before truncate on audit_checkpoints
    for each statement execute function refuse('the audit chain is append-only');
