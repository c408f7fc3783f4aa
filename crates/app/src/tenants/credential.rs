//! What a person gives as the credential of an application: a client secret, or a certificate with its key.

use graph::ClientCertificate;
use model::AppError;
use secrecy::{ExposeSecret, SecretString};
use store::{CertificateSummary, Credential};

/// A certificate that ends within so many milliseconds (30 days) is spoken of wherever it is shown.
pub const EXPIRY_NOTICE_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// What was entered, of which one is empty.
#[derive(Debug, Clone, Default)]
pub struct CredentialInput {
    /// A client secret.
    pub secret: SecretString,
    /// PEM of a certificate and its unencrypted private key.
    pub certificate: SecretString,
}

impl CredentialInput {
    /// A client secret.
    pub fn secret(text: impl Into<SecretString>) -> Self {
        Self { secret: text.into(), ..Self::default() }
    }

    /// PEM of a certificate and its unencrypted private key.
    pub fn certificate(text: impl Into<SecretString>) -> Self {
        Self { certificate: text.into(), ..Self::default() }
    }

    /// Checked as far as it can be without Microsoft.
    pub(super) fn checked(&self, now_ms: i64) -> Result<Credential, AppError> {
        let given = |text: &SecretString| !text.expose_secret().trim().is_empty();
        match (given(&self.secret), given(&self.certificate)) {
            (true, true) => Err(AppError::invalid(
                "connection.two_credentials",
                "Both a client secret and a certificate were given",
            )
            .hint("Give one of them and leave the other empty")),
            (false, true) => certificate(&self.certificate, now_ms),
            _ => {
                check_secret(&self.secret)?;
                Ok(Credential::Secret(self.secret.clone()))
            }
        }
    }
}

fn certificate(pem: &SecretString, now_ms: i64) -> Result<Credential, AppError> {
    let read = ClientCertificate::from_pem(pem.expose_secret())?;
    if read.expires_ms() <= now_ms {
        return Err(AppError::invalid("connection.certificate_expired", "The certificate has expired")
            .hint("Make a new one and upload it to the app registration in Entra"));
    }
    let about = CertificateSummary { thumbprint: read.thumbprint(), expires_at: read.expires_ms() };
    Ok(Credential::Certificate { pem: pem.clone(), about })
}

fn check_secret(secret: &SecretString) -> Result<(), AppError> {
    let text = secret.expose_secret();
    if text.trim().is_empty() || text.len() > 1024 {
        return Err(AppError::invalid(
            "connection.secret",
            "The client secret is missing or longer than 1,024 characters",
        )
        .hint("Copy the secret's value, not its id"));
    }
    // The portal shows id and value side by side, and the id is the one that can be read later.
    if uuid::Uuid::try_parse(text.trim()).is_ok() {
        return Err(AppError::invalid("connection.secret", "This is the id of a client secret, not its value")
            .hint("Copy the column \"Value\" when the secret is made"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use graph_sim::TestKey;

    use super::*;

    const NOW: i64 = 1_798_000_000_000;

    fn code(input: &CredentialInput) -> &'static str {
        let error = input.checked(NOW).unwrap_err();
        assert!(error.hint.is_some());
        error.code
    }

    #[test]
    fn one_of_the_two_is_wanted() {
        assert_eq!(code(&CredentialInput::default()), "connection.secret");
        let both = CredentialInput { secret: "a secret".into(), certificate: "a certificate".into() };
        assert_eq!(code(&both), "connection.two_credentials");
        assert_eq!(code(&CredentialInput::certificate("a secret")), "connection.certificate_missing");
    }

    #[test]
    fn an_expired_certificate_is_refused_and_what_is_known_of_another_is_kept() {
        let pem = |expires_ms| format!("{}{}", TestKey::One.certificate_until(expires_ms), TestKey::One.pem());
        let day = 24 * 60 * 60 * 1000;
        assert_eq!(code(&CredentialInput::certificate(pem(NOW - day))), "connection.certificate_expired");
        let credential = CredentialInput::certificate(pem(NOW + 2 * day)).checked(NOW).unwrap();
        let Credential::Certificate { about, .. } = credential else { panic!("{credential:?}") };
        assert!((NOW..NOW + 2 * day).contains(&about.expires_at) && about.thumbprint.len() == 64);
    }

    #[test]
    fn the_id_of_a_secret_is_not_taken_for_its_value() {
        let error = CredentialInput::secret("1b4e28ba-2fa1-11d2-883f-0016d3cca427").checked(NOW).unwrap_err();
        assert_eq!(error.code, "connection.secret");
        assert!(!error.to_string().contains("1b4e28ba"), "what was typed is never echoed");
    }
}
