//! Tokens, and who asks for one: the application alone or for a person, by secret or by certificate.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::assertion::{self, Expected};
use crate::clock;
use crate::config::TenantSpec;
use crate::random::Random;
use crate::sign_in::Redeemed;

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
    // What writes.
    "Agreement.ReadWrite.All",
    "CloudPC.ReadWrite.All",
    "DeviceManagementApps.ReadWrite.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementRBAC.ReadWrite.All",
    "DeviceManagementScripts.ReadWrite.All",
    "DeviceManagementServiceConfig.ReadWrite.All",
    "Directory.ReadWrite.All",
    "OrganizationalBranding.ReadWrite.All",
    "Policy.ReadWrite.AuthenticationFlows",
    "Policy.ReadWrite.AuthenticationMethod",
    "Policy.ReadWrite.Authorization",
    "Policy.ReadWrite.ConditionalAccess",
    "Policy.ReadWrite.ConsentRequest",
    "Policy.ReadWrite.CrossTenantAccess",
    "Policy.ReadWrite.DeviceConfiguration",
    "Policy.ReadWrite.ExternalIdentities",
    "Policy.ReadWrite.SecurityDefaults",
];

/// Tokens that were handed out.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, Issued>>);

#[derive(Debug, Clone)]
struct Issued {
    bearer: Bearer,
    issued: Instant,
    expired: bool,
}

/// What a token opens, and for whom.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    /// The tenant's position.
    pub(crate) tenant: usize,
    pub(crate) app: String,
    /// Whether a person signed in, and not the application alone.
    pub(crate) of_person: bool,
}

/// What is wrong with a bearer token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadToken {
    Unknown,
    Expired,
}

impl Tokens {
    /// Makes a token for a tenant (by position): for the application alone, or with the scope that a person signed in for.
    pub(crate) fn issue(&self, tenant: usize, spec: &TenantSpec, scope: Option<&str>) -> String {
        let mut tokens = self.lock();
        let number = tokens.len() as i64;
        let issued_at = clock::EPOCH + number;
        let mut claims = json!({
            "aud": "https://graph.microsoft.com",
            "iss": format!("https://sts.windows.net/{}/", spec.tenant_id),
            "iat": issued_at, "nbf": issued_at, "exp": issued_at + LIFETIME_SECONDS as i64,
            "appid": spec.client_id, "tid": spec.tenant_id, "ver": "1.0",
            "uti": Random::new(number.unsigned_abs()).guid(),
        });
        match scope {
            None => {
                claims["idtyp"] = json!("app");
                claims["roles"] = json!(ROLES);
            }
            Some(scope) => {
                let (id, name) = administrator(spec);
                claims["idtyp"] = json!("user");
                claims["scp"] = json!(permissions(scope).join(" "));
                claims["oid"] = json!(id);
                claims["upn"] = json!(name);
            }
        }
        let token = jwt(&claims);
        let bearer = Bearer { tenant, app: spec.client_id.clone(), of_person: scope.is_some() };
        let issued = Issued { bearer, issued: Instant::now(), expired: false };
        tokens.insert(token.clone(), issued);
        token
    }

    /// What a token opens.
    pub(crate) fn check(&self, token: &str) -> Result<Bearer, BadToken> {
        let tokens = self.lock();
        let issued = tokens.get(token).ok_or(BadToken::Unknown)?;
        if issued.expired || issued.issued.elapsed() > Duration::from_secs(LIFETIME_SECONDS) {
            return Err(BadToken::Expired);
        }
        Ok(issued.bearer.clone())
    }

    /// Makes a token expire now.
    pub(crate) fn expire(&self, token: &str) {
        if let Some(issued) = self.lock().get_mut(token) {
            issued.expired = true;
        }
    }

