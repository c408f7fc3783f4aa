//! Restores on their pages and in the API: gates, old revisions, the second person, and who sees what.

use axum::http::StatusCode;
use model::access::Role;
use model::ids::{RunId, UserId};
use model::run::Status;
use store::{RunFilter, RunPageRequest};
use testkit::{TestDatabase, on_both_databases};

use crate::support::{Browser, Site};
use crate::things::{Things, furnish, observe_again, plan, restore};

on_both_databases!(
    a_restore_is_confirmed_only_behind_its_gates,
    whoever_saw_an_older_revision_changes_nothing,
    a_name_that_nothing_has_is_refused_and_kept,
    a_secret_is_entered_and_never_shown_again,
    a_second_person_is_one_who_did_not_begin_it,
    a_reader_sees_the_plan_and_changes_nothing,
    another_tenants_objects_are_taken_only_by_its_members
);

async fn world(database: &TestDatabase) -> (Site, Things, UserId) {
    let site = Site::new(database).await;
    let owner = site.user("owner", false).await;
    let things = furnish(&site, "own", "global", owner).await;
    (site, things, owner)
}

/// Runs that execute a restore.
async fn executions(site: &Site, things: &Things, owner: UserId) -> Vec<RunId> {
    let scope = site.db.authorise(owner, things.tenant).await.unwrap();
    let filter = RunFilter { types: vec!["restore.execute".into()], ..RunFilter::default() };
    let page = RunPageRequest { limit: 10, ..RunPageRequest::default() };
    let rows = site.db.tenant(&scope).runs().list(&filter, &page).await.unwrap().rows;
    assert!(rows.iter().all(|row| row.status == Status::Queued));
    rows.iter().map(|row| row.id).collect()
}

async fn a_restore_is_confirmed_only_behind_its_gates(database: &TestDatabase) {
    let (site, things, owner) = world(database).await;
    let mut browser = site.browser_of(owner).await;
    let path = things.path("/t/{tenant}/restores/{restore}/confirm");
    let page = browser.get(&path).await.body;
    assert!(page.contains("Restore 1 item to own") && !page.contains("Not available yet"), "{page}");
    let hash = page.split("name=\"plan\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let said = |name: &str, rest: &str| format!("plan={hash}&tenant_name={name}&reason=Because{rest}");
    for (form, code) in [
        (said("own", ""), "restore.impact_not_reviewed"),
        (said("Own", "&impact=yes"), "wrong_tenant_name"),
        (said("own", "&impact=yes").replace("Because", ""), "reason_missing"),
        (said("own", "&impact=yes").replace(&hash, &"0".repeat(64)), "restore.other_plan"),
    ] {
        let answer = browser.post(&path, &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
        let confirm = things.path("/api/v1/tenants/{tenant}/restores/{restore}/confirm");
        let said = serde_json::json!({
            "plan": if code.ends_with("other_plan") { "0".repeat(64) } else { hash.clone() },
            "impact_reviewed": !code.contains("impact"),
            "tenant_name": if code.contains("name") { "Own" } else { "own" },
            "reason": if code.contains("reason") { "" } else { "Because" },
        });
        let json = browser.post_json(&confirm, &said.to_string()).await;
        assert!(json.status == StatusCode::UNPROCESSABLE_ENTITY && json.body.contains(code), "{code}: {}", json.body);
    }
    // What is chosen changes, and the plan is one of the past.
    let scope = things.path("/t/{tenant}/restores/{restore}/scope");
    assert_eq!(
        browser.post(&scope, "revision=1&which=all&settings=yes&assignments=yes").await.status,
        StatusCode::SEE_OTHER
    );
    let stale = browser.get(&path).await.body;
    assert!(stale.contains("Not available yet") && stale.contains("restore.no_current_plan"), "{stale}");
    let refused = browser.post(&path, &said("own", "&impact=yes")).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert_eq!(executions(&site, &things, owner).await, []);

    let scope = site.db.authorise(owner, things.tenant).await.unwrap();
    let fresh = plan(&site, &scope, things.restore).await;
    let started = browser.post(&path, &said("own", "&impact=yes").replace(&hash, &fresh)).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.body);
    assert_eq!(executions(&site, &things, owner).await.len(), 1);
    another_one_would_wait(&site, &mut browser, &things, owner).await;
    site.stop.cancel();
}

/// While a restore is executed, another one says that it would wait, on its page and in the API.
async fn another_one_would_wait(site: &Site, browser: &mut Browser<'_>, things: &Things, owner: UserId) {
    let scope = site.db.authorise(owner, things.tenant).await.unwrap();
    let run = executions(site, things, owner).await[0];
    let other = Things { restore: restore(site, &scope, things.set).await, ..things.clone() };
    let page = other.path("/t/{tenant}/restores/{restore}/preview");
    // Whoever took the preview of the other one took up what was waiting as well.
    let shown = browser.get(&page).await.body;
    assert!(shown.contains("Another restore is writing") && shown.contains("Plan is current"), "{shown}");
    let told = browser.get(&other.path("/api/v1/tenants/{tenant}/restores/{restore}")).await.body;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["writing_now"], &told["moved_since"]), (&run.to_string().into(), &serde_json::json!([])));
}

