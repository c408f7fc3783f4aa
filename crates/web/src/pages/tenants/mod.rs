//! All tenants of a person, and adding one.

pub(crate) mod add;
pub(crate) mod list;
