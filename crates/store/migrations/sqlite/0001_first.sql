-- Times are milliseconds since the Unix epoch, UTC, by the database's clock. Ids are UUIDs (16 bytes). JSON is text.

create table installation (
    name text primary key,
    value blob not null
);

create table users (
    id blob primary key,
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
    user_id blob not null references users (id),
    done_at bigint not null
);

create table sessions (
    token_hash blob primary key,
    user_id blob not null references users (id) on delete cascade,
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
    id blob primary key,
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
    tenant_id blob not null references tenants (id),
    user_id blob not null references users (id),
    role text not null check (role in ('readonly', 'operator', 'manager', 'owner')),
    created_at bigint not null,
    primary key (tenant_id, user_id)
);
create index memberships_user on memberships (user_id);

create table connections (
    tenant_id blob primary key references tenants (id),
    client_id text not null,
    secret blob not null,
    updated_at bigint not null,
    updated_by text not null
);

create table audit_entries (
    id blob primary key,
    at bigint not null,
    tenant_id blob references tenants (id),
    actor_id blob,
    actor_name text not null,
    address text,
    action text not null,
    object text,
    run_id blob,
    outcome text not null,
    detail text
);
create index audit_entries_tenant on audit_entries (tenant_id, id);

create table operation_runs (
    id blob primary key,
    tenant_id blob references tenants (id),
    type text not null,
    label text not null,
    target text not null,
    status text not null check (status in ('queued', 'running', 'completed')),
    outcome text not null check (outcome in ('pending', 'succeeded', 'partially_succeeded', 'failed', 'blocked', 'cancelled')),
    identity blob not null,
    initiator_id blob references users (id),
    initiator_name text not null,
    inputs text not null,
    context text not null,
    parent_id blob,
    retry_of_id blob,
    total bigint,
    processed bigint not null default 0,
    succeeded bigint not null default 0,
    failed bigint not null default 0,
    skipped bigint not null default 0,
    next_sequence bigint not null default 1,
    failures text not null default '[]',
    reason_code text,
    reason_sentence text,
    lease_owner blob,
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
    run_id blob not null references operation_runs (id) on delete cascade,
    sequence bigint not null,
    tenant_id blob,
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
    id integer primary key autoincrement,
    run_id blob not null references operation_runs (id) on delete cascade,
    at bigint not null,
    kind text not null,
    attempt bigint not null,
    worker blob,
    code text,
    sentence text
);
create index operation_run_events_run on operation_run_events (run_id, id);

create table operation_run_steps (
    run_id blob not null references operation_runs (id) on delete cascade,
    name text not null,
    cursor text,
    done boolean not null,
    at bigint not null,
    primary key (run_id, name)
);

create table idempotency_keys (
    tenant_id blob not null,
    actor text not null,
    key text not null,
    body_hash blob not null,
    run_id blob not null references operation_runs (id) on delete cascade,
    already_running boolean not null,
    expires_at bigint not null,
    primary key (tenant_id, actor, key)
);
create index idempotency_keys_run on idempotency_keys (run_id);
create index idempotency_keys_expiry on idempotency_keys (expires_at);

create table outbox (
    id integer primary key autoincrement,
    run_id blob not null references operation_runs (id) on delete cascade,
    user_id blob not null references users (id) on delete cascade,
    kind text not null check (kind in ('queued', 'terminal')),
    created_at bigint not null
);
create index outbox_run on outbox (run_id);

create table notifications (
    id blob primary key,
    user_id blob not null references users (id) on delete cascade,
    run_id blob not null,
    tenant_id blob,
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
    id blob primary key,
    host text not null,
    version text not null,
    roles text not null,
    started_at bigint not null,
    seen_at bigint not null
);

create table blobs (
    tenant_id blob not null references tenants (id),
    hash blob not null,
    body blob not null,
    bytes bigint not null,
    primary key (tenant_id, hash)
);

create table versions (
    id blob primary key,
    tenant_id blob not null,
    type_key text not null,
    external_id text not null,
    name text not null,
    content_hash blob not null,
    blob_hash blob not null,
    bytes bigint not null,
    run_id blob not null,
    first_seen_at bigint not null,
    foreign key (tenant_id, blob_hash) references blobs (tenant_id, hash)
);
create index versions_object on versions (tenant_id, type_key, external_id, id);

create table inventory_objects (
    tenant_id blob not null references tenants (id),
    type_key text not null,
    external_id text not null,
    name text not null,
    name_key text not null,
    platform text not null,
    category text not null,
    version_id blob references versions (id),
    content_hash blob,
    complete boolean not null,
    missing_parts text not null,
    modified_at text,
    assignments_count bigint,
    scope_tags text not null,
    first_seen_at bigint not null,
    last_seen_at bigint not null,
    last_seen_run blob not null,
    changed_at bigint,
    missing_since bigint,
    missing_run blob,
    primary key (tenant_id, type_key, external_id)
);
create index inventory_objects_name on inventory_objects (tenant_id, name_key, type_key, external_id);
create index inventory_objects_missing_run on inventory_objects (missing_run) where missing_run is not null;

