//! Names and values of a query or a form, in order, with repeats: what filters and forms are made of.

use std::fmt::Write as _;

/// Longest value that is looked at, in bytes. A filter that long is nobody's.
const VALUE_BYTES_MAX: usize = 4096;
/// The same for a certificate with its key, which may come with its chain.
const CERTIFICATE_BYTES_MAX: usize = 32 * 1024;

/// In front of the name of a field for a secret, which is refused when it is too long and never dropped.
pub(crate) const SECRET: &str = "secret:";

fn longest(name: &str) -> usize {
    match name {
        "certificate" => CERTIFICATE_BYTES_MAX,
        name if name.starts_with(SECRET) => usize::MAX,
        _ => VALUE_BYTES_MAX,
    }
}

/// The name under which every list takes what is searched for.
const SEARCH: &str = "q";

/// Cut, and with another control character in the place of NUL.
fn refusable(value: &str) -> String {
    value[..value.floor_char_boundary(VALUE_BYTES_MAX)].replace('\0', "\u{1}")
}

/// Decoded names and values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// From `application/x-www-form-urlencoded` bytes, which never fail to decode. NUL and values of absurd length are
    /// dropped: no field of ours holds any, and PostgreSQL refuses the one. Only a search keeps a form of them that finds
    /// nothing or is refused: without it everything would be listed, and a click would act on everything.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(bytes).into_owned();
        let kept = pairs.filter_map(|(name, value)| {
            let fits = value.len() <= longest(&name) && !value.contains('\0');
            match name.as_str() {
                _ if fits => Some((name, value)),
                SEARCH => Some((name, refusable(&value))),
                _ => None,
            }
        });
        Self(kept.collect())
    }

    /// One name with a value that was sent as text, within the same limits.
    pub(crate) fn of_text(name: &str, value: &str) -> Self {
        let fits = value.len() <= longest(name) && !value.contains('\0');
        Self(if fits { vec![(name.to_owned(), value.to_owned())] } else { Vec::new() })
    }

    /// These, then those.
    #[must_use]
    pub(crate) fn followed_by(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The first value of that name; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The first value of that name, or the empty text.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// All values of that name that are not empty.
    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let name = name.to_owned();
        self.0.iter().filter(move |(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Whether the name has the value.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|each| each == value)
    }

    /// Whether any of these names has a value.
    pub(crate) fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.get(name).is_some())
    }

    /// Names and values that are not empty, in order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Every name that was sent, also without a value, in order.
    pub(crate) fn every_name(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// Whether the name was sent, also without a value.
    pub(crate) fn names(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// The same with only these names: what a link to another page of the same list keeps.
    pub(crate) fn only(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(key, value)| names.contains(&key.as_str()) && !value.is_empty()).cloned().collect())
    }

    /// The same without these names.
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        Self(
            self.0.iter().filter(|(key, value)| !names.contains(&key.as_str()) && !value.is_empty()).cloned().collect(),
        )
    }

    /// The same with this name holding just this value.
    pub(crate) fn with(&self, name: &str, value: impl Into<String>) -> Self {
        let mut fields = self.without(&[name]);
        fields.0.push((name.to_owned(), value.into()));
        fields
    }

    /// The same with one more value of this name.
    pub(crate) fn and(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// The same with all these values of this name as well.
    pub(crate) fn and_all<'a>(mut self, name: &str, values: impl Iterator<Item = &'a str>) -> Self {
        self.0.extend(values.map(|value| (name.to_owned(), value.to_owned())));
        self
    }

    /// An address of `path` with these as its query.
    pub(crate) fn href(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.to_owned();
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let text = query.extend_pairs(&self.0).finish();
        let mut href = String::with_capacity(path.len() + text.len() + 1);
        let _ = write!(href, "{path}?{text}");
        href
    }
}

/// One path segment, percent-encoded.
pub(crate) fn segment(text: &str) -> String {
    // A form encoder leaves only letters, digits and *-._ as they are, all of which are safe in a path, and writes
    // a blank as `+`, which in a path would be a plus.
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    encoded.replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::{Fields, segment};

    #[test]
    fn filters_survive_the_round_trip_through_an_address() {
        let fields = Fields::parse(b"type=a&type=b&q=caf%C3%A9+1%262&empty=");
        assert_eq!(fields.all("type").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(fields.get("q"), Some("café 1&2"));
        assert_eq!(fields.get("empty"), None);
        let href = fields.with("type", "c").without(&["empty"]).href("/x");
        assert_eq!(Fields::parse(href.strip_prefix("/x?").unwrap().as_bytes()).get("q"), Some("café 1&2"));
        assert_eq!(Fields::default().href("/x"), "/x");
    }

    #[test]
    fn values_that_no_database_takes_are_dropped() {
        assert_eq!(Fields::parse(b"name=a%00b").get("name"), None);
        assert_eq!(Fields::parse(format!("name={}", "x".repeat(5000)).as_bytes()).get("name"), None);
    }

    #[test]
    fn a_search_is_never_dropped() {
        assert_eq!(Fields::parse(b"q=a%00b").get("q"), Some("a\u{1}b"));
        assert_eq!(Fields::parse(format!("q={}", "ä".repeat(5000)).as_bytes()).text("q").len(), 4096);
    }

    #[test]
    fn a_segment_cannot_leave_its_place() {
        assert_eq!(segment("a b/../?#%"), "a%20b%2F..%2F%3F%23%25");
    }
}
