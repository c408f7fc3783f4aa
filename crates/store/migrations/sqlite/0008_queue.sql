-- The choice of the next run looks into the queue of each tenant. PostgreSQL took the order of this index for a way to
-- spare itself the sorting, and read the whole queue for each tenant: 1.3 s for one claim with 100,000 queued runs.
drop index operation_runs_due;
