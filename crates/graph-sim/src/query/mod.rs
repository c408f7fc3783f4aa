//! System query options: reading them, and what they do.

pub(crate) mod expand;
pub(crate) mod filter;
mod filter_parser;
pub(crate) mod order;
mod parse;

pub(crate) use expand::Expand;
pub(crate) use filter::Filter;
pub(crate) use parse::{Options, decode};
