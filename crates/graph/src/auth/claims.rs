//! What a token says about itself. It is not verified: it came straight from the sign-in service, and only Graph decides.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The claims; of what is no token, none.
pub(crate) fn of(token: &str) -> Value {
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok());
    payload.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// The granted application permissions. A token without them is issued as well, so none is an answer.
pub(crate) fn roles(token: &str) -> Vec<String> {
    let claims = of(token);
    let roles = claims.get("roles").and_then(Value::as_array);
    let mut names: Vec<String> = roles.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::roles;

    #[test]
    fn roles_are_read_and_a_token_without_them_has_none() {
        let token = |claims: &str| format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(roles(&token(r#"{"roles":["B","A"]}"#)), ["A", "B"]);
        assert!(roles(&token("{}")).is_empty());
        assert!(roles("opaque").is_empty());
    }
}
