//! Cookies: read and written in one place, so that their attributes cannot differ.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HeaderValue};

/// Our cookies, by what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// The session's token.
    Session,
    /// Proves that a form before sign-in came from a page of ours.
    Guest,
}

impl Cookie {
    fn name(self, secure: bool) -> &'static str {
        // `__Host-` makes the browser itself refuse the cookie without Secure, with a Domain or with another path.
        match (self, secure) {
            (Self::Session, true) => "__Host-tenantatlas",
            (Self::Session, false) => "tenantatlas",
            (Self::Guest, true) => "__Host-tenantatlas-guest",
            (Self::Guest, false) => "tenantatlas-guest",
        }
    }

    /// The value that the request brings.
    pub(crate) fn read(self, headers: &HeaderMap, secure: bool) -> Option<String> {
        let name = self.name(secure);
        let pairs =
            headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
        pairs
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    /// A `Set-Cookie` value. `age_s` is its life in seconds, zero ends it. `None` when the value cannot be in a cookie.
    pub(crate) fn set(self, value: &str, age_s: i64, secure: bool) -> Option<HeaderValue> {
        if !value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b';' | b',' | b'"' | b'\\')) {
            return None;
        }
        let attributes = if secure { "; Secure" } else { "" };
        HeaderValue::from_str(&format!(
            "{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age_s}{attributes}",
            self.name(secure)
        ))
        .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_cookie_is_bound_to_its_host_where_pages_are_secure() {
        let secure = Cookie::Session.set("abc", 60, true).unwrap();
        assert_eq!(secure, "__Host-tenantatlas=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
        let plain = Cookie::Session.set("abc", 60, false).unwrap();
        assert_eq!(plain, "tenantatlas=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60");
    }

    #[test]
    fn a_value_cannot_break_out_of_its_cookie() {
        assert!(Cookie::Guest.set("Europe/Berlin; Domain=example.com", 60, false).is_none());
        assert!(Cookie::Guest.set("a\r\nb", 60, false).is_none());
    }

    #[test]
    fn only_the_cookie_of_exactly_that_name_is_read() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static("xtenantatlas=1; tenantatlas=2; tenantatlas-guest=UTC"));
        assert_eq!(Cookie::Session.read(&headers, false).as_deref(), Some("2"));
        assert_eq!(Cookie::Session.read(&headers, true), None);
        assert_eq!(Cookie::Guest.read(&headers, false).as_deref(), Some("UTC"));
    }
}
