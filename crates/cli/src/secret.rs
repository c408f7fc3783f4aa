//! Secrets come from the environment or from standard input, never from the command line, which others can read.

use std::io::{IsTerminal, Read};

use model::AppError;
use secrecy::SecretString;

/// From the named variable, or the whole of standard input without its last line break.
pub fn read_secret(variable: &str, what: &str) -> Result<SecretString, AppError> {
    if let Ok(value) = std::env::var(variable) {
        return Ok(SecretString::from(value));
    }
    if std::io::stdin().is_terminal() {
        return Err(AppError::invalid("secret.missing", format!("{what} is missing"))
            .hint(format!("Pipe it in (for example from a password manager), or set {variable}")));
    }
    let mut text = String::new();
    std::io::stdin().take(64 * 1024).read_to_string(&mut text).map_err(|_| AppError::invalid("secret.unreadable", format!("{what} could not be read")))?;
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()))
}
