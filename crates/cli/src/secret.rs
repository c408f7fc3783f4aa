//! Secrets come from the environment or from standard input, never from the command line, which others can read.

use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::Path;

use app::tenants::CredentialInput;
use model::AppError;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// More than any secret has; a file piped in by mistake is not read whole.
const BYTES_MAX: u64 = 64 * 1024;

/// Holds a client secret, for scripts.
const CLIENT_SECRET: &str = "TENANTATLAS_CLIENT_SECRET";

/// From the named variable, typed without echo on a terminal, or the whole of standard input without its line break.
pub(crate) fn read_secret(variable: &str, what: &str) -> Result<SecretString, AppError> {
    if let Ok(value) = std::env::var(variable) {
        return Ok(SecretString::from(value));
    }
    let read = if std::io::stdin().is_terminal() { rpassword::prompt_password(format!("{what}: ")) } else { piped() };
    match read {
        Ok(text) if !text.is_empty() => Ok(SecretString::from(text)),
        _ => Err(AppError::invalid("secret.missing", format!("{what} is missing"))
            .hint(format!("Type it when asked, pipe it in (for example from a password manager), or set {variable}"))),
    }
}

/// The certificate in that file, or else a client secret. A secret that is set besides is not overlooked.
pub(crate) fn read_credential(certificate: Option<&Path>) -> Result<CredentialInput, AppError> {
    let Some(path) = certificate else {
        return read_secret(CLIENT_SECRET, "Client secret").map(CredentialInput::secret);
    };
    let mut input = CredentialInput::certificate(read_file(path)?);
    if let Ok(secret) = std::env::var(CLIENT_SECRET) {
        input.secret = secret.into();
    }
    Ok(input)
}

/// A file that is no text, such as a .pfx, is read all the same: what is missing in it is said then.
fn read_file(path: &Path) -> Result<SecretString, AppError> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = File::open(path).and_then(|file| file.take(BYTES_MAX).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(SecretString::from(String::from_utf8_lossy(&bytes).as_ref())),
        Err(_) => Err(AppError::invalid("connection.certificate_file", format!("{} cannot be read", path.display()))
            .hint("Name a file with --certificate that this account may read")),
    }
}

fn piped() -> std::io::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(BYTES_MAX).read_to_string(&mut text)?;
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    Ok(text)
}
