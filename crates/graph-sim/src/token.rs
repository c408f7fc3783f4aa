//! The sign-in endpoint: client credentials by secret or by certificate, and errors as Entra words them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;
use tokio::time::Instant;

use crate::assertion::{self, Expected};
use crate::clock;
use crate::config::TenantSpec;
use crate::random::Random;

/// Seconds a token is good for.
const LIFETIME_SECONDS: u64 = 3599;

/// Application permissions every token carries.
pub(crate) const ROLES: &[&str] = &[
    "DeviceManagementApps.Read.All",
    "DeviceManagementConfiguration.Read.All",
    "DeviceManagementManagedDevices.Read.All",
    "DeviceManagementRBAC.Read.All",
    "DeviceManagementScripts.Read.All",
    "DeviceManagementServiceConfig.Read.All",
    "Directory.Read.All",
    "Group.Read.All",
    "GroupMember.Read.All",
    "Organization.Read.All",
    "Policy.Read.All",
    // Later ones stand last: the grants before them keep their ids.
    "Agreement.Read.All",
    "Application.Read.All",
    "AuditLog.Read.All",
    "AuthenticationContext.Read.All",
    "CloudPC.Read.All",
    "Domain.Read.All",
    "OrganizationalBranding.Read.All",
    "Policy.Read.AuthenticationMethod",
    "Policy.Read.DeviceConfiguration",
];

/// Tokens that were handed out.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, Issued>>);

#[derive(Debug, Clone)]
struct Issued {
    tenant: usize,
    app: String,
    issued: Instant,
    expired: bool,
}

/// What is wrong with a bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadToken {
    Unknown,
    Expired,
}

impl Tokens {
    /// Makes a token for a tenant (by position) and an application.
    pub(crate) fn issue(&self, tenant: usize, spec: &TenantSpec, app: &str) -> String {
        let mut tokens = self.lock();
        let number = tokens.len() as i64;
        let issued_at = clock::EPOCH + number;
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(json!({ "typ": "JWT", "alg": "RS256", "kid": "simulated" }));
        let claims = part(json!({
            "aud": "https://graph.microsoft.com",
            "iss": format!("https://sts.windows.net/{}/", spec.tenant_id),
            "iat": issued_at, "nbf": issued_at, "exp": issued_at + LIFETIME_SECONDS as i64,
            "appid": app, "idtyp": "app", "tid": spec.tenant_id, "ver": "1.0",
            "roles": ROLES,
            "uti": Random::new(number.unsigned_abs()).guid(),
        }));
        let signature = URL_SAFE_NO_PAD.encode(Random::from_text(&claims).guid());
        let token = format!("{header}.{claims}.{signature}");
        let issued = Issued { tenant, app: app.to_owned(), issued: Instant::now(), expired: false };
        tokens.insert(token.clone(), issued);
        token
    }

    /// The tenant and application of a token.
    pub(crate) fn check(&self, token: &str) -> Result<(usize, String), BadToken> {
        let tokens = self.lock();
        let issued = tokens.get(token).ok_or(BadToken::Unknown)?;
        if issued.expired || issued.issued.elapsed() > Duration::from_secs(LIFETIME_SECONDS) {
            return Err(BadToken::Expired);
        }
        Ok((issued.tenant, issued.app.clone()))
    }

