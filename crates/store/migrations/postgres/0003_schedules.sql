-- Backup schedules, their slots, and sets that were removed by their rules (spec 019).

create table backup_schedules (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    name text not null,
    types text not null,
    cron text not null,
    zone text not null,
    enabled boolean not null,
    catch_up boolean not null,
    keep_last bigint check (keep_last > 0),
    keep_days bigint check (keep_days > 0),
    keep_weeks bigint check (keep_weeks > 0),
    keep_months bigint check (keep_months > 0),
    next_slot_at bigint,
    created_by_name text not null,
    created_at bigint not null,
    constraint a_next_slot_exactly_while_enabled check ((next_slot_at is not null) = enabled)
);
create index backup_schedules_tenant on backup_schedules (tenant_id, id);
create index backup_schedules_due on backup_schedules (next_slot_at) where next_slot_at is not null;

create table schedule_slots (
    schedule_id uuid not null references backup_schedules (id) on delete cascade,
    slot_at bigint not null,
    decided_at bigint not null,
    run_id uuid,
    reason_code text,
    reason_sentence text,
    primary key (schedule_id, slot_at),
    constraint started_or_skipped check ((run_id is null) = (reason_code is not null))
);

alter table backup_sets add column schedule_id uuid;
create index backup_sets_schedule on backup_sets (schedule_id, id) where schedule_id is not null;

-- Written before a sealed set is deleted; without it the database refuses.
create table backup_set_removals (
    set_id uuid primary key,
    tenant_id uuid not null references tenants (id),
    name text not null,
    sealed_at bigint not null,
    removed_at bigint not null,
    removed_by_name text not null,
    reason text not null
);
create index backup_set_removals_tenant on backup_set_removals (tenant_id, removed_at);

create or replace function backup_set_items_sealed() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (select 1 from backup_set_removals r where r.set_id = old.set_id) then
        return old;
    end if;
    if (select sealed_at from backup_sets where id = coalesce(new.set_id, old.set_id)) is not null then
        raise exception using errcode = 'integrity_constraint_violation', message = 'a sealed backup set does not change';
    end if;
    return coalesce(new, old);
end $$;

create function backup_sets_sealed() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and exists (select 1 from backup_set_removals r where r.set_id = old.id) then
        return old;
    end if;
    raise exception using errcode = 'integrity_constraint_violation', message = 'a sealed backup set does not change';
end $$;
drop trigger backup_sets_sealed on backup_sets;
create trigger backup_sets_sealed before update or delete on backup_sets
    for each row when (old.sealed_at is not null) execute function backup_sets_sealed();
