//! Secrets come from the environment or from standard input, never from the command line, which others can read.

use std::io::{IsTerminal, Read};

use model::AppError;
use secrecy::SecretString;

/// More than any secret has; a file piped in by mistake is not read whole.
const BYTES_MAX: u64 = 64 * 1024;

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

fn piped() -> std::io::Result<String> {
    let mut text = String::new();
    std::io::stdin().take(BYTES_MAX).read_to_string(&mut text)?;
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    Ok(text)
}
