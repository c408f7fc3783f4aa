-- Times are milliseconds since the Unix epoch, UTC, by the database's clock. Ids are UUIDs. JSON is text.

create table installation (
    name text primary key,
    value bytea not null
);

create table users (
    id uuid primary key,
    email text not null,
    name text not null,
    password_hash text,
    platform_admin boolean not null default false,
    created_at bigint not null,
    constraint users_email_is_lower_case check (email = lower(email))
);
create unique index users_email on users (email);

-- One row, whose key makes two first set-ups race for it.
create table first_set_up (
    only_one bigint primary key check (only_one = 1),
    user_id uuid not null references users (id),
    done_at bigint not null
);

create table sessions (
    token_hash bytea primary key,
    user_id uuid not null references users (id) on delete cascade,
    csrf text not null,
    created_at bigint not null,
    last_seen_at bigint not null,
    expires_at bigint not null
);
create index sessions_user on sessions (user_id);

create table sign_in_failures (
    subject text not null,
    failed_at bigint not null
);
create index sign_in_failures_subject on sign_in_failures (subject, failed_at);

create table tenants (
    id uuid primary key,
    display_name text not null,
    directory_id text not null,
    primary_domain text not null,
    cloud text not null,
    state text not null check (state in ('pending', 'active', 'suspended', 'archived')),
    labels text not null,
    created_at bigint not null
);
create unique index tenants_directory on tenants (directory_id, cloud);

create table memberships (
    tenant_id uuid not null references tenants (id),
    user_id uuid not null references users (id),
    role text not null check (role in ('readonly', 'operator', 'manager', 'owner')),
    created_at bigint not null,
    primary key (tenant_id, user_id)
);
create index memberships_user on memberships (user_id);

create table connections (
    tenant_id uuid primary key references tenants (id),
    client_id text not null,
    secret bytea not null,
    updated_at bigint not null,
    updated_by text not null
);

create table audit_entries (
    id uuid primary key,
    at bigint not null,
    tenant_id uuid references tenants (id),
    actor_id uuid,
    actor_name text not null,
    address text,
    action text not null,
    object text,
    run_id uuid,
    outcome text not null,
    detail text
);
create index audit_entries_tenant on audit_entries (tenant_id, id);

create table operation_runs (
    id uuid primary key,
    tenant_id uuid references tenants (id),
    type text not null,
    label text not null,
    target text not null,
    status text not null check (status in ('queued', 'running', 'completed')),
    outcome text not null check (outcome in ('pending', 'succeeded', 'partially_succeeded', 'failed', 'blocked', 'cancelled')),
    identity bytea not null,
    initiator_id uuid references users (id),
    initiator_name text not null,
    inputs text not null,
    context text not null,
    parent_id uuid,
    retry_of_id uuid,
    total bigint,
    processed bigint not null default 0,
    succeeded bigint not null default 0,
    failed bigint not null default 0,
    skipped bigint not null default 0,
    next_sequence bigint not null default 1,
    failures text not null default '[]',
    reason_code text,
    reason_sentence text,
    lease_owner uuid,
    lease_expires_at bigint,
    fence bigint not null default 0,
    attempt bigint not null default 0,
    attempts_max bigint not null,
    deadline_ms bigint not null,
    deadline_at bigint,
    available_at bigint not null,
    cancel_requested_at bigint,
    created_at bigint not null,
    started_at bigint,
    completed_at bigint,
    last_progress_at bigint,
    constraint outcome_is_pending_exactly_while_not_completed check ((outcome = 'pending') = (status <> 'completed')),
    constraint completed_at_is_set_exactly_when_completed check ((completed_at is not null) = (status = 'completed')),
    constraint a_lease_has_an_owner_exactly_while_running check ((lease_owner is not null) = (status = 'running')),
    constraint a_lease_expires_exactly_while_running check ((lease_expires_at is not null) = (status = 'running')),
    constraint counts_add_up check (processed = succeeded + failed + skipped)
);
-- The guarantee of one active run.
create unique index operation_runs_active on operation_runs (tenant_id, type, identity) where status in ('queued', 'running');
create index operation_runs_queue on operation_runs (tenant_id, available_at, id) where status = 'queued';
create index operation_runs_running on operation_runs (lease_owner) where status = 'running';
create index operation_runs_tenant on operation_runs (tenant_id, id);
create index operation_runs_type on operation_runs (tenant_id, type, id);
create index operation_runs_outcome on operation_runs (tenant_id, outcome, id);
create index operation_runs_initiator on operation_runs (tenant_id, initiator_id, id);
create index operation_runs_completed on operation_runs (completed_at) where status = 'completed';
create index operation_runs_parent on operation_runs (parent_id) where parent_id is not null;
create index operation_runs_retry_of on operation_runs (retry_of_id) where retry_of_id is not null;

