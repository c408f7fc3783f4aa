-- What a tenant's service calls the settings that its policies name by id (spec 033): encrypted like the policies, under a
-- keyed hash of the id, because which settings a tenant uses is nobody else's business. A row without a name says that the
-- service had none at that time.
create table setting_definitions (
    tenant_id blob not null references tenants (id),
    id_hash blob not null,
    body blob not null,
    bytes bigint not null,
    read_at bigint not null,
    primary key (tenant_id, id_hash)
);

-- Of how many settings of a type the definitions could not be read in the last pass, and why.
alter table inventory_coverage add column unnamed bigint not null default 0;
alter table inventory_coverage add column unnamed_code text;

-- Where a name is new, what the objects of one tenant are found by is made again.
create index inventory_objects_tenant_text_rules on inventory_objects (tenant_id, text_rules) where version_id is not null;
