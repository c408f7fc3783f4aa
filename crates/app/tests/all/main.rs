//! Every run type through the real HTTP simulator, each test on SQLite and on PostgreSQL. The invariants of
//! `spec/runs.md` are checked after every one of them.

mod backups;
mod bad_input;
mod blocked;
mod cancel;
mod canary;
mod captures;
mod changes;
mod connections;
mod corpus;
mod groups;
mod loaded;
mod missing;
mod partial;
mod support;
mod sync;
mod tokens;
mod verify;
