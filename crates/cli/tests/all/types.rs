//! `types`: what this version can do, without any database.

use serde_json::Value;
use store::Engine;
use testkit::TestDatabase;

use crate::program::{command, say};

#[test]
fn each_type_says_what_can_be_done_with_it_and_why_not_more() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let mut text = String::new();
        for arguments in [
            &["types"][..],
            &["types", "vppTokens"],
            &["types", "mobileApps"],
            &["types", "nonsense"],
            &["types", "--help"],
        ] {
            let said = say(command(database.address(), arguments)).await;
            text.push_str(&format!("$ tenantatlas {}\n{}\n", arguments.join(" "), said.text()));
        }
        insta::assert_snapshot!("types", text);
        let said = say(command(database.address(), &["types", "--json"])).await;
        let types: Vec<Value> = serde_json::from_str(&said.out).unwrap();
        assert_eq!(types.len(), model::registry::Registry::embedded().iter().count());
        assert!(types.iter().all(|each| each["can"]["restore"]["answer"].is_string()), "{}", said.out);
    });
}
