//! Lists, parts, batches and audit events.

use model::canonical;
use model::registry::{Registry, content};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::json;
use crate::batch::answer;
use crate::json::Parsed;
use crate::observe;
use crate::paging::{Links, Page};

const GRAPH: &str = "https://graph.microsoft.com";

proptest! {
    #[test]
    fn any_bytes_are_json_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
            read(value);
        }
    }

    #[test]
    fn any_json_is_read_or_refused(value in json::value()) {
        read(value);
    }

    #[test]
    fn a_link_is_followed_once_and_on_the_host_alone(links in vec(any::<String>(), 0..8)) {
        let mut watch = Links::new(GRAPH).unwrap();
        let same = links.iter().map(|link| format!("{GRAPH}/{link}"));
        for link in links.iter().cloned().chain(same) {
            if let Ok(allowed) = watch.check(link.clone()) {
                let followed = url::Url::parse(&allowed).unwrap();
                prop_assert_eq!(followed.host_str(), Some("graph.microsoft.com"));
                prop_assert_eq!(watch.check(link).unwrap_err().code, "graph.page_loop");
            }
        }
    }
}

/// As every parser that may see it.
fn read(value: Value) {
    answer::split(Parsed { value: value.clone(), deep: vec![0] });
    observe::fuzz(&value);
    for contract in Registry::embedded().iter() {
        content::RowSignals::of(contract).signal(&value);
        content::name(contract, &value);
        content::platform(contract, &value);
        content::modified_at(contract, &value);
        content::is_built_in(contract, &value);
        content::references(contract, &value);
        content::readable_settings(contract, &value);
        content::assignments(contract, &value);
        canonical::to_string(&content::content_for_hash(contract, value.clone()));
    }
    content::scope_tags(&value);
    let rows = value.get("value").and_then(Value::as_array).map(Vec::len);
    if let Ok(page) = Page::of(value) {
        assert_eq!(Some(page.rows.len()), rows, "a row was lost");
    }
}
