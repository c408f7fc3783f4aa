//! The delta query of groups.

use std::collections::BTreeSet;

use graph_sim::Simulator;
use serde_json::{Value, json};

use crate::support::{self, Session, started};

const SELECT: &str = "v1.0/groups/delta?$select=id,displayName,description&$top=50";

/// What a round told, and the links it gave: how many pages, and where the next round begins.
struct Round {
    there: Vec<Value>,
    gone: Vec<(String, String)>,
    pages: usize,
    link: String,
}

async fn round(session: &Session, from: &str) -> Round {
    let (mut there, mut gone, mut pages, mut next) = (Vec::new(), Vec::new(), 0, from.to_owned());
    loop {
        let page = session.get(&next).await;
        pages += 1;
        for row in page["value"].as_array().unwrap() {
            match row["@removed"]["reason"].as_str() {
                Some(reason) => gone.push((row["id"].as_str().unwrap().to_owned(), reason.to_owned())),
                None => there.push(row.clone()),
            }
        }
        let relative = |link: &Value| link.as_str().map(|link| link.replace(&format!("{}/", session.base), ""));
        if let Some(link) = relative(&page["@odata.deltaLink"]) {
            assert!(page.get("@odata.nextLink").is_none(), "a page has one of the two");
            return Round { there, gone, pages, link };
        }
        next = relative(&page["@odata.nextLink"]).unwrap();
    }
}

fn ids(rows: &[Value]) -> BTreeSet<String> {
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

fn id_of(simulator: &Simulator, session: &Session, wanted: impl Fn(&Value) -> bool) -> String {
    let groups = simulator.objects(&session.tenant.tenant_id, "groups");
    groups.iter().find(|group| wanted(group)).unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_first_round_tells_of_every_group_and_the_next_of_none() {
    let (simulator, session) = started(600).await;
    let all = simulator.objects(&session.tenant.tenant_id, "groups");
    let first = round(&session, SELECT).await;
    assert_eq!((ids(&first.there), first.there.len()), (ids(&all), all.len()));
    assert_eq!((first.pages, first.gone.len()), (all.len().div_ceil(50), 0));
    assert!(first.there.iter().all(|group| group.get("securityEnabled").is_none()), "what was selected, and no more");
    let second = round(&session, &first.link).await;
    assert_eq!((second.there.len(), second.pages), (0, 1));
    for spelling in ["beta/groups/delta()", "v1.0/groups/microsoft.graph.delta", "v1.0/groups/delta?$deltatoken="] {
        assert_eq!(round(&session, spelling).await.there.len(), all.len(), "{spelling}");
    }
}

#[tokio::test]
async fn a_round_tells_of_what_was_changed_made_and_removed_since_the_last() {
    let (simulator, session) = started(300).await;
    let tenant = session.tenant.tenant_id.clone();
    let unified = "unified".to_owned();
    simulator.insert(&tenant, "groups", json!({ "id": unified, "displayName": "Team", "groupTypes": ["Unified"] }));
    let link = round(&session, "v1.0/groups/delta?$deltatoken=latest&$select=id,displayName").await.link;
    let changed = id_of(&simulator, &session, |group| group["displayName"] != "x");
    let other = id_of(&simulator, &session, |group| group["id"] != changed.as_str());
    simulator.change(&tenant, "groups", &changed, |group| group["displayName"] = json!("Renamed"));
    simulator.change_silently(&tenant, "groups", &other, |group| group["description"] = json!("not selected"));
    let quiet = round(&session, &link).await;
    assert_eq!(ids(&quiet.there), BTreeSet::from([changed.clone()]), "only what was selected is tracked");
    assert_eq!(quiet.there[0]["displayName"], "Renamed");
    simulator.remove(&tenant, "groups", &other);
    simulator.remove(&tenant, "groups", &unified);
    simulator.insert(&tenant, "groups", json!({ "id": "new", "displayName": "New", "groupTypes": [] }));
    let told = round(&session, &quiet.link).await;
    assert_eq!(ids(&told.there), BTreeSet::from(["new".to_owned()]));
    let gone: BTreeSet<_> = told.gone.into_iter().collect();
    let expected = [(other, "deleted".to_owned()), (unified.clone(), "changed".to_owned())];
    assert_eq!(gone, BTreeSet::from(expected), "a Microsoft 365 group can be restored");
    simulator.insert(&tenant, "groups", json!({ "id": unified, "displayName": "Back", "groupTypes": ["Unified"] }));
    let back = round(&session, &told.link).await;
    assert_eq!((ids(&back.there), back.gone.len()), (BTreeSet::from([unified]), 0));
    assert!(round(&session, SELECT).await.gone.is_empty(), "a first round tells of what there is");
}

#[tokio::test]
async fn what_happens_during_a_round_is_told_in_it_or_in_the_next() {
    let (simulator, session) = started(600).await;
    let tenant = session.tenant.tenant_id.clone();
    let first = session.get(SELECT).await;
    let shown = first["value"][0]["id"].as_str().unwrap().to_owned();
    let renamed = first["value"][1]["id"].as_str().unwrap().to_owned();
    simulator.remove(&tenant, "groups", &shown);
    simulator.change(&tenant, "groups", &renamed, |group| group["displayName"] = json!("Renamed"));
    let next = first["@odata.nextLink"].as_str().unwrap().replace(&format!("{}/", session.base), "");
    let rest = round(&session, &next).await;
    assert_eq!(rest.gone, [(shown, "deleted".to_owned())]);
    assert!(rest.there.iter().any(|group| group["id"] == renamed.as_str() && group["displayName"] == "Renamed"));
}

#[tokio::test]
async fn an_expired_or_unknown_token_leads_to_the_beginning() {
    let (simulator, session) = started(60).await;
    let known = round(&session, SELECT).await.link;
    let inside = session.get("v1.0/groups/delta?$top=1").await["@odata.nextLink"].clone();
    let inside = inside.as_str().unwrap().replace(&format!("{}/", session.base), "");
    simulator.forget_changes(&session.tenant.tenant_id);
    for expired in
        [known.as_str(), &inside, "v1.0/groups/delta?$deltatoken=nonsense", "beta/groups/delta?$skiptoken=e30"]
    {
        let response = session.send("GET", expired, None).await;
        assert_eq!(response.status(), 410, "{expired}");
        let location = response.headers()["location"].to_str().unwrap().to_owned();
        assert_eq!(support::json(response).await["error"]["code"], "syncStateNotFound");
        let relative = location.replace(&format!("{}/", session.base), "");
        assert!(!round(&session, &relative).await.there.is_empty());
    }
    let refused = session.send("GET", "v1.0/groups/delta?$filter=displayName eq 'x'", None).await;
    assert_eq!(refused.status(), 400);
}

#[tokio::test]
async fn groups_are_made_and_changed_and_their_changes_forgotten_from_outside() {
    let (_simulator, session) = started(30).await;
    let link = round(&session, SELECT).await.link;
    let made = json!({ "collection": "groups", "insert": { "id": "made", "displayName": "Made", "groupTypes": [] } });
    let answer = support::json(session.send("POST", "_sim/change", Some(made)).await).await;
    assert_eq!(answer, json!({ "changed": true }));
    assert_eq!(ids(&round(&session, &link).await.there), BTreeSet::from(["made".to_owned()]));
    session.send("POST", "_sim/forget-changes", Some(json!({}))).await;
    assert_eq!(session.send("GET", &link, None).await.status(), 410);
}
