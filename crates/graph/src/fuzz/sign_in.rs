//! What the sign-in service sends.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;

use super::json;
use crate::auth::{claims, refusal};

proptest! {
    #[test]
    fn any_text_is_a_token_with_roles_or_without(text in any::<String>()) {
        claims::roles(&text);
        claims::roles(&format!("e30.{text}.x"));
    }

    #[test]
    fn any_claims_have_roles_or_none(claims in json::value()) {
        let token = format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()));
        prop_assert!(claims::roles(&token).is_sorted());
    }

    #[test]
    fn any_refusal_has_a_code_and_none_of_the_services_words(status in 300_u16..1000, body in json::value()) {
        let error = refusal::of(status, Some(&body));
        prop_assert!(error.code.starts_with("auth."));
        prop_assert!(!error.message.contains("AADSTS"));
    }
}
