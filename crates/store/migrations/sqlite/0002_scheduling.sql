-- Classes, one writer per directory, turns, limits and pauses (spec 016); what a node can execute (spec 017).

alter table operation_runs add column priority bigint not null default 0 check (priority in (0, 1, 2));
alter table operation_runs add column writes boolean not null default false;

drop index operation_runs_queue;
create index operation_runs_queue on operation_runs (tenant_id, priority, available_at, id) where status = 'queued';
-- What runs now, by what a choice depends on.
drop index operation_runs_running;
create index operation_runs_busy on operation_runs (tenant_id, type, writes) where status = 'running';
create index operation_runs_due on operation_runs (available_at) where status = 'queued';
-- The guarantee of one writer.
create unique index operation_runs_writer on operation_runs (tenant_id) where status = 'running' and writes;

-- A directory is in one cloud, so it is one tenant.
drop index tenants_directory;
create unique index tenants_directory on tenants (directory_id);

create table tenant_turns (
    tenant_id blob primary key references tenants (id),
    served_at bigint not null
);

create table run_limits (
    name text primary key,
    running_max bigint not null check (running_max >= 0),
    set_by_name text not null,
    set_at bigint not null
);

-- No tenant: all of them. An empty type: all of them.
create table run_pauses (
    id blob primary key,
    tenant_id blob references tenants (id),
    type text not null,
    reason text not null,
    paused_by_name text not null,
    paused_at bigint not null
);
create unique index run_pauses_what on run_pauses (coalesce(tenant_id, x''), type);

alter table nodes add column types text not null default '';
alter table nodes add column slots bigint not null default 0;