create table inventory_assigned_groups (
    tenant_id blob not null,
    type_key text not null,
    external_id text not null,
    group_id text not null,
    primary key (tenant_id, type_key, external_id, group_id),
    foreign key (tenant_id, type_key, external_id) references inventory_objects (tenant_id, type_key, external_id) on delete cascade
);
create index inventory_assigned_groups_group on inventory_assigned_groups (tenant_id, group_id);

create table inventory_coverage (
    tenant_id blob not null references tenants (id),
    type_key text not null,
    run_id blob not null,
    at bigint not null,
    list_complete boolean not null,
    code text,
    seen bigint not null,
    incomplete bigint not null,
    complete_at bigint,
    primary key (tenant_id, type_key)
);

create table directory_groups (
    tenant_id blob not null references tenants (id),
    id text not null,
    name text not null,
    name_key text not null,
    description text,
    kind text not null,
    last_seen_at bigint not null,
    last_seen_run blob not null,
    missing_since bigint,
    primary key (tenant_id, id)
);
create index directory_groups_name on directory_groups (tenant_id, name_key, id);

create table backup_sets (
    id blob primary key,
    tenant_id blob not null references tenants (id),
    run_id blob not null,
    name text not null,
    creator_name text not null,
    status text not null check (status in ('writing', 'complete', 'partial')),
    manifest blob,
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
    set_id blob not null references backup_sets (id),
    sequence bigint not null,
    type_key text not null,
    external_id text not null,
    name text not null,
    version_id blob references versions (id),
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
    tenant_id blob,
    type text not null,
    status text not null,
    outcome text not null,
    runs bigint not null
);

create unique index run_counters_key on run_counters (tenant_id, type, status, outcome);

-- What changed, in the order of commits: one reader feeds every live view.
create table run_changes (
    seq integer primary key autoincrement,
    tenant_id blob,
    run_id blob not null,
    at bigint not null default (cast(unixepoch('subsec') * 1000 as integer))
);

create trigger operation_runs_inserted after insert on operation_runs begin
    insert into run_counters (tenant_id, type, status, outcome, runs) values (new.tenant_id, new.type, new.status, new.outcome, 1)
        on conflict (tenant_id, type, status, outcome) do update set runs = runs + 1;
    insert into run_changes (tenant_id, run_id) values (new.tenant_id, new.id);
end;

create trigger operation_runs_moved after update of status, outcome on operation_runs
when old.status <> new.status or old.outcome <> new.outcome begin
    update run_counters set runs = runs - 1
        where tenant_id is old.tenant_id and type = old.type and status = old.status and outcome = old.outcome;
    insert into run_counters (tenant_id, type, status, outcome, runs) values (new.tenant_id, new.type, new.status, new.outcome, 1)
        on conflict (tenant_id, type, status, outcome) do update set runs = runs + 1;
end;

create trigger operation_runs_changed
after update of status, total, processed, reason_code, available_at, cancel_requested_at on operation_runs begin
    insert into run_changes (tenant_id, run_id) values (new.tenant_id, new.id);
end;

create trigger operation_runs_deleted after delete on operation_runs begin
    update run_counters set runs = runs - 1
        where tenant_id is old.tenant_id and type = old.type and status = old.status and outcome = old.outcome;
end;

create trigger operation_runs_terminal_is_final before update on operation_runs when old.status = 'completed' begin
    select raise(abort, 'terminal rows do not change');
end;

create trigger operation_run_items_ended_is_final before update on operation_run_items when old.outcome <> 'pending' begin
    select raise(abort, 'ended items do not change');
end;

create trigger audit_entries_no_update before update on audit_entries begin
    select raise(abort, 'the audit log is append-only');
end;
create trigger audit_entries_no_delete before delete on audit_entries begin
    select raise(abort, 'the audit log is append-only');
end;

create trigger backup_sets_sealed_no_update before update on backup_sets when old.sealed_at is not null begin
    select raise(abort, 'a sealed backup set does not change');
end;
create trigger backup_sets_sealed_no_delete before delete on backup_sets when old.sealed_at is not null begin
    select raise(abort, 'a sealed backup set does not change');
end;
create trigger backup_set_items_sealed_no_insert before insert on backup_set_items
when (select sealed_at from backup_sets where id = new.set_id) is not null begin
    select raise(abort, 'a sealed backup set does not change');
end;
create trigger backup_set_items_sealed_no_update before update on backup_set_items
when (select sealed_at from backup_sets where id = old.set_id) is not null begin
    select raise(abort, 'a sealed backup set does not change');
end;
create trigger backup_set_items_sealed_no_delete before delete on backup_set_items
when (select sealed_at from backup_sets where id = old.set_id) is not null begin
    select raise(abort, 'a sealed backup set does not change');
end;

create trigger versions_no_update before update on versions begin
    select raise(abort, 'a version does not change');
end;
