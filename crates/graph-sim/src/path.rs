//! Paths below the version: keys in parentheses or as segments, casts, trailing slashes.

use crate::query::decode;

/// Splits a path into decoded segments. `a('k')/b/` becomes `a`, `k`, `b`; a function keeps its parentheses.
pub(crate) fn split(path: &str) -> Vec<String> {
    let mut segments = Vec::new();
    for raw in path.split('/').filter(|segment| !segment.is_empty()) {
        // In a path a plus is a plus.
        let segment = decode(&raw.replace('+', "%2B"));
        match key_in_parentheses(&segment) {
            Some((name, key)) => segments.extend([name.to_owned(), key.to_owned()]),
            None => segments.push(segment),
        }
    }
    segments
}

/// `name('key')` and `name(key)`, but not `function(parameter='value')`.
fn key_in_parentheses(segment: &str) -> Option<(&str, &str)> {
    let (name, rest) = segment.split_once('(')?;
    let key = rest.strip_suffix(')')?;
    let key = key.strip_prefix('\'').and_then(|key| key.strip_suffix('\'')).unwrap_or(key);
    let is_key = !name.is_empty() && !key.is_empty() && (!key.contains('=') || key.starts_with("appId="));
    is_key.then_some((name, key))
}

/// The name without the `microsoft.graph.` in front of it.
pub(crate) fn plain_name(segment: &str) -> &str {
    segment.strip_prefix("microsoft.graph.").or_else(|| segment.strip_prefix("graph.")).unwrap_or(segment)
}

/// The value of a function's parameter, as in `f(name='value')`.
pub(crate) fn parameter<'a>(segment: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = segment.split_once('(')?;
    let rest = rest.strip_suffix(')')?.strip_prefix(name)?.strip_prefix('=')?;
    Some(rest.trim_matches('\''))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_parentheses_or_as_segments() {
        let expected = ["deviceManagement", "configurationPolicies", "a b", "settings"];
        assert_eq!(split("/deviceManagement/configurationPolicies('a%20b')/settings/"), expected);
        assert_eq!(split("deviceManagement//configurationPolicies/a b/settings"), expected);
    }

    #[test]
    fn a_function_keeps_its_parameters() {
        let segments = split("x/getOmaSettingPlainTextValue(secretReferenceValueId='a_b')");
        assert_eq!(parameter(&segments[1], "secretReferenceValueId"), Some("a_b"));
        assert_eq!(split("servicePrincipals(appId='7')"), ["servicePrincipals", "appId='7'"]);
    }
}
