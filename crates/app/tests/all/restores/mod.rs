//! `restore.preview` and `restore.execute`: what a restore promises, and that it keeps it.

mod back;
mod elsewhere;
mod lost;
mod steps;