create table operation_run_items (
    run_id uuid not null references operation_runs (id) on delete cascade,
    sequence bigint not null,
    tenant_id uuid,
    key text not null,
    label text not null,
    kind text not null,
    outcome text not null check (outcome in ('pending', 'succeeded', 'incomplete', 'failed', 'skipped', 'conflict', 'unknown')),
    code text,
    message text,
    detail text,
    started_at bigint not null,
    ended_at bigint,
    primary key (run_id, sequence)
);
create unique index operation_run_items_key on operation_run_items (run_id, key);
create index operation_run_items_code on operation_run_items (tenant_id, code, run_id) where code is not null;

create table operation_run_events (
    id bigint generated always as identity primary key,
    run_id uuid not null references operation_runs (id) on delete cascade,
    at bigint not null,
    kind text not null,
    attempt bigint not null,
    worker uuid,
    code text,
    sentence text
);
create index operation_run_events_run on operation_run_events (run_id, id);

create table operation_run_steps (
    run_id uuid not null references operation_runs (id) on delete cascade,
    name text not null,
    cursor text,
    done boolean not null,
    at bigint not null,
    primary key (run_id, name)
);

create table idempotency_keys (
    tenant_id uuid not null,
    actor text not null,
    key text not null,
    body_hash bytea not null,
    run_id uuid not null references operation_runs (id) on delete cascade,
    already_running boolean not null,
    expires_at bigint not null,
    primary key (tenant_id, actor, key)
);
create index idempotency_keys_run on idempotency_keys (run_id);
create index idempotency_keys_expiry on idempotency_keys (expires_at);

create table outbox (
    id bigint generated always as identity primary key,
    run_id uuid not null references operation_runs (id) on delete cascade,
    user_id uuid not null references users (id) on delete cascade,
    kind text not null check (kind in ('queued', 'terminal')),
    created_at bigint not null
);
create index outbox_run on outbox (run_id);

create table notifications (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    run_id uuid not null,
    tenant_id uuid,
    kind text not null check (kind in ('queued', 'terminal')),
    label text not null,
    target text not null,
    outcome text not null,
    created_at bigint not null,
    read_at bigint
);
-- One card per run and person: the terminal one replaces the queued one.
create unique index notifications_card on notifications (user_id, run_id);
create index notifications_newest on notifications (user_id, created_at, id);
create index notifications_unread on notifications (user_id) where read_at is null;

create table nodes (
    id uuid primary key,
    host text not null,
    version text not null,
    roles text not null,
    started_at bigint not null,
    seen_at bigint not null
);

create table blobs (
    tenant_id uuid not null references tenants (id),
    hash bytea not null,
    body bytea not null,
    bytes bigint not null,
    primary key (tenant_id, hash)
);

create table versions (
    id uuid primary key,
    tenant_id uuid not null,
    type_key text not null,
    external_id text not null,
    name text not null,
    content_hash bytea not null,
    blob_hash bytea not null,
    bytes bigint not null,
    run_id uuid not null,
    first_seen_at bigint not null,
    foreign key (tenant_id, blob_hash) references blobs (tenant_id, hash)
);
create index versions_object on versions (tenant_id, type_key, external_id, id);

create table inventory_objects (
    tenant_id uuid not null references tenants (id),
    type_key text not null,
    external_id text not null,
    name text not null,
    name_key text not null,
    platform text not null,
    category text not null,
    version_id uuid references versions (id),
    content_hash bytea,
    complete boolean not null,
    missing_parts text not null,
    modified_at text,
    assignments_count bigint,
    scope_tags text not null,
    first_seen_at bigint not null,
    last_seen_at bigint not null,
    last_seen_run uuid not null,
    changed_at bigint,
    missing_since bigint,
    missing_run uuid,
    primary key (tenant_id, type_key, external_id)
);
create index inventory_objects_name on inventory_objects (tenant_id, name_key, type_key, external_id);
create index inventory_objects_missing_run on inventory_objects (missing_run) where missing_run is not null;

create table inventory_assigned_groups (
    tenant_id uuid not null,
    type_key text not null,
    external_id text not null,
    group_id text not null,
    primary key (tenant_id, type_key, external_id, group_id),
    foreign key (tenant_id, type_key, external_id) references inventory_objects (tenant_id, type_key, external_id) on delete cascade
);
create index inventory_assigned_groups_group on inventory_assigned_groups (tenant_id, group_id);

create table inventory_coverage (
    tenant_id uuid not null references tenants (id),
    type_key text not null,
    run_id uuid not null,
    at bigint not null,
    list_complete boolean not null,
    code text,
    seen bigint not null,
    incomplete bigint not null,
    complete_at bigint,
    primary key (tenant_id, type_key)
);

create table directory_groups (
    tenant_id uuid not null references tenants (id),
    id text not null,
    name text not null,
    name_key text not null,
    description text,
    kind text not null,
    last_seen_at bigint not null,
    last_seen_run uuid not null,
    missing_since bigint,
    primary key (tenant_id, id)
);
create index directory_groups_name on directory_groups (tenant_id, name_key, id);

