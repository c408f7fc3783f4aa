-- What can be found in an object's settings (spec 030): its words, compressed and encrypted like its document, and which
-- rules made them. Rows that were there before have none yet; workers make them.
alter table inventory_objects add column text_rules bigint not null default 0;
create index inventory_objects_text_rules on inventory_objects (text_rules) where version_id is not null;

create table inventory_texts (
    tenant_id blob not null,
    type_key text not null,
    external_id text not null,
    body blob not null,
    bytes bigint not null,
    primary key (tenant_id, type_key, external_id),
    foreign key (tenant_id, type_key, external_id) references inventory_objects (tenant_id, type_key, external_id) on delete cascade
);

-- Which objects an object names. `kind` is the key of a type, or `external:` and a word for what has none.
create table inventory_references (
    tenant_id blob not null,
    type_key text not null,
    external_id text not null,
    kind text not null,
    target_id text not null,
    primary key (tenant_id, type_key, external_id, kind, target_id),
    foreign key (tenant_id, type_key, external_id) references inventory_objects (tenant_id, type_key, external_id) on delete cascade
);
create index inventory_references_target on inventory_references (tenant_id, kind, target_id);
