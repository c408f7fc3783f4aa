-- What the nodes that ask one directory have agreed on (spec 031): how much of its limits each may use. Of the moment
-- only, so that it is not copied to another database.
create table request_budgets (
    directory text primary key,
    state text not null
);
