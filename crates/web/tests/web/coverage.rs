//! Coverage: each type with how well it was seen and what can be done with it, on the page and by the API.

use app::inventory::{Selection, start_sync};
use app::starting::Extra;
use serde_json::Value;
use testkit::{TestDatabase, on_both_databases};

use crate::support::Site;
use crate::things::{claim, finish, furnish, observed};

on_both_databases!(each_type_says_how_well_it_was_seen, a_type_without_its_permission_names_it,);

async fn each_type_says_how_well_it_was_seen(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let page = browser.get(&own.path("/t/{tenant}/coverage")).await.body;
    let observed = model::registry::Registry::embedded().observed();
    let observed: Vec<_> = observed.collect();
    for contract in &observed {
        assert!(page.contains(&format!(r#"id="{}""#, contract.key)), "{} is not on the page", contract.key);
    }
    assert!(page.contains(&format!("1 of {} types complete", observed.len())), "{page}");
    assert!(page.contains(&format!("{} never observed", observed.len() - 1)), "{page}");
    assert!(page.contains("The token file has to be uploaded again"), "why VPP tokens are not restored");
    let answer = browser.get(&own.path("/api/v1/tenants/{tenant}/coverage")).await.body;
    let rows: Vec<Value> = serde_json::from_str(&answer).unwrap();
    assert_eq!(rows.len(), observed.len());
    let row = |key: &str| rows.iter().find(|row| row["type"] == key).unwrap();
    assert_eq!((&row("scopeTags")["state"], &row("scopeTags")["objects"]), (&"complete".into(), &1.into()));
    assert_eq!(row("vppTokens")["state"], "never_observed");
    assert_eq!(row("vppTokens")["can"]["restore"]["answer"], "no");
    site.stop.cancel();
}

async fn a_type_without_its_permission_names_it(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let scope = site.db.authorise(anna, own.tenant).await.unwrap();
    let selection = Selection::of(&["windows365Provisioning"]).unwrap();
    let run = start_sync(&site.db, &scope, &selection, Extra::default()).await.unwrap().run();
    let lease = claim(&site, run).await;
    let tenant = site.db.tenant(&scope);
    let code = Some("graph.permission_denied");
    tenant.inventory().finish_types(&lease, &[observed("windows365Provisioning", code, 0)]).await.unwrap();
    finish(&site, &lease).await;
    let page = site.browser_of(anna).await.get(&own.path("/t/{tenant}/coverage")).await.body;
    assert!(page.contains("1 not read") && page.contains("It needs CloudPC.Read.All."), "{page}");
    assert!(page.contains(&own.path(&format!("/t/{{tenant}}/operations/{run}"))), "the run that could not");
    site.stop.cancel();
}
