//! Making the plan: what is live, where objects are going to be, what would be sent.

mod approval;
mod build;
mod found;
mod live;
mod place;
mod reach;

pub(in crate::restores) use build::build;
