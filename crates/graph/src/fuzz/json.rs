//! JSON made of the words that our parsers look for, so that much of it gets past the first check.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

/// Names that mean something somewhere.
const NAMES: [&str; 32] = [
    "",
    "value",
    "id",
    "displayName",
    "name",
    "responses",
    "status",
    "headers",
    "body",
    "Retry-After",
    "request-id",
    "@odata.nextLink",
    "settings@odata.nextLink",
    "@odata.count",
    "@odata.context",
    "@odata.type",
    "@odata.deltaLink",
    "@removed",
    "settings",
    "assignments",
    "target",
    "groupId",
    "lastModifiedDateTime",
    "activityDateTime",
    "resources",
    "resourceId",
    "error",
    "error_codes",
    "error_description",
    "access_token",
    "expires_in",
    "roles",
];
/// Texts that mean something somewhere, and texts that should not.
const TEXTS: [&str; 16] = [
    "",
    "0",
    "p1",
    "https://graph.microsoft.com/beta/x?$skiptoken=1",
    "https://elsewhere.example/",
    "//",
    "yesterday",
    "2026-11-28T10:00:00Z",
    "0001-01-01T00:00:00Z",
    "+999999-12-31T23:59:60.999999999Z",
    "AADSTS7000222: expired",
    "#microsoft.graph.groupAssignmentTarget",
    "eA==",
    "\u{0}\u{202e}\u{feff}",
    "a/b~c",
    "invalid_client",
];
/// Numbers that do not fit where one expects them.
const NUMBERS: [&str; 8] = ["0", "-1", "429", "65536", "1e400", "18446744073709551616", "1.0", "7000222"];
/// Deeper values are plain.
const DEPTH: u32 = 8;
/// Values of one document, about.
const SIZE: u32 = 64;
/// Elements of one list or object.
const LENGTH: u32 = 6;

/// A document.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    plain().prop_recursive(DEPTH, SIZE, LENGTH, |inner| {
        let length = 0..LENGTH as usize;
        prop_oneof![
            vec(inner.clone(), length.clone()).prop_map(Value::Array),
            vec((name(), inner), length).prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn plain() -> impl Strategy<Value = Value> {
    let number = |text: &str| serde_json::from_str(text).expect("every one is a number");
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        select(&NUMBERS[..]).prop_map(number),
        select(&TEXTS[..]).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(&NAMES[..]).prop_map(str::to_owned), 1 => any::<String>()]
}