async fn whoever_saw_an_older_revision_changes_nothing(database: &TestDatabase) {
    let (site, things, owner) = world(database).await;
    let mut browser = site.browser_of(owner).await;
    let scope = things.path("/t/{tenant}/restores/{restore}/scope");
    browser.post(&scope, "revision=1&which=all&settings=yes&assignments=yes").await;
    let late = browser.post(&scope, "revision=1&which=all&settings=yes").await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(
        late.body.contains("restore.changed_meanwhile") && late.body.contains("name=\"revision\" value=\"2\""),
        "{}",
        late.body
    );
    let answers = things.path("/t/{tenant}/restores/{restore}/answers");
    let target = format!("revision=1&t:scopeTags/{}=skip", things.object);
    let late = browser.post(&answers, &target).await;
    assert!(late.status == StatusCode::CONFLICT && late.body.contains("restore.changed_meanwhile"), "{}", late.body);
    // The same answer with the revision that stands there is kept, and shown.
    assert_eq!(browser.post(&answers, &target.replace("revision=1", "revision=2")).await.status, StatusCode::SEE_OTHER);
    let shown = browser.get(&things.path("/t/{tenant}/restores/{restore}/checks?show=all")).await.body;
    assert!(shown.contains("Left out"), "{shown}");
    let mapping = browser.get(&things.path("/api/v1/tenants/{tenant}/restores/{restore}/mapping")).await.body;
    let mapping: serde_json::Value = serde_json::from_str(&mapping).unwrap();
    assert_eq!(mapping["targets"][0]["answer"]["answer"], "left_out");
    site.stop.cancel();
}

