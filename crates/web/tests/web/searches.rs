//! Searching the inventory by page and API, what cannot be searched for, and references both ways.

use axum::http::StatusCode;
use testkit::{TestDatabase, on_both_databases};

use crate::support::Site;
use crate::things::furnish;

on_both_databases!(
    a_setting_is_found_and_shown_by_page_and_api,
    what_cannot_be_searched_for_is_answered_in_words,
    an_object_says_what_it_names_and_what_names_it,
);

async fn a_setting_is_found_and_shown_by_page_and_api(database: &TestDatabase) {
    let site = Site::new(database).await;
    let (anna, zoe) = (site.user("anna", false).await, site.user("zoe", false).await);
    let own = furnish(&site, "own", "global", anna).await;
    furnish(&site, "foreign", "global", zoe).await;
    let mut browser = site.browser_of(anna).await;
    let page = browser.get(&own.path("/t/{tenant}/inventory?q=ALERT+script")).await.body;
    assert!(page.contains("Matches <b>Description</b>: &lt;script&gt;alert(1)&lt;/script&gt;"), "{page}");
    assert!(page.contains("Capture all 1 match") && !page.contains("cannot be searched yet"), "{page}");
    let page = browser.get(&own.path("/t/{tenant}/inventory?q=alert&state=missing")).await.body;
    assert!(page.contains("No object matches"), "together with the other filters: {page}");
    for (text, found, by_setting) in
        [("alert", 1, true), ("own", 1, false), ("foreign", 0, false), ("own+alert", 1, true)]
    {
        let answer = browser.get(&own.path(&format!("/api/v1/tenants/{{tenant}}/inventory?q={text}"))).await;
        let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let objects = json["objects"].as_array().unwrap();
        assert_eq!(objects.len(), found, "{text}: {}", answer.body);
        let place = objects.first().and_then(|object| object["match"]["place"].as_str());
        assert_eq!(place, by_setting.then_some("Description"), "{text}");
    }
    database.execute("update inventory_objects set text_rules = 0").await;
    let page = browser.get(&own.path("/t/{tenant}/inventory?q=alert")).await.body;
    assert!(page.contains("Settings of 1 object cannot be searched yet"), "{page}");
    site.stop.cancel();
}

async fn what_cannot_be_searched_for_is_answered_in_words(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let long = "x".repeat(10_000);
    for (text, code) in [
        ("*", "search.no_word"),
        ("%22%22", "search.no_word"),
        ("%25_%5C", "search.no_word"),
        ("a%00b", "search.control_character"),
        (long.as_str(), "search.too_long"),
    ] {
        let page = browser.get(&own.path(&format!("/t/{{tenant}}/inventory?q={text}"))).await;
        assert_eq!(page.status, StatusCode::OK, "{code}");
        assert!(page.body.contains("This cannot be searched for") && page.body.contains(code), "{code}: {}", page.body);
        let answer = browser.get(&own.path(&format!("/api/v1/tenants/{{tenant}}/inventory?q={text}"))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        assert!(answer.body.contains(code), "{code}: {}", answer.body);
    }
    for (text, found) in [("%22object-of", 1), ("%27+or+1%3D1", 0), ("own%25", 0), ("", 1)] {
        let page = browser.get(&own.path(&format!("/t/{{tenant}}/inventory?q={text}"))).await.body;
        assert_eq!(page.contains("scopeTags/object-of-own"), found == 1, "{text}: {page}");
    }
    site.stop.cancel();
}

async fn an_object_says_what_it_names_and_what_names_it(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let name = |kind: &str, target: &str| {
        format!(
            "insert into inventory_references (tenant_id, type_key, external_id, kind, target_id) \
             select tenant_id, type_key, external_id, '{kind}', '{target}' from inventory_objects"
        )
    };
    for (kind, target) in [("scopeTags", "object-of-own"), ("groups", "nobody"), ("external:user", "someone")] {
        database.execute(&name(kind, target)).await;
    }
    let mut browser = site.browser_of(anna).await;
    let page = browser.get(&own.path("/t/{tenant}/inventory/scopeTags/object-of-own")).await.body;
    for words in ["3 objects", "Not observed", "Not part of the inventory", "uses=scopeTags%2Fobject-of-own"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    for (uses, found) in [("groups/nobody", true), ("groups/other", false), ("scopeTags/object-of-own", true)] {
        let page = browser.get(&own.path(&format!("/t/{{tenant}}/inventory?uses={uses}"))).await.body;
        assert_eq!(page.contains(r#"value="scopeTags/object-of-own""#), found, "{uses}: {page}");
        assert!(page.contains("Using "), "{uses}");
    }
    let answer = browser.get(&own.path("/api/v1/tenants/{tenant}/inventory/scopeTags/object-of-own")).await.body;
    let json: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!((json["uses"].as_array().unwrap().len(), &json["used_by"]), (3, &serde_json::json!(1)), "{answer}");
    assert_eq!(
        json["uses"][0],
        serde_json::json!({ "kind": "external:user", "id": "someone", "name": null, "missing": false })
    );
    site.stop.cancel();
}
