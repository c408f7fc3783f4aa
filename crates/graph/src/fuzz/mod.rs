//! Fuzz targets: whatever Graph or the sign-in service sends, its parsers end, never panic, and keep their promises.
//!
//! Each test draws a few hundred inputs, others in every run; what failed is kept beside the source and tried first.
//! `PROPTEST_CASES=1000000 cargo test -p graph fuzz` goes on for longer.

mod answers;
mod headers;
pub(crate) mod json;
mod sign_in;