create table backup_sets (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    run_id uuid not null,
    name text not null,
    creator_name text not null,
    status text not null check (status in ('writing', 'complete', 'partial')),
    manifest bytea,
    manifest_hash text,
    items bigint not null default 0,
    incomplete bigint not null default 0,
    created_at bigint not null,
    sealed_at bigint,
    constraint sealed_exactly_when_not_writing check ((sealed_at is null) = (status = 'writing')),
    constraint a_sealed_set_has_a_manifest check ((manifest is null) = (status = 'writing'))
);
create unique index backup_sets_run on backup_sets (run_id);
create index backup_sets_tenant on backup_sets (tenant_id, id);

create table backup_set_items (
    set_id uuid not null references backup_sets (id),
    sequence bigint not null,
    type_key text not null,
    external_id text not null,
    name text not null,
    version_id uuid references versions (id),
    sha256 text,
    bytes bigint,
    outcome text not null check (outcome in ('succeeded', 'incomplete', 'failed', 'skipped')),
    code text,
    primary key (set_id, sequence)
);
-- An object is in a set once.
create unique index backup_set_items_object on backup_set_items (set_id, type_key, external_id);
create index backup_set_items_version on backup_set_items (version_id);

-- Exact numbers of runs, kept by triggers in the transaction that changes them: always read as a sum.
create table run_counters (
    tenant_id uuid,
    type text not null,
    status text not null,
    outcome text not null,
    runs bigint not null
);

-- Changes of the same counter by many transactions would queue behind one row and could deadlock, so each appends
-- its difference here, and the sweep folds the differences together.
create index run_counters_key on run_counters (tenant_id, type, status, outcome);

-- What changed. `seq` is the writing transaction's id: a reader takes only those below the oldest open one, so that
-- a transaction that commits late is never skipped.
create table run_changes (
    seq bigint not null default (pg_current_xact_id()::text::bigint),
    tenant_id uuid,
    run_id uuid not null,
    at bigint not null default ((extract(epoch from clock_timestamp()) * 1000)::bigint)
);
create index run_changes_seq on run_changes (seq);

create function operation_runs_inserted() returns trigger language plpgsql as $$
begin
    insert into run_counters (tenant_id, type, status, outcome, runs) values (new.tenant_id, new.type, new.status, new.outcome, 1);
    insert into run_changes (tenant_id, run_id) values (new.tenant_id, new.id);
    return null;
end $$;
create trigger operation_runs_inserted after insert on operation_runs
    for each row execute function operation_runs_inserted();

create function operation_runs_moved() returns trigger language plpgsql as $$
begin
    insert into run_counters (tenant_id, type, status, outcome, runs) values
        (old.tenant_id, old.type, old.status, old.outcome, -1),
        (new.tenant_id, new.type, new.status, new.outcome, 1);
    return null;
end $$;
create trigger operation_runs_moved after update of status, outcome on operation_runs
    for each row when (old.status <> new.status or old.outcome <> new.outcome) execute function operation_runs_moved();

create function operation_runs_changed() returns trigger language plpgsql as $$
begin
    insert into run_changes (tenant_id, run_id) values (new.tenant_id, new.id);
    return null;
end $$;
create trigger operation_runs_changed
    after update of status, total, processed, reason_code, available_at, cancel_requested_at on operation_runs
    for each row execute function operation_runs_changed();

create function operation_runs_deleted() returns trigger language plpgsql as $$
begin
    insert into run_counters (tenant_id, type, status, outcome, runs) values (old.tenant_id, old.type, old.status, old.outcome, -1);
    return null;
end $$;
create trigger operation_runs_deleted after delete on operation_runs
    for each row execute function operation_runs_deleted();

create function refuse() returns trigger language plpgsql as $$
begin
    raise exception using errcode = 'integrity_constraint_violation', message = tg_argv[0];
end $$;
create trigger operation_runs_terminal_is_final before update on operation_runs
    for each row when (old.status = 'completed') execute function refuse('terminal rows do not change');
create trigger operation_run_items_ended_is_final before update on operation_run_items
    for each row when (old.outcome <> 'pending') execute function refuse('ended items do not change');
create trigger audit_entries_append_only before update or delete on audit_entries
    for each row execute function refuse('the audit log is append-only');
create trigger audit_entries_no_truncate before truncate on audit_entries
    for each statement execute function refuse('the audit log is append-only');
create trigger backup_sets_sealed before update or delete on backup_sets
    for each row when (old.sealed_at is not null) execute function refuse('a sealed backup set does not change');
create trigger versions_no_update before update on versions
    for each row execute function refuse('a version does not change');

create function backup_set_items_sealed() returns trigger language plpgsql as $$
begin
    if (select sealed_at from backup_sets where id = coalesce(new.set_id, old.set_id)) is not null then
        raise exception using errcode = 'integrity_constraint_violation', message = 'a sealed backup set does not change';
    end if;
    return coalesce(new, old);
end $$;
create trigger backup_set_items_sealed before insert or update or delete on backup_set_items
    for each row execute function backup_set_items_sealed();
