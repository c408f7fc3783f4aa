//! The certificate with which an application signs in: read from PEM, each kind of bad input with its own words.

use model::AppError;
use ring::digest::{SHA256, digest};
use ring::signature::RsaKeyPair;
use rustls::pki_types::pem::{PemObject as _, SectionKind};
use x509_parser::prelude::{FromDer as _, X509Certificate};
use zeroize::Zeroizing;

/// A certificate with its private key. The key never leaves this type and is never shown.
pub struct ClientCertificate {
    pub(crate) key: RsaKeyPair,
    pub(crate) digest: [u8; 32],
    expires_ms: i64,
}

const MISSING: (&str, &str, &str) = (
    "connection.certificate_missing",
    "There is no certificate in this text",
    "Give PEM with certificate and private key. A .pfx becomes one by: openssl pkcs12 -in app.pfx -out app.pem -nodes",
);
const UNREADABLE: (&str, &str, &str) = (
    "connection.certificate_unreadable",
    "A block of this text is damaged",
    "Copy the whole text again, from each line with BEGIN to the line with END",
);
const KEY_MISSING: (&str, &str, &str) = (
    "connection.key_missing",
    "There is a certificate in this text, but no private key",
    "Add the block that begins with BEGIN PRIVATE KEY; the .cer file that Entra takes does not hold it",
);
const KEY_ENCRYPTED: (&str, &str, &str) = (
    "connection.key_encrypted",
    "The private key is encrypted with a password",
    "Give it without: openssl pkey -in app.pem -out key.pem writes the key, which then goes beside the certificate",
);
const KEY_UNUSABLE: (&str, &str, &str) = (
    "connection.key_unusable",
    "The private key is no RSA key of 2,048 to 4,096 bits",
    "Make a certificate with an RSA key: Microsoft accepts no other kind here",
);
const MISMATCH: (&str, &str, &str) = (
    "connection.key_mismatch",
    "The private key belongs to another certificate",
    "Export certificate and key together, from the same place",
);

impl ClientCertificate {
    /// From a text with the PEM of a certificate and of its unencrypted RSA key, in any order. Of several certificates,
    /// as an export with its chain holds them, the one that fits the key is taken.
    pub fn from_pem(pem: &str) -> Result<Self, AppError> {
        if pem.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || pem.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(bad(KEY_ENCRYPTED));
        }
        let blocks = Blocks::read(pem)?;
        if blocks.certificates.is_empty() {
            return Err(bad(MISSING));
        }
        let key = blocks.key.ok_or_else(|| bad(KEY_MISSING))?;
        let mut found = None;
        for der in &blocks.certificates {
            let (_, certificate) = X509Certificate::from_der(der).map_err(|_| bad(UNREADABLE))?;
            if *certificate.public_key().subject_public_key.data == *key.public().as_ref() {
                found = Some((digest(&SHA256, der), certificate.validity().not_after.timestamp()));
                break;
            }
        }
        let (digest, expires) = found.ok_or_else(|| bad(MISMATCH))?;
        let digest = digest.as_ref().try_into().expect("SHA-256 has 32 bytes");
        Ok(Self { key, digest, expires_ms: expires.saturating_mul(1000) })
    }

    /// The SHA-256 of the certificate in hexadecimal, as `openssl x509 -fingerprint -sha256` says it without colons.
    pub fn thumbprint(&self) -> String {
        self.digest.iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// When it ends, in milliseconds since the Unix epoch.
    pub fn expires_ms(&self) -> i64 {
        self.expires_ms
    }
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientCertificate").field("thumbprint", &self.thumbprint()).finish_non_exhaustive()
    }
}

/// What is used of a PEM text.
struct Blocks {
    certificates: Vec<Vec<u8>>,
    key: Option<RsaKeyPair>,
}

impl Blocks {
    fn read(pem: &str) -> Result<Self, AppError> {
        let mut blocks = Self { certificates: Vec::new(), key: None };
        for block in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes()) {
            let (kind, der) = block.map_err(|_| bad(UNREADABLE))?;
            let der = Zeroizing::new(der);
            let key = match kind {
                SectionKind::Certificate => {
                    blocks.certificates.push(der.to_vec());
                    continue;
                }
                SectionKind::PrivateKey => RsaKeyPair::from_pkcs8(&der),
                SectionKind::RsaPrivateKey => RsaKeyPair::from_der(&der),
                SectionKind::EcPrivateKey => return Err(bad(KEY_UNUSABLE)),
                _ => continue,
            };
            blocks.key = Some(key.map_err(|_| bad(KEY_UNUSABLE))?);
        }
        Ok(blocks)
    }
}

fn bad((code, message, hint): (&'static str, &str, &str)) -> AppError {
    AppError::invalid(code, message).hint(hint)
}

#[cfg(test)]
mod tests {
    use graph_sim::TestKey;

    use super::*;

    fn code(pem: &str) -> &'static str {
        let error = ClientCertificate::from_pem(pem).unwrap_err();
        assert!(error.hint.is_some() && !format!("{error:?}").contains("MII"), "a next step, and nothing of the text");
        error.code
    }

    #[test]
    fn certificate_and_key_are_found_in_any_order_and_beside_others() {
        let (key, other) = (TestKey::One.pem(), TestKey::Two.certificate());
        let certificate = TestKey::One.certificate_until(1_798_761_600_000);
        for pem in
            [format!("{key}{certificate}"), format!("Bag Attributes\n  localKeyID: 01\n{other}\r\n{certificate}{key}")]
        {
            let read = ClientCertificate::from_pem(&pem).unwrap();
            assert_eq!(read.expires_ms(), 1_798_761_600_000);
            assert_eq!(read.thumbprint().len(), 64);
        }
    }

    #[test]
    fn each_kind_of_bad_input_has_its_code() {
        let (key, certificate) = (TestKey::One.pem(), TestKey::One.certificate());
        assert_eq!(code(""), "connection.certificate_missing");
        assert_eq!(code("a secret"), "connection.certificate_missing");
        assert_eq!(code(key), "connection.certificate_missing");
        assert_eq!(code(&certificate), "connection.key_missing");
        assert_eq!(code(&format!("{}{key}", TestKey::Two.certificate())), "connection.key_mismatch");
        for locked in ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED"] {
            assert_eq!(code(&format!("{certificate}{locked}\nMIIx\n")), "connection.key_encrypted");
        }
        assert_eq!(code(&certificate.replace("MII", "M!!")), "connection.certificate_unreadable");
        assert_eq!(
            code(&format!("{key}{certificate}").replace("END CERTIFICATE", "END")),
            "connection.certificate_unreadable"
        );
        let empty = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        assert_eq!(code(&format!("{empty}{key}")), "connection.certificate_unreadable");
        let other = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n";
        assert_eq!(code(&format!("{certificate}{other}")), "connection.key_unusable");
        assert_eq!(
            code(&format!("{certificate}{}", other.replace("PRIVATE", "EC PRIVATE"))),
            "connection.key_unusable"
        );
    }

    #[test]
    fn a_key_never_shows() {
        let pem = format!("{}{}", TestKey::One.pem(), TestKey::One.certificate());
        let shown = format!("{:?}", ClientCertificate::from_pem(&pem).unwrap());
        assert!(shown.contains("thumbprint") && shown.len() < 130, "{shown}");
    }
}
