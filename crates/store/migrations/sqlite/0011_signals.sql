-- What a sync has to know to leave an object unread (spec 027): what its row of the list said, as a keyed hash, when it
-- was last read, and when its type was last read as a whole.
alter table inventory_objects add column row_hash blob;
alter table inventory_objects add column read_at bigint;
alter table inventory_coverage add column whole_at bigint;
