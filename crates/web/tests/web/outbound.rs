//! Rendering makes no outbound call: this crate has no way out, and the tenant's cloud sees no connection.

use axum::http::StatusCode;
use model::cloud::{Cloud, Clouds};
use testkit::{TestDatabase, on_both_databases};
use tokio::net::TcpListener;
use web::routes::{Kind, facts};

use crate::support::Site;
use crate::things::furnish;

on_both_databases!(no_page_connects_to_the_tenants_cloud);

/// Crates that open connections.
const WAYS_OUT: [&str; 6] = ["graph", "reqwest", "hyper", "hyper-util", "ureq", "axum-server"];

async fn no_page_connects_to_the_tenants_cloud(database: &TestDatabase) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let mut clouds = Clouds::default();
    clouds.add(Cloud {
        key: "watched".into(),
        label: "Watched".into(),
        login_url: origin.clone(),
        graph_url: origin,
        unlimited: false,
    });
    let site = Site::with_clouds(database, clouds).await;
    let anna = site.user("anna", true).await;
    let things = furnish(&site, "own", "watched", anna).await;
    let mut browser = site.browser_of(anna).await;
    let mut rendered = 0;
    for route in facts().into_iter().filter(|route| matches!(route.kind, Kind::Page | Kind::Api)) {
        let format = if route.path.ends_with("/export") { "?format=csv" } else { "" };
        let answer = browser.get(&format!("{}{format}", things.path(route.path))).await;
        // No run here has made a file.
        let no_file = route.path.ends_with("/file") && answer.status == StatusCode::CONFLICT;
        // Nobody was sent away who could come back.
        let no_state = route.path == web::CALLBACK && answer.status == StatusCode::NOT_FOUND;
        let fine = no_file || no_state || answer.status == StatusCode::OK || answer.status.is_redirection();
        assert!(fine, "{} {}: {}", route.method, route.path, answer.status);
        rendered += 1;
    }
    assert!(rendered > 20, "only {rendered} routes were rendered");
    for pattern in ["/t/{tenant}/inventory/sync", "/t/{tenant}/groups/sync", "/t/{tenant}/connection/check"] {
        assert_eq!(browser.post(&things.path(pattern), "").await.status, StatusCode::SEE_OTHER, "{pattern}");
    }
    // A connection would be waiting in the listener's queue by now, for every answer came after its page was rendered.
    let waiting = futures::poll!(std::pin::pin!(listener.accept()));
    assert!(waiting.is_pending(), "something connected to the tenant's cloud");
    site.stop.cancel();
}

#[test]
fn this_crate_depends_on_nothing_that_opens_connections() {
    let manifest: String = include_str!("../../Cargo.toml").split("[dev-dependencies]").next().unwrap().to_owned();
    let names = manifest.lines().filter_map(|line| line.split(['.', '=', ' ']).next());
    let found: Vec<&str> = names.filter(|name| WAYS_OUT.contains(name)).collect();
    assert!(found.is_empty(), "crates/web/Cargo.toml names {found:?}");
    assert!(manifest.contains("axum.workspace"), "the manifest was read");
}
