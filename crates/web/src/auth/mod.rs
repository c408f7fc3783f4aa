//! Who asks: sessions, cookies, and what a request proves.

mod context;
mod cookies;
mod next;
mod session;

pub(crate) use context::{Ctx, Guest};
pub(crate) use cookies::Cookie;
pub(crate) use next::safe_next;
pub(crate) use session::{end_session, session_cookie, signed_in};