    /// Makes every token expire now.
    pub(crate) fn expire_all(&self) {
        self.lock().values_mut().for_each(|issued| issued.expired = true);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Issued>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A token as it looks. Nobody checks its signature: a token is good because it was issued here.
fn jwt(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let (header, claims) = (part(&json!({ "typ": "JWT", "alg": "RS256", "kid": "simulated" })), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(Random::from_text(&claims).guid());
    format!("{header}.{claims}.{signature}")
}

/// Id and name of the one person who signs in to a tenant.
fn administrator(spec: &TenantSpec) -> (String, String) {
    let name = format!("admin@{}", spec.primary_domain);
    (Random::from_text(&name).guid(), name)
}

/// The permissions of a scope, without their resource and without what is no permission of Graph.
fn permissions(scope: &str) -> Vec<&str> {
    let own = |name: &&str| !["openid", "profile", "email", "offline_access"].contains(name);
    scope.split_whitespace().filter(own).map(|name| name.rsplit('/').next().unwrap_or(name)).collect()
}

/// Who signed in, for the client.
pub(crate) fn id_token(spec: &TenantSpec, issuer: &str, nonce: Option<&str>) -> String {
    let (id, name) = administrator(spec);
    let mut claims = json!({
        "aud": spec.client_id, "iss": issuer, "tid": spec.tenant_id, "oid": id, "sub": id, "preferred_username": name,
        "iat": clock::EPOCH, "nbf": clock::EPOCH, "exp": clock::EPOCH + LIFETIME_SECONDS as i64, "ver": "2.0",
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    jwt(&claims)
}

/// What a token request asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Grant<'a> {
    /// A token of the application alone.
    Application,
    /// One for the person who left this code.
    Code(Redeemed<'a>),
    /// Another one for the person of this refresh token.
    Refresh(&'a str),
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
    code: Option<String>,
    redirect_uri: Option<String>,
    verifier: Option<String>,
    refresh_token: Option<String>,
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
            code: fields.get("code").cloned(),
            redirect_uri: fields.get("redirect_uri").cloned(),
            verifier: fields.get("code_verifier").cloned(),
            refresh_token: fields.get("refresh_token").cloned(),
        };
        if let Some((id, secret)) = authorization.and_then(basic) {
            credentials.client_id = credentials.client_id.or(Some(id));
            credentials.client_secret = credentials.client_secret.or(Some(secret));
        }
        credentials
    }

    /// What is asked for, or the AADSTS error these credentials meet at that address. `now` is in seconds of the epoch.
    pub(crate) fn check(&self, spec: &TenantSpec, address: &str, now: i64) -> Result<Grant<'_>, u32> {
        let grant = self.grant()?;
        self.prove(spec, address, now)?;
        Ok(grant)
    }

    fn grant(&self) -> Result<Grant<'_>, u32> {
        let grant = self.grant_type.as_deref().ok_or(900_144_u32)?;
        match grant {
            "client_credentials" | "authorization_code" | "refresh_token" if self.client_id.is_none() => Err(900_144),
            "client_credentials" => match self.scope.as_deref() {
                None => Err(90_014),
                Some(scope) if !scope.ends_with("/.default") => Err(70_011),
                Some(_) => Ok(Grant::Application),
            },
            "authorization_code" => match (&self.code, &self.redirect_uri) {
                (Some(code), Some(redirect_uri)) => {
                    Ok(Grant::Code(Redeemed { code, redirect_uri, verifier: self.verifier.as_deref() }))
                }
                _ => Err(900_144),
            },
            "refresh_token" => self.refresh_token.as_deref().map(Grant::Refresh).ok_or(900_144),
            _ => Err(70_003),
        }
    }

    fn prove(&self, spec: &TenantSpec, address: &str, now: i64) -> Result<(), u32> {
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

/// The answer to a granted request of a person's application.
pub(crate) fn granted_to_person(token: &str, scope: &str) -> Value {
    json!({
        "token_type": "Bearer",
        "scope": scope,
        "expires_in": LIFETIME_SECONDS,
        "ext_expires_in": LIFETIME_SECONDS,
        "access_token": token,
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Content;

    fn check(form: &str, authorization: Option<&str>) -> Result<(), u32> {
        let mut spec = TenantSpec::named("Contoso", Content::Empty);
        spec.client_id = "app".to_owned();
        spec.client_secret = "s:e+cret".to_owned();
        Credentials::read(form, authorization).check(&spec, "https://login/token", 0).map(|_| ())
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
}
