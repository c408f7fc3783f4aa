-- Sets that are left open until somebody closes them (spec 021).

alter table backup_sets add column open boolean not null default false;
alter table backup_sets add column unread text not null default '[]';
