-- A connection holds a client secret or a certificate (spec 026). The PEM of a certificate and its key is in `secret`,
-- encrypted like a client secret; thumbprint and end of the certificate are not secret.
alter table connections add column kind text not null default 'secret' check (kind in ('secret', 'certificate'));
alter table connections add column thumbprint text;
alter table connections add column expires_at bigint;

-- What replaces the connection of an active tenant waits here until a check has found that it works.
create table connection_candidates (
    tenant_id uuid primary key references tenants (id),
    client_id text not null,
    secret bytea not null,
    updated_at bigint not null,
    updated_by text not null,
    kind text not null check (kind in ('secret', 'certificate')),
    thumbprint text,
    expires_at bigint
);