    /// Makes a token expire now.
    pub(crate) fn expire(&self, token: &str) {
        if let Some(issued) = self.lock().get_mut(token) {
            issued.expired = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Issued>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who a token request says it is.
#[derive(Debug, Default)]
pub(crate) struct Credentials {
    pub(crate) client_id: Option<String>,
    pub(crate) client_secret: Option<String>,
    grant_type: Option<String>,
    scope: Option<String>,
    assertion_type: Option<String>,
    assertion: Option<String>,
}

impl Credentials {
    /// From the form, completed by an HTTP Basic header.
    pub(crate) fn read(form: &str, authorization: Option<&str>) -> Self {
        let fields: HashMap<String, String> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        let mut credentials = Self {
            client_id: fields.get("client_id").cloned(),
            client_secret: fields.get("client_secret").cloned(),
            grant_type: fields.get("grant_type").cloned(),
            scope: fields.get("scope").cloned(),
            assertion_type: fields.get("client_assertion_type").cloned(),
            assertion: fields.get("client_assertion").cloned(),
        };
        if let Some((id, secret)) = authorization.and_then(basic) {
            credentials.client_id = credentials.client_id.or(Some(id));
            credentials.client_secret = credentials.client_secret.or(Some(secret));
        }
        credentials
    }

    /// The AADSTS error these credentials meet at that address, if any. `now` is in seconds of the epoch.
    pub(crate) fn check(&self, spec: &TenantSpec, address: &str, now: i64) -> Result<(), u32> {
        match (self.grant_type.as_deref(), &self.client_id, self.scope.as_deref()) {
            (None, _, _) => return Err(900_144),
            (Some(grant), _, _) if grant != "client_credentials" => return Err(70_003),
            (_, None, _) => return Err(900_144),
            (_, _, None) => return Err(90_014),
            (_, _, Some(scope)) if !scope.ends_with("/.default") => return Err(70_011),
            _ => {}
        }
        let Some(client_id) = self.client_id.as_deref().filter(|id| *id == spec.client_id) else {
            return Err(700_016);
        };
        match (&self.client_secret, &self.assertion) {
            (Some(secret), _) if *secret == spec.client_secret => Ok(()),
            (Some(_), _) => Err(7_000_215),
            (None, None) => Err(7_000_218),
            (None, Some(_)) if self.assertion_type.as_deref() != Some(assertion::KIND) => Err(900_144),
            (None, Some(text)) => {
                let certificate_pem = spec.certificate_pem.as_deref();
                assertion::check(text, &Expected { certificate_pem, client_id, audience: address, now })
            }
        }
    }
}

fn basic(authorization: &str) -> Option<(String, String)> {
    let encoded = authorization.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((crate::query::decode(id), crate::query::decode(secret)))
}

/// The answer to a granted request.
pub(crate) fn granted(token: &str) -> String {
    json!({
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS,
        "ext_expires_in": LIFETIME_SECONDS,
        "access_token": token,
    })
    .to_string()
}

/// The tenant in the `authorization_endpoint` that a library asks about.
pub(crate) fn authority_tenant(query: &str) -> Option<String> {
    let asked = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "authorization_endpoint");
    let address = url::Url::parse(&asked?.1).ok()?;
    let tenant = address.path_segments()?.next().filter(|tenant| !tenant.is_empty());
    tenant.map(str::to_owned)
}

/// The answer about an instance: the host is one, and goes by no other name.
pub(crate) fn instance(origin: &str, tenant: &str) -> String {
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    json!({
        "tenant_discovery_endpoint": format!("{origin}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    })
    .to_string()
}

/// Status and body of a refusal.
pub(crate) fn refused(aadsts: u32, tenant: &str, date: &str) -> (u16, String) {
    let (error, text) = wording(aadsts, tenant);
    let mut random = Random::from_text(date);
    let (trace, correlation) = (random.guid(), random.guid());
    let timestamp = date.replace('T', " ");
    let description =
        format!("AADSTS{aadsts}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}");
    let body = json!({
        "error": error,
        "error_description": description,
        "error_codes": [aadsts],
        "timestamp": timestamp,
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
        700_005 | 65_001 => ("invalid_grant", "The grant is not valid for this tenant."),
        _ => ("invalid_request", "The request is not valid."),
    };
    (error, text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Content;

    fn check(form: &str, authorization: Option<&str>) -> Result<(), u32> {
        let mut spec = TenantSpec::named("Contoso", Content::Empty);
        spec.client_id = "app".to_owned();
        spec.client_secret = "s:e+cret".to_owned();
        Credentials::read(form, authorization).check(&spec, "https://login/token", 0)
    }

    const REST: &str = "grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";

    #[test]
    fn the_secret_is_accepted_in_the_form_and_as_basic() {
        assert_eq!(check(&format!("{REST}&client_id=app&client_secret=s%3Ae%2Bcret"), None), Ok(()));
        let basic = format!("Basic {}", STANDARD.encode("app:s%3Ae%2Bcret"));
        assert_eq!(check(REST, Some(&basic)), Ok(()));
    }

    #[test]
    fn each_mistake_has_its_number() {
        assert_eq!(check(&format!("{REST}&client_id=app&client_secret=x"), None), Err(7_000_215));
        assert_eq!(check(&format!("{REST}&client_id=other&client_secret=x"), None), Err(700_016));
        assert_eq!(check(&format!("{REST}&client_id=app"), None), Err(7_000_218));
        let assertion = format!("client_assertion_type={}&client_assertion=x", assertion::KIND);
        assert_eq!(check(&format!("{REST}&client_id=app&{assertion}"), None), Err(50_012));
        assert_eq!(check(&format!("{REST}&client_id=app&client_assertion=x"), None), Err(900_144));
        assert_eq!(check("client_id=app", None), Err(900_144));
        assert_eq!(check("grant_type=client_credentials&scope=User.Read&client_id=app", None), Err(70_011));
    }

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
