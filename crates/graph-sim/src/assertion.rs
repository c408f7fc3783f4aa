//! What a client with a certificate shows in place of a secret, checked as Entra does: PS256 with `x5t#S256` as the pages
//! of today say, and RS256 with `x5t` as most libraries still send it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::Value;
use x509_parser::pem::parse_x509_pem;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The only `client_assertion_type`.
pub(crate) const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The certificate is not the application's, or the signature is not the certificate's.
pub(crate) const NOT_SIGNED: u32 = 700_027;
/// Outside its time.
pub(crate) const NOT_NOW: u32 = 700_024;
/// It is about another application than the one that asks.
const OTHER_APP: u32 = 700_021;
/// It is for another address.
const OTHER_AUDIENCE: u32 = 700_023;
/// It is no assertion at all.
const UNREADABLE: u32 = 50_012;

/// Clocks may differ by so many seconds.
const SKEW: i64 = 5 * 60;
/// Longest time for which an assertion may hold.
const LONGEST: i64 = 10 * 60;

/// What an assertion is compared with.
pub(crate) struct Expected<'a> {
    pub(crate) certificate_pem: Option<&'a str>,
    pub(crate) client_id: &'a str,
    pub(crate) audience: &'a str,
    /// In seconds of the epoch.
    pub(crate) now: i64,
}

/// The AADSTS number that the assertion meets, if any.
pub(crate) fn check(assertion: &str, expected: &Expected<'_>) -> Result<(), u32> {
    let (message, signature) = assertion.rsplit_once('.').ok_or(UNREADABLE)?;
    let (header, claims) = message.split_once('.').ok_or(UNREADABLE)?;
    let (header, claims, signature) = (json(header)?, json(claims)?, bytes(signature)?);
    let trusted = expected.certificate_pem.ok_or(NOT_SIGNED)?;
    signed(&header, message, &signature, trusted, expected.now)?;
    let is = |name: &str, wanted: &str| claims[name] == *wanted;
    if !is("iss", expected.client_id) || !is("sub", expected.client_id) {
        return Err(OTHER_APP);
    }
    if !is("aud", expected.audience) {
        return Err(OTHER_AUDIENCE);
    }
    in_time(&claims, expected.now)
}

fn signed(header: &Value, message: &str, signature: &[u8], trusted: &str, now: i64) -> Result<(), u32> {
    let (_, pem) = parse_x509_pem(trusted.as_bytes()).map_err(|_| NOT_SIGNED)?;
    let (_, certificate) = X509Certificate::from_der(&pem.contents).map_err(|_| NOT_SIGNED)?;
    let (name, algorithm, print): (_, &'static RsaParameters, _) = match header["alg"].as_str() {
        Some("PS256") => ("x5t#S256", &RSA_PSS_2048_8192_SHA256, digest(&SHA256, &pem.contents)),
        Some("RS256") => ("x5t", &RSA_PKCS1_2048_8192_SHA256, digest(&SHA1_FOR_LEGACY_USE_ONLY, &pem.contents)),
        _ => return Err(UNREADABLE),
    };
    let algorithm: &'static dyn VerificationAlgorithm = algorithm;
    // MSAL sends the thumbprint with the padding that RFC 7515 leaves out, and Entra takes it.
    let named = header[name].as_str().and_then(|text| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok());
    let key = UnparsedPublicKey::new(algorithm, &certificate.public_key().subject_public_key.data);
    let valid = certificate.validity().not_after.timestamp() > now;
    let fits = named.as_deref() == Some(print.as_ref()) && key.verify(message.as_bytes(), signature).is_ok();
    if fits && valid { Ok(()) } else { Err(NOT_SIGNED) }
}

/// `nbf` may be missing: azure-identity leaves it out.
fn in_time(claims: &Value, now: i64) -> Result<(), u32> {
    let ends = moment(&claims["exp"]).ok_or(NOT_NOW)?;
    let begins = moment(&claims["nbf"]);
    let begun = begins.is_none_or(|begins| begins - SKEW <= now && ends - begins <= LONGEST);
    if begun && ends + SKEW > now { Ok(()) } else { Err(NOT_NOW) }
}

/// A moment in seconds; MSAL sends them with a fraction, as RFC 7519 allows.
#[expect(clippy::cast_possible_truncation, reason = "a moment that is out of range is out of time as well")]
fn moment(claim: &Value) -> Option<i64> {
    claim.as_i64().or_else(|| Some(claim.as_f64()?.floor() as i64))
}

fn json(part: &str) -> Result<Value, u32> {
    serde_json::from_slice(&bytes(part)?).map_err(|_| UNREADABLE)
}

fn bytes(part: &str) -> Result<Vec<u8>, u32> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| UNREADABLE)
}
