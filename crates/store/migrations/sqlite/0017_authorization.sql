-- A person was sent to Microsoft, to consent or to sign in, and has to come back with a state that is known here (spec 034).
-- The state is stored as its hash; what only this side may know of a sign-in is sealed. Of the moment only, so that it is
-- not copied to another database.
create table authorization_requests (
    state_hash blob primary key,
    tenant_id blob not null references tenants (id),
    user_id blob not null references users (id) on delete cascade,
    purpose text not null check (purpose in ('consent', 'sign_in')),
    client_id text not null,
    sealed blob,
    expires_at bigint not null,
    used_at bigint
);
create index authorization_requests_expiry on authorization_requests (expires_at);
