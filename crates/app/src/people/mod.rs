//! People: the first start, accounts and signing in.

mod accounts;
pub mod password;
mod sign_in;

pub use accounts::{NewAccount, add_account, change_password, checked_email, set_up};
pub use sign_in::{SIGN_IN_FAILURES_MAX, SignIn, sign_in, token_hash};
