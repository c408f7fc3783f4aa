//! Why the sign-in service gave no token, in our words. Microsoft asks to branch on `error` only; its numbers are used
//! for the advice to people (facts: learn.microsoft.com/entra/identity-platform/reference-error-codes).

use serde_json::Value;

use crate::error::GraphError;

/// Families of AADSTS numbers: numbers, code, message, next step.
const FAMILIES: [(&[u64], &str, &str, &str); 18] = [
    (
        &[7_000_215],
        "auth.secret_wrong",
        "The application's secret is wrong",
        "Enter the secret's value (not its id) under Connection",
    ),
    (
        &[7_000_222],
        "auth.secret_expired",
        "The application's secret has expired",
        "Create a new secret and enter it under Connection",
    ),
    (
        &[50_012, 700_027],
        "auth.certificate_refused",
        "The application's certificate was refused",
        "Upload the certificate to the application in Entra, and check there that it has not expired",
    ),
    (
        &[700_024],
        "auth.clock_wrong",
        "The sign-in service found that this server's clock is wrong",
        "Set the clock of the server on which the worker runs",
    ),
    (
        &[7_000_218, 7_000_216],
        "auth.credential_missing",
        "No secret or certificate reached the sign-in service",
        "Enter the credential under Connection again",
    ),
    (
        &[700_016],
        "auth.app_not_found",
        "The application is not installed in this tenant",
        "Have an administrator of the tenant consent to it, and check the directory id",
    ),
    (
        &[7_000_112],
        "auth.app_disabled",
        "The application is disabled in this tenant",
        "Ask the tenant's administrator to enable it",
    ),
    (
        &[500_011],
        "auth.graph_missing",
        "The tenant does not know Microsoft Graph",
        "Check the directory id and the cloud",
    ),
    (
        &[70_011],
        "auth.scope_wrong",
        "The sign-in service refused the scope",
        "Check that the tenant's cloud is the right one",
    ),
    (
        &[90_002, 900_023],
        "auth.tenant_not_found",
        "The directory does not exist in this cloud",
        "Check the directory id and the cloud",
    ),
    (
        &[9_001_023],
        "auth.tenant_not_specific",
        "The directory id names no single tenant",
        "Enter the tenant's own directory id",
    ),
    (
        &[900_144, 90_014],
        "auth.request_wrong",
        "The sign-in service missed a parameter",
        "Report this with the request id: it is a defect of TenantAtlas",
    ),
    (&[90_038], "auth.other_cloud", "The tenant lives in another cloud", "Choose the tenant's cloud under Connection"),
    (
        &[530_032, 53_003],
        "auth.blocked_by_policy",
        "A policy of the tenant blocks the sign-in",
        "Ask the tenant's administrator to exclude the application",
    ),
    (
        &[90_094, 65_001],
        "auth.consent_required",
        "An administrator has not consented to the application",
        "Have an administrator of the tenant consent to it",
    ),
    (
        &[700_005],
        "auth.wrong_tenant",
        "The sign-in belongs to another tenant",
        "Start the sign-in in the right tenant again",
    ),
    (
        &[54_005, 70_000, 70_008, 500_112, 501_481],
        "auth.code_refused",
        "The sign-in is over, or it was used already",
        "Sign in at Microsoft again under Connection",
    ),
    (&[90_055], "auth.throttled", "The tenant is throttled at the sign-in service", "Wait some minutes"),
];
/// Numbers of outages that pass.
const PASSING: [u64; 5] = [90_006, 90_024, 90_033, 90_090, 50_196];
/// When no number is known: by `error`.
const BY_NAME: [(&str, &str, &str, &str); 4] = [
    (
        "invalid_client",
        "auth.credential_refused",
        "The sign-in service refused the credential",
        "Enter a new credential under Connection",
    ),
    (
        "unauthorized_client",
        "auth.app_not_allowed",
        "The application may not sign in to this tenant",
        "Have an administrator of the tenant consent to it",
    ),
    (
        "invalid_resource",
        "auth.graph_missing",
        "The tenant does not know Microsoft Graph",
        "Check the directory id and the cloud",
    ),
    (
        "interaction_required",
        "auth.consent_required",
        "An administrator has not consented to the application",
        "Have an administrator of the tenant consent to it",
    ),
];

