//! `restore.preview` and `restore.execute`: what a restore promises, and that it keeps it.

mod approvals;
mod back;
mod chosen;
mod death;
mod elsewhere;
mod every_type;
mod exported;
mod kept;
mod laws;
mod lost;
mod moved;
mod named;
mod random;
mod reach;
mod secrets;
mod since;
