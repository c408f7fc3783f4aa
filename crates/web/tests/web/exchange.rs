//! Files come in through a form and through the API, and go out by a start.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use store::{RunFilter, RunPageRequest, RunRow};
use testkit::{TestDatabase, on_both_databases};

use crate::support::{Answer, Browser, Site, form_with_file, read};
use crate::things::{Things, furnish};

on_both_databases!(
    a_file_is_sent_by_a_form_and_by_the_api_and_each_leads_to_its_run,
    what_is_no_file_of_ours_to_read_is_refused_where_it_was_chosen,
    an_export_says_what_and_how,
);

const JSON: &[u8] = b"{\"@odata.type\":\"#microsoft.graph.iosWiFiConfiguration\"}";

async fn runs_of(site: &Site, things: &Things, member: model::ids::UserId, run_type: &str) -> Vec<RunRow> {
    let scope = site.db.authorise(member, things.tenant).await.unwrap();
    let filter = RunFilter { types: vec![run_type.into()], ..RunFilter::default() };
    let request = RunPageRequest { before: None, after: None, limit: 10 };
    site.db.tenant(&scope).runs().list(&filter, &request).await.unwrap().rows
}

async fn send_form(browser: &mut Browser<'_>, path: &str, token: &str, name: &str, content: &[u8]) -> Answer {
    let request = Request::post(path).header(CONTENT_TYPE, "multipart/form-data; boundary=x");
    read(browser.send(request.body(Body::from(form_with_file(token, name, content))).unwrap()).await).await
}

async fn a_file_is_sent_by_a_form_and_by_the_api_and_each_leads_to_its_run(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let path = things.path("/t/{tenant}/backups/import");
    let page = browser.get(&things.path("/t/{tenant}/backups")).await;
    assert!(page.body.contains("multipart/form-data") && page.body.contains("type=\"file\""), "{}", page.body);
    let token = browser.csrf.clone();
    let sent = send_form(&mut browser, &path, &token, "C:\\files\\wifi.json", JSON).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let run = &runs_of(&site, &things, anna, "backup_set.import").await[0];
    assert_eq!(run.target, "“Import of wifi” from wifi.json");
    assert!(sent.location.unwrap().contains(&run.id.to_string()));
    let request = Request::post(things.path("/api/v1/tenants/{tenant}/backups/import") + "?file=other.json&name=Wi-Fi")
        .header("x-csrf-token", &token);
    let answer = read(browser.send(request.body(Body::from(JSON)).unwrap()).await).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    assert!(answer.body.contains("\"started\""), "another name is another set: {}", answer.body);
    // The token is asked for in both.
    assert_eq!(send_form(&mut browser, &path, "wrong", "a.json", JSON).await.status, StatusCode::FORBIDDEN);
    let request = Request::post(things.path("/api/v1/tenants/{tenant}/backups/import") + "?file=x.json");
    let answer = read(browser.send(request.body(Body::from(JSON)).unwrap()).await).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(runs_of(&site, &things, anna, "backup_set.import").await.len(), 2);
    site.stop.cancel();
}

async fn what_is_no_file_of_ours_to_read_is_refused_where_it_was_chosen(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let path = things.path("/t/{tenant}/backups/import");
    let token = browser.csrf.clone();
    for (content, words) in [(&b""[..], "The file is empty"), (b"PK\x03\x04 cut off", "The ZIP archive cannot be read")]
    {
        let answer = send_form(&mut browser, &path, &token, "a.zip", content).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(answer.body.contains(words) && answer.body.contains("file-error"), "{}", answer.body);
    }
    let answer = browser.post(&path, "set-name=x").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "a form without a file");
    let large = vec![b' '; app::exchange::SENT_BYTES_MAX + 128 * 1024];
    let answer = send_form(&mut browser, &path, &token, "a.json", &large).await;
    assert!(answer.body.contains("larger than this server takes"), "{}", answer.body);
    assert!(runs_of(&site, &things, anna, "backup_set.import").await.is_empty());
    site.stop.cancel();
}

async fn an_export_says_what_and_how(database: &TestDatabase) {
    let site = Site::new(database).await;
    let anna = site.user("anna", false).await;
    let things = furnish(&site, "own", "global", anna).await;
    let mut browser = site.browser_of(anna).await;
    let page = browser.get(&things.path("/t/{tenant}/inventory?type=scopeTags")).await;
    assert!(page.body.contains("type=scopeTags&amp;layout=intune-management"), "{}", page.body);
    let path = things.path("/t/{tenant}/inventory/export?type=scopeTags&layout=portal");
    assert_eq!(browser.post(&path, "").await.status, StatusCode::SEE_OTHER);
    let path = things.path("/api/v1/tenants/{tenant}/inventory/export");
    let answer = browser.post_json(&path, "{\"layout\":\"intunecd\"}").await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    let targets: Vec<_> =
        runs_of(&site, &things, anna, "configuration.export").await.into_iter().map(|run| run.target).collect();
    assert_eq!(targets, ["the whole inventory as IntuneCD", "Scope tag as Portal JSON"]);
    for (body, code) in [
        ("{\"layout\":\"wide\"}", "export.layout"),
        ("{\"filter\":{\"type\":[\"nonsense\"]}}", "filter.unknown"),
        ("{\"policies\":[{\"type\":\"scopeTags\",\"id\":\"nobody\"}]}", "not_found"),
    ] {
        let answer = browser.post_json(&path, body).await;
        assert!(answer.body.contains(code), "{body}: {}", answer.body);
    }
    site.stop.cancel();
}
