//! The first start, signing in and out.

pub(crate) mod set_up;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
