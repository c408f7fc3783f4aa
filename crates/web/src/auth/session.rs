//! Sessions: found by their cookie, over after 8 idle hours or 7 days.

use axum::http::HeaderMap;
use axum::http::header::HeaderValue;
use store::{Session, StoreError};

use super::Cookie;
use crate::state::Shared;

/// A session that was not used for this long is over, in milliseconds.
const IDLE_MS: i64 = 8 * 60 * 60 * 1000;
/// A session is over at this age however much it is used, in milliseconds; the database enforces it as well.
const AGE_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// How stale `last_seen_at` may get before it is written again, in milliseconds: not every request needs a write.
const TOUCH_MS: i64 = 60 * 1000;

/// The session that the request's cookie names, if it is alive, with the stored form of its token.
pub(crate) async fn signed_in(shared: &Shared, headers: &HeaderMap) -> Result<Option<(Session, [u8; 32])>, StoreError> {
    let Some(token) = Cookie::Session.read(headers, shared.web.secure_cookies) else { return Ok(None) };
    let hash = app::people::token_hash(&token);
    let Some(session) = shared.db().sessions().find(&hash).await? else { return Ok(None) };
    let now_ms = shared.now_ms();
    let idle_ms = now_ms - session.last_seen_at;
    if idle_ms >= IDLE_MS || now_ms - session.created_at >= AGE_MS {
        shared.db().sessions().revoke(&hash).await?;
        return Ok(None);
    }
    if idle_ms >= TOUCH_MS {
        shared.db().sessions().touch(&hash).await?;
    }
    Ok(Some((session, hash)))
}

/// The cookie that carries a new session's token.
pub(crate) fn session_cookie(shared: &Shared, token: &str) -> Option<HeaderValue> {
    Cookie::Session.set(token, AGE_MS / 1000, shared.web.secure_cookies)
}

/// Ends the session that the request's cookie names, if there is one: a new sign-in never keeps an old token.
pub(crate) async fn end_session(shared: &Shared, headers: &HeaderMap) -> Result<(), StoreError> {
    match Cookie::Session.read(headers, shared.web.secure_cookies) {
        Some(token) => shared.db().sessions().revoke(&app::people::token_hash(&token)).await,
        None => Ok(()),
    }
}
