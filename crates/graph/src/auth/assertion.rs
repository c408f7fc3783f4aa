//! What an application with a certificate shows in place of a secret: a statement about itself, signed with its key
//! (learn.microsoft.com/entra/identity-platform/certificate-credentials).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Ambient;
use ring::rand::SystemRandom;
use ring::signature::RSA_PSS_SHA256;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::certificate::ClientCertificate;
use crate::error::GraphError;

/// It holds from so many seconds before now until as many after: the clock here may be wrong by that in both directions.
/// Both together are the ten minutes that Microsoft allows.
const TOLERANCE_SECONDS: i64 = 5 * 60;

/// A new assertion for the sign-in service at that address. Each is used once.
pub(super) fn sign(
    certificate: &ClientCertificate,
    client_id: &str,
    audience: &str,
    ambient: &Ambient,
) -> Result<SecretString, GraphError> {
    let now = ambient.now_ms().div_euclid(1000);
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(certificate.digest) });
    let claims = json!({
        "aud": audience, "iss": client_id, "sub": client_id, "jti": ambient.uuid().to_string(),
        "nbf": now - TOLERANCE_SECONDS, "iat": now, "exp": now + TOLERANCE_SECONDS,
    });
    let message = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; certificate.key.public().modulus_len()];
    // The salt of the signature is the one thing that is not taken from `Ambient`: ring takes it from the system alone.
    let signed = certificate.key.sign(&RSA_PSS_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature);
    signed.map_err(|_| not_signed())?;
    Ok(SecretString::from(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))))
}

fn not_signed() -> GraphError {
    GraphError::new(
        "auth.not_signed",
        "The certificate's key could not sign",
        "Replace the certificate under Connection; if that fails too, report it",
    )
}
