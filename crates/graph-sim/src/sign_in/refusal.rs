//! Refusals as the sign-in service words them.

use serde_json::json;

use crate::assertion;
use crate::random::Random;

/// Status and body of a refusal.
pub(crate) fn refused(aadsts: u32, tenant: &str, date: &str) -> (u16, String) {
    let (error, description) = description(aadsts, tenant, date);
    let mut random = Random::from_text(date);
    let (trace, correlation) = (random.guid(), random.guid());
    let body = json!({
        "error": error,
        "error_description": description,
        "error_codes": [aadsts],
        "timestamp": date.replace('T', " "),
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": format!("https://login.microsoftonline.com/error?code={aadsts}"),
    });
    let status = match error {
        "invalid_client" => 401,
        "temporarily_unavailable" => 503,
        "too_many_requests" => 429,
        _ => 400,
    };
    (status, body.to_string())
}

/// The error of a number, and its description with the ids that support asks for.
pub(super) fn description(aadsts: u32, tenant: &str, date: &str) -> (&'static str, String) {
    let (error, text) = wording(aadsts, tenant);
    let mut random = Random::from_text(date);
    let (trace, correlation) = (random.guid(), random.guid());
    let timestamp = date.replace('T', " ");
    let description =
        format!("AADSTS{aadsts}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}");
    (error, description)
}

/// Error and text of a number (learn.microsoft.com/entra/identity-platform/reference-error-codes).
fn wording(aadsts: u32, tenant: &str) -> (&'static str, String) {
    let (error, text) = match aadsts {
        7_000_215 => (
            "invalid_client",
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.",
        ),
        7_000_222 => ("invalid_client", "The provided client secret keys for the app are expired."),
        50_012 => ("invalid_client", "Client assertion contains an invalid signature."),
        assertion::NOT_SIGNED => (
            "invalid_client",
            "The certificate with identifier used to sign the client assertion is not registered on application.",
        ),
        assertion::NOT_NOW => ("invalid_client", "Client assertion is not within its valid time range."),
        700_021 => ("invalid_client", "Client assertion application identifier doesn't match 'client_id' parameter."),
        700_023 => ("invalid_client", "Client assertion audience claim does not match Realm issuer."),
        7_000_218 => (
            "invalid_client",
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        ),
        700_016 => (
            "unauthorized_client",
            "Application was not found in the directory. This can happen if the application has not been installed by the administrator of the tenant.",
        ),
        7_000_112 => ("unauthorized_client", "Application is disabled."),
        500_011 => (
            "invalid_resource",
            "The resource principal named https://graph.microsoft.com was not found in the tenant.",
        ),
        70_011 => ("invalid_scope", "The provided value for the input parameter 'scope' is not valid."),
        70_003 => ("unsupported_grant_type", "The app requested an unsupported grant type."),
        90_002 => {
            return (
                "invalid_request",
                format!(
                    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
                ),
            );
        }
        9_001_023 => (
            "invalid_request",
            "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
        ),
        900_144 | 90_014 => ("invalid_request", "The request body must contain all required parameters."),
        90_038 => ("invalid_request", "Tenant is in another national cloud."),
        530_032 => ("interaction_required", "Blocked by security policy."),
        90_094 => ("interaction_required", "Admin consent is required."),
        90_055 => ("too_many_requests", "The tenant has sent too many requests."),
        90_006 | 90_024 | 90_033 | 90_090 => {
            ("temporarily_unavailable", "A transient error has occurred. Please try again.")
        }
        50_049 => ("invalid_instance", "Unknown or invalid instance."),
        50_011 => (
            "invalid_request",
            "The redirect URI specified in the request does not match the redirect URIs configured for the application.",
        ),
        50_058 => ("login_required", "A silent sign-in request was sent but no user is signed in."),
        65_004 => ("access_denied", "User declined to consent to access the app."),
        70_001 => ("invalid_request", "The response mode is not simulated."),
        700_054 => ("unsupported_response_type", "The response type is not enabled for the application."),
        54_005 => {
            ("invalid_grant", "OAuth2 Authorization code was already redeemed, please retry with a new valid code.")
        }
        70_000 => ("invalid_grant", "The provided grant is invalid or malformed."),
        70_008 => ("invalid_grant", "The provided authorization code or refresh token has expired."),
        500_112 => ("invalid_grant", "The reply address does not match the one of the authorization request."),
        501_481 => (
            "invalid_grant",
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        ),
        700_005 | 65_001 => ("invalid_grant", "The grant is not valid for this tenant."),
        _ => ("invalid_request", "The request is not valid."),
    };
    (error, text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_entras_shape() {
        let (status, body) = refused(7_000_222, "t", "2026-06-01T00:00:00Z");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, 401);
        assert_eq!(body["error"], "invalid_client");
        assert_eq!(body["error_codes"][0], 7_000_222);
        assert!(body["error_description"].as_str().unwrap().starts_with("AADSTS7000222: "));
    }
}
