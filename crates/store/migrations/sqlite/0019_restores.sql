-- Restores (spec 037): what a person chose, the plan that a preview made of it, what a run wrote, and which decisions about
-- ids of another directory are remembered. Whatever comes from a tenant is encrypted like its documents are.
create table restores (
    id blob primary key,
    tenant_id blob not null references tenants (id),
    created_at bigint not null,
    changed_at bigint not null,
    creator_id blob,
    creator_name text not null,
    title text not null,
    source_tenant blob not null references tenants (id),
    source_set blob,
    source_run blob,
    state text not null check (state in ('draft', 'executed', 'discarded')),
    revision bigint not null,
    draft blob not null,
    draft_bytes bigint not null,
    plan_revision bigint,
    plan_hash text,
    plan blob,
    plan_bytes bigint,
    plan_at bigint,
    plan_run blob,
    plan_blocked boolean not null default false,
    approved_hash text,
    approved_by_name text,
    approved_at bigint,
    confirmed_hash text,
    confirmed_by blob,
    confirmed_by_name text,
    confirmed_at bigint,
    reason text,
    run_id blob,
    constraint a_plan_is_whole check ((plan is null) = (plan_hash is null) and (plan is null) = (plan_revision is null)),
    constraint executed_by_a_run check ((state = 'executed') = (run_id is not null))
);
create index restores_newest on restores (tenant_id, id);
create index restores_of_set on restores (source_set) where source_set is not null and state = 'draft';

create table restore_writes (
    run_id blob not null,
    item bigint not null,
    step bigint not null,
    attempt bigint not null,
    tenant_id blob not null references tenants (id),
    intent_at bigint not null,
    intent blob not null,
    intent_bytes bigint not null,
    ended_at bigint,
    result text check (result in ('made', 'not_made', 'unknown', 'approval')),
    outcome blob,
    outcome_bytes bigint,
    primary key (run_id, item, step, attempt),
    constraint ended_with_a_result check ((result is null) = (ended_at is null))
);

create table restore_decisions (
    tenant_id blob not null references tenants (id),
    key_hash blob not null,
    body blob not null,
    bytes bigint not null,
    decided_at bigint not null,
    primary key (tenant_id, key_hash)
);

create table restore_rules (
    tenant_id blob primary key references tenants (id),
    second_person boolean not null,
    chosen_by_name text not null,
    chosen_at bigint not null
);

-- What a dynamic group's members are told by: a group of another directory is found again by it.
alter table directory_groups add column membership_rule text;
