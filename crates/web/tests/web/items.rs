//! The items of a run: any part of a long list, in the order that the page says.

use axum::http::StatusCode;
use model::run::ItemOutcome;
use store::ItemRecord;
use testkit::{TestDatabase, on_both_databases};

use crate::support::Site;
use crate::things::{Things, claim, furnish};

on_both_databases!(a_long_list_is_read_in_parts_that_fit_together);

const ITEMS: usize = 250;
/// One in the middle of the second hundred and the last one.
const FAILED: [usize; 2] = [140, 249];

fn item(number: usize) -> ItemRecord {
    let failed = FAILED.contains(&number);
    ItemRecord {
        key: format!("key {number:03}"),
        label: format!("item {number:03}"),
        kind: "Policy".into(),
        outcome: if failed { ItemOutcome::Failed } else { ItemOutcome::Succeeded },
        code: failed.then(|| "graph.throttled".into()),
        message: None,
        detail: None,
    }
}

async fn a_long_list_is_read_in_parts_that_fit_together(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let own = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let started = browser.post(&own.path("/t/{tenant}/groups/sync"), "").await;
    let run = started.location.unwrap().split("started=").nth(1).unwrap().parse().unwrap();
    let own = Things { run, ..own };
    let lease = claim(&site, run).await;
    site.db.ledger().record(&lease, (0..ITEMS).map(item).collect()).await.unwrap();

    let mut said = Vec::new();
    for from in [0, 100, 200] {
        let part = browser.get(&own.path(&format!("/t/{{tenant}}/operations/{{run}}/items?from={from}"))).await;
        assert_eq!(part.status, StatusCode::OK);
        assert!(part.body.starts_with("<tbody") && !part.body.contains("<html"), "{}", part.body);
        said.extend(labels(&part.body));
    }
    let good = (0..ITEMS).filter(|number| !FAILED.contains(number));
    let wanted: Vec<_> = FAILED.into_iter().chain(good).map(|number| format!("item {number:03}")).collect();
    assert_eq!(said, wanted, "problems first, then in order, nothing twice and nothing left out");

    let page = browser.get(&own.path("/t/{tenant}/operations/{run}?from=9999")).await.body;
    assert_eq!(labels(&page).len(), 50, "beyond the end is the last part");
    assert!(page.contains(r#"aria-rowcount="251""#) && page.contains("of </span>250 items"), "{page}");
    let found = browser.get(&own.path("/t/{tenant}/operations/{run}?q=item+1")).await.body;
    assert_eq!(labels(&found).len(), 100);
    assert!(found.contains(r#"data-total="100""#) && found.contains("/items?q=item+1"), "{found}");
    let failed = browser.get(&own.path("/t/{tenant}/operations/{run}/items?outcome=failed&from=1")).await.body;
    assert_eq!(labels(&failed), ["item 249"]);
    site.stop.cancel();
}

fn labels(html: &str) -> Vec<String> {
    html.split("<b>item ").skip(1).map(|rest| format!("item {}", &rest[..3])).collect()
}