async fn a_name_that_nothing_has_is_refused_and_kept(database: &TestDatabase) {
    let (site, things, owner) = world(database).await;
    let mut browser = site.browser_of(owner).await;
    let answers = things.path("/t/{tenant}/restores/{restore}/answers");
    let form = format!("revision=1&show=all&t:scopeTags/{0}=skip&ti:scopeTags/{0}=No%20such%20tag", things.object);
    let refused = browser.post(&answers, &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    assert!(refused.body.contains("restore.unknown_object"), "{}", refused.body);
    assert!(refused.body.contains("value=\"No such tag\""), "what was typed is kept");
    assert!(refused.body.contains("<option value=\"skip\" selected>"), "and what was chosen: {}", refused.body);
    let along = browser.post(&answers, "revision=1&r:assignmentFilters/x=along").await;
    assert!(along.body.contains("restore.cannot_come_along"), "{}", along.body);
    let api = things.path("/api/v1/tenants/{tenant}/restores/{restore}/answers");
    let asked =
        serde_json::json!({ "revision": 1, "references": [{ "kind": "assignmentFilters", "id": "x", "along": true }] });
    let along = browser.post_json(&api, &asked.to_string()).await;
    assert!(along.body.contains("restore.cannot_come_along"), "{}", along.body);
    let field = format!("ti:scopeTags/{}=object", things.object);
    let offered = browser.get(&things.path(&format!("/t/{{tenant}}/restores/{{restore}}/names?{field}"))).await;
    assert!(offered.body.contains(&format!("<option value=\"{}\">", things.object)), "{}", offered.body);
    let by_name = form.replace("No%20such%20tag", &things.object.to_uppercase());
    assert_eq!(browser.post(&answers, &by_name).await.status, StatusCode::SEE_OTHER);
    site.stop.cancel();
}

async fn a_secret_is_entered_and_never_shown_again(database: &TestDatabase) {
    let (site, things, owner) = world(database).await;
    database.forbid("typed-into-the-page-51");
    database.forbid("sent-by-a-program-52");
    let scope = site.db.authorise(owner, things.tenant).await.unwrap();
    let version = observe_again(&site, &scope, &things.object, |tag| tag["pin"] = "****".into()).await;
    let source = app::restores::Source::Versions { tenant: things.tenant, versions: vec![version] };
    let restore = app::restores::begin(&site.db, &scope, source).await.unwrap();
    let things = Things { restore, ..things };
    let mut browser = site.browser_of(owner).await;
    let checks = things.path("/t/{tenant}/restores/{restore}/checks");
    let page = browser.get(&checks).await.body;
    let field = format!("secret:scopeTags/{}#/pin", things.object);
    for words in ["1 secret not entered", "Stays as it is", &field] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let secrets = things.path("/t/{tenant}/restores/{restore}/secrets");
    let form = |revision: u32, value: &str| format!("revision={revision}&{}={value}", field.replace('#', "%23"));
    let refused = browser.post(&secrets, &form(1, "****")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("restore.secret_masked"), "{}", refused.body);
    let late = browser.post(&secrets, &form(7, "x")).await;
    assert!(late.status == StatusCode::CONFLICT && late.body.contains("restore.changed_meanwhile"), "{}", late.body);
    assert_eq!(browser.post(&secrets, &form(1, "")).await.status, StatusCode::SEE_OTHER, "nothing was typed");
    assert_eq!(browser.post(&secrets, &form(1, "typed-into-the-page-51")).await.status, StatusCode::SEE_OTHER);
    let page = browser.get(&checks).await.body;
    assert!(page.contains("All secrets are entered") && !page.contains("typed-into"), "{page}");
    let mapping = things.path("/api/v1/tenants/{tenant}/restores/{restore}/mapping");
    let told: serde_json::Value = serde_json::from_str(&browser.get(&mapping).await.body).unwrap();
    assert_eq!((&told["secrets"][0]["entered"], &told["secrets"][0]["name"]), (&true.into(), &"Pin".into()));

    let api = things.path("/api/v1/tenants/{tenant}/restores/{restore}/secrets");
    let mut secret = serde_json::json!({ "type": "scopeTags", "id": things.object, "pointer": "/pin", "value": "sent-by-a-program-52" });
    let body = |revision: u32, secret: &serde_json::Value| {
        serde_json::json!({ "revision": revision, "secrets": [secret] }).to_string()
    };
    let kept = browser.post_json(&api, &body(2, &secret)).await;
    assert!(kept.status == StatusCode::OK && kept.body.contains("3"), "{}", kept.body);
    secret["value"] = serde_json::Value::Null;
    assert_eq!(browser.post_json(&api, &body(3, &secret)).await.status, StatusCode::OK);
    assert!(browser.get(&checks).await.body.contains("1 secret not entered"), "it is forgotten");
    let odd = browser.post_json(&api, &body(4, &serde_json::json!({ "type": "x" }))).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", odd.body);
    site.stop.cancel();
}

async fn a_second_person_is_one_who_did_not_begin_it(database: &TestDatabase) {
    let (site, things, owner) = world(database).await;
    let manager = site.user("manager", false).await;
    let scope = site.db.authorise(owner, things.tenant).await.unwrap();
    site.db.tenant(&scope).set_member(manager, Role::Manager).await.unwrap();
    let (mut first, mut second) = (site.browser_of(owner).await, site.browser_of(manager).await);
    let rule = things.path("/t/{tenant}/members/second-person");
    assert_eq!(second.post(&rule, "demanded=yes").await.status, StatusCode::FORBIDDEN);
    assert_eq!(first.post(&rule, "demanded=yes").await.status, StatusCode::SEE_OTHER);
    let hash = site.db.tenant(&scope).restores().get(things.restore).await.unwrap().plan.unwrap().hash;
    let (confirm, approve) =
        (things.path("/t/{tenant}/restores/{restore}/confirm"), things.path("/t/{tenant}/restores/{restore}/approve"));
    let said = format!("plan={hash}&tenant_name=own&reason=Because&impact=yes");
    let refused = first.post(&confirm, &said).await;
    assert!(
        refused.status == StatusCode::CONFLICT && refused.body.contains("restore.second_person"),
        "{}",
        refused.body
    );
    let own = first.post(&approve, &format!("plan={hash}")).await;
    assert!(own.status == StatusCode::CONFLICT && own.body.contains("restore.same_person"), "{}", own.body);
    assert!(first.get(&confirm).await.body.contains("somebody else has to approve its plan"));
    assert!(!second.get(&confirm).await.body.contains("somebody else has to approve its plan"));
    assert_eq!(second.post(&approve, &format!("plan={hash}")).await.status, StatusCode::SEE_OTHER);
    assert!(first.get(&confirm).await.body.contains("Approved by manager"));
    assert_eq!(first.post(&confirm, &said).await.status, StatusCode::SEE_OTHER);
    assert_eq!(executions(&site, &things, owner).await.len(), 1);
    site.stop.cancel();
}

async fn a_reader_sees_the_plan_and_changes_nothing(database: &TestDatabase) {
    let (site, things, _) = world(database).await;
    let mut reader = site.browser_of(things.member).await;
    let page = reader.get(&things.path("/t/{tenant}/restores/{restore}/preview?item=1")).await;
    assert_eq!(page.status, StatusCode::OK);
    for words in ["London", "Paris", "PATCH", "deviceManagement/roleScopeTags/a", "aria-disabled=\"true\""] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(
        !page.body.contains("method=\"post\" action=\"/t/") || !page.body.contains("/preview?key="),
        "{}",
        page.body
    );
    for path in [
        "/t/{tenant}/restores/{restore}/scope",
        "/t/{tenant}/restores/{restore}/checks?show=all",
        "/t/{tenant}/restores/{restore}/print",
        "/t/{tenant}/restores",
    ] {
        let answer = reader.get(&things.path(path)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    let plan = reader.get(&things.path("/t/{tenant}/restores/{restore}/plan")).await.body;
    let api = reader.get(&things.path("/api/v1/tenants/{tenant}/restores/{restore}/plan")).await.body;
    assert_eq!(plan, api);
    for (path, form) in [
        ("/scope", "revision=1&which=all&settings=yes"),
        ("/answers", "revision=1"),
        ("/secrets", "revision=1"),
        ("/discard", ""),
        ("/preview", ""),
    ] {
        let answer = reader.post(&things.path(&format!("/t/{{tenant}}/restores/{{restore}}{path}")), form).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    site.stop.cancel();
}

async fn another_tenants_objects_are_taken_only_by_its_members(database: &TestDatabase) {
    let (site, things, owner) = world(database).await;
    let stranger = site.user("stranger", false).await;
    let other = furnish(&site, "other", "global", stranger).await;
    let mut browser = site.browser_of(owner).await;
    // Into a tenant of somebody else, and out of one.
    let form = format!("from={}&set={}", things.tenant, things.set);
    assert_eq!(browser.post(&other.path("/t/{tenant}/restores"), &form).await.status, StatusCode::NOT_FOUND);
    let taken = format!("from={}&set={}", other.tenant, other.set);
    let refused = browser.post(&things.path("/t/{tenant}/restores"), &taken).await;
    assert!(refused.status.is_client_error() && !refused.body.contains("of object-of-other"), "{}", refused.body);

    // A member of both may, and a colleague who is a member of one sees the plan and not the source.
    let scope = site.db.authorise(stranger, other.tenant).await.unwrap();
    site.db.tenant(&scope).set_member(owner, Role::Readonly).await.unwrap();
    let begun = browser.post(&things.path("/t/{tenant}/restores"), &taken).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    let at = begun.location.unwrap();
    assert!(browser.get(&at).await.body.contains("object-of-other"));
    let mut colleague = site.browser_of(things.member).await;
    let hidden = colleague.get(&at).await;
    assert!(hidden.status == StatusCode::CONFLICT && hidden.body.contains("restore.source_gone"), "{}", hidden.body);
    assert!(!hidden.body.contains("object-of-other\""));
    assert_eq!(colleague.get(at.strip_suffix("/scope").unwrap()).await.status, StatusCode::OK);
    site.stop.cancel();
}
