//! Reads a query string as leniently as Graph does: options with and without `$`, doubled `?`, `+` for a space.

use super::{Expand, Filter, expand};
use crate::errors::GraphError;

/// The system query options of one request.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// Lower-cased names; `None` returns everything.
    pub(crate) select: Option<Vec<String>>,
    pub(crate) expand: Vec<Expand>,
    pub(crate) filter: Option<Filter>,
    pub(crate) orderby: Option<String>,
    pub(crate) search: Option<String>,
    pub(crate) top: Option<usize>,
    pub(crate) skip: usize,
    pub(crate) skiptoken: Option<String>,
    /// Empty begins anew.
    pub(crate) deltatoken: Option<String>,
    pub(crate) count: bool,
}

impl Options {
    pub(crate) fn parse(query: &str) -> Result<Self, GraphError> {
        let mut options = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name);
            let name = name.trim_start_matches(['?', '$']).to_lowercase();
            options.set(&name, decode(value).trim())?;
        }
        Ok(options)
    }

    /// Sets one option; names that are not system query options are ignored, as Graph ignores them.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), GraphError> {
        match name {
            "select" => self.select = Some(names(value)),
            "expand" => self.expand = expand::parse(value)?,
            "filter" => self.filter = Some(Filter::parse(value)?),
            "orderby" => self.orderby = Some(value.to_owned()),
            "search" => self.search = Some(value.to_owned()),
            "top" => self.top = Some(number("$top", value)?),
            "skip" => self.skip = number("$skip", value)?,
            "skiptoken" => self.skiptoken = Some(value.to_owned()),
            "deltatoken" => self.deltatoken = Some(value.to_owned()),
            "count" => self.count = value.eq_ignore_ascii_case("true"),
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn selects(&self, name: &str) -> bool {
        self.select.as_ref().is_none_or(|names| names.iter().any(|one| one == "*" || one.eq_ignore_ascii_case(name)))
    }

    /// Whether this property, besides the key, is all that is selected.
    pub(crate) fn selects_only(&self, name: &str) -> bool {
        let others = self.select.iter().flatten().filter(|one| *one != "id");
        others.clone().count() == 1 && others.clone().all(|one| one.eq_ignore_ascii_case(name))
    }
}

fn names(value: &str) -> Vec<String> {
    value.split(',').map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect()
}

fn number(option: &str, value: &str) -> Result<usize, GraphError> {
    value
        .parse()
        .map_err(|_| GraphError::bad_request(format!("Invalid value '{value}' for {option} query option found.")))
}

/// Percent-decodes; a `+` is a space.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let escape = text.get(index + 1..index + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[index], escape) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                index += 2;
            }
            (b'+', _) => decoded.push(b' '),
            (byte, _) => decoded.push(byte),
        }
        index += 1;
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_with_and_without_dollar_and_after_a_second_question_mark() {
        let options = Options::parse("?$expand=localizedNotificationMessages&top=7").unwrap();
        assert_eq!(options.expand[0].name, "localizedNotificationMessages");
        assert_eq!(options.top, Some(7));
        assert_eq!(Options::parse("&top=1000").unwrap().top, Some(1000));
    }

    #[test]
    fn select_knows_no_case() {
        let options = Options::parse("%24select=id,settinginstance").unwrap();
        assert!(options.selects("settingInstance"));
        assert!(!options.selects("displayName"));
    }

    #[test]
    fn a_top_that_is_no_number_is_refused() {
        assert_eq!(Options::parse("$top=all").unwrap_err().status, 400);
    }

    #[test]
    fn plus_and_percent_decode() {
        assert_eq!(decode("a+b%20c%E2%80%93%2"), "a b c–%2");
    }
}