/// What an answer other than 200 means.
pub(crate) fn of(status: u16, body: Option<&Value>) -> GraphError {
    let error = body.and_then(|body| body.get("error")).and_then(Value::as_str).unwrap_or_default();
    let numbers: Vec<u64> = body.map(numbers).unwrap_or_default();
    if let Some((_, code, message, hint)) =
        FAMILIES.iter().find(|family| family.0.iter().any(|number| numbers.contains(number)))
    {
        return GraphError::new(code, message, hint);
    }
    if status == 429 {
        return GraphError::new(
            "auth.throttled",
            "The sign-in service refused further requests for now",
            "Wait some minutes",
        );
    }
    if status >= 500 || error == "temporarily_unavailable" || numbers.iter().any(|number| PASSING.contains(number)) {
        return unavailable();
    }
    if let Some((_, code, message, hint)) = BY_NAME.iter().find(|row| row.0 == error) {
        return GraphError::new(code, message, hint);
    }
    if error.is_empty() { unreadable() } else { refused() }
}

/// The numbers that the service lists, and the one in the description's beginning when it lists none.
fn numbers(body: &Value) -> Vec<u64> {
    let listed = body.get("error_codes").and_then(Value::as_array);
    let listed: Vec<u64> = listed.into_iter().flatten().filter_map(Value::as_u64).collect();
    if !listed.is_empty() {
        return listed;
    }
    let description = body.get("error_description").and_then(Value::as_str).unwrap_or_default();
    let digits = description.strip_prefix("AADSTS").unwrap_or_default().chars().take_while(char::is_ascii_digit);
    digits.collect::<String>().parse().into_iter().collect()
}

/// The connection to the sign-in service failed.
pub(super) fn lost(error: GraphError) -> GraphError {
    if matches!(error.code, "graph.unavailable" | "graph.timeout") { unavailable() } else { error }
}

fn unavailable() -> GraphError {
    GraphError::new("auth.unavailable", "The sign-in service did not answer", "Try again later")
}

fn refused() -> GraphError {
    GraphError::new("auth.refused", "The sign-in service gave no token", "Check the connection with `tenant check`")
}

/// An answer that is no token and no error either.
pub(super) fn unreadable() -> GraphError {
    GraphError::new(
        "auth.unexpected_shape",
        "The sign-in service gave an answer that cannot be read",
        "Check for a proxy that changes answers",
    )
}

/// A person's token has ended or was refused, and nobody but the person gets another.
pub(super) fn person_gone() -> GraphError {
    GraphError::new(
        "auth.person_signed_out",
        "The sign-in at Microsoft is over",
        "Sign in at Microsoft again under Connection",
    )
}

/// The cloud's sign-in address is no address.
pub(super) fn wrong_address() -> GraphError {
    GraphError::new(
        "auth.wrong_address",
        "The cloud's sign-in address cannot be used",
        "Correct the cloud in the configuration",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of;

    #[test]
    fn every_family_has_a_code_and_passing_trouble_is_transient() {
        let code = |number: u64| {
            of(400, Some(&json!({ "error": "x", "error_description": "AADSTS: canary", "error_codes": [number] }))).code
        };
        let expected = [
            (7_000_215, "auth.secret_wrong"),
            (7_000_222, "auth.secret_expired"),
            (50_012, "auth.certificate_refused"),
            (700_027, "auth.certificate_refused"),
            (700_024, "auth.clock_wrong"),
            (7_000_218, "auth.credential_missing"),
            (700_016, "auth.app_not_found"),
            (7_000_112, "auth.app_disabled"),
            (500_011, "auth.graph_missing"),
            (70_011, "auth.scope_wrong"),
            (90_002, "auth.tenant_not_found"),
            (9_001_023, "auth.tenant_not_specific"),
            (900_144, "auth.request_wrong"),
            (90_014, "auth.request_wrong"),
            (90_038, "auth.other_cloud"),
            (530_032, "auth.blocked_by_policy"),
            (90_094, "auth.consent_required"),
            (65_001, "auth.consent_required"),
            (700_005, "auth.wrong_tenant"),
            (54_005, "auth.code_refused"),
            (70_000, "auth.code_refused"),
            (70_008, "auth.code_refused"),
            (500_112, "auth.code_refused"),
            (501_481, "auth.code_refused"),
            (90_055, "auth.throttled"),
            (90_006, "auth.unavailable"),
            (90_024, "auth.unavailable"),
            (90_033, "auth.unavailable"),
            (90_090, "auth.unavailable"),
        ];
        for (number, wanted) in expected {
            assert_eq!(code(number), wanted, "AADSTS{number}");
        }
        assert!(of(503, None).is_transient());
    }

    #[test]
    fn an_unknown_number_falls_back_to_the_name_and_no_text_gets_through() {
        let error = of(
            401,
            Some(&json!({ "error": "invalid_client", "error_description": "AADSTS1: canary", "error_codes": [1] })),
        );
        assert_eq!(error.code, "auth.credential_refused");
        assert!(!format!("{error:?}").contains("canary"));
        assert_eq!(
            of(400, Some(&json!({ "error": "x", "error_description": "AADSTS90002: no" }))).code,
            "auth.tenant_not_found"
        );
    }
}
