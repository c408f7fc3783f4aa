//! `$expand`, nested and with options of its own.

use super::Options;
use crate::errors::GraphError;

/// One navigation to include.
#[derive(Debug)]
pub(crate) struct Expand {
    pub(crate) name: String,
    pub(crate) options: Options,
}

/// Reads `a,b($expand=c;$select=d,e)`.
pub(crate) fn parse(text: &str) -> Result<Vec<Expand>, GraphError> {
    split(text, ',').into_iter().map(parse_one).collect()
}

fn parse_one(item: &str) -> Result<Expand, GraphError> {
    let (name, inner) = match item.split_once('(') {
        None => (item, None),
        Some((name, rest)) => {
            let inner = rest.strip_suffix(')').ok_or_else(|| {
                GraphError::bad_request(format!("Syntax error in $expand: '{item}' lacks a closing parenthesis."))
            })?;
            (name, Some(inner))
        }
    };
    let mut options = Options::default();
    for option in inner.map(|inner| split(inner, ';')).unwrap_or_default() {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        options.set(&name.trim().trim_start_matches('$').to_lowercase(), value.trim())?;
    }
    // A cast in front of the navigation says only where it is declared.
    let name = name.trim().rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Expand { name, options })
}

/// Splits at a separator that stands outside parentheses and quotes.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut quoted, mut start) = (0_usize, false, 0);
    let mut pieces = Vec::new();
    for (index, character) in text.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ if character == separator && depth == 0 && !quoted => {
                pieces.push(text[start..index].trim());
                start = index + separator.len_utf8();
            }
            _ => {}
        }
    }
    pieces.push(text[start..].trim());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_expands_and_their_options_are_read() {
        let expands = parse("definition,presentationValues($expand=presentation;$select=id,value)").unwrap();
        assert_eq!(expands[0].name, "definition");
        let nested = &expands[1].options;
        assert_eq!(nested.expand[0].name, "presentation");
        assert!(nested.selects("value") && !nested.selects("other"));
    }

    #[test]
    fn a_missing_parenthesis_is_refused() {
        assert_eq!(parse("settings($top=1").unwrap_err().status, 400);
    }
}
