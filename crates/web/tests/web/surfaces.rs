//! Every run type is started from a page and from the API, the one way: authorise, create or find, enqueue, confirm,
//! link; and nothing goes out while the request is answered. A type that has no row here fails.

use app::backups::schedules::start_now;
use app::backups::{NewBackup, start_create};
use app::inventory::Selection;
use axum::http::StatusCode;
use model::access::Role;
use model::cloud::{Cloud, Clouds};
use model::ids::{BackupSetId, RunId, ScheduleId};
use model::run::{IdentityInputs, Outcome, Reason, Status};
use store::{Closing, NotificationKind, TenantScope};
use testkit::{TestDatabase, on_both_databases};
use tokio::net::TcpListener;

use crate::support::{Browser, Site};
use crate::things::{Things, claim, finish, furnish};

on_both_databases!(every_type_is_started_the_one_way_from_every_surface);

/// A page's button with its form, and the API's path with its body; `{name}` as in routes, `{failed}` a run to repeat.
struct Surface {
    run_type: &'static str,
    page: (&'static str, &'static str),
    api: (&'static str, &'static str),
}

const SURFACES: [Surface; 17] = [
    Surface {
        run_type: "inventory.sync",
        page: ("/inventory/sync", "type=scopeTags"),
        api: ("/inventory/sync", r#"{"types":["scopeTags"]}"#),
    },
    Surface { run_type: "inventory.probe", page: ("/inventory/probe", ""), api: ("/inventory/probe", "") },
    Surface {
        run_type: "policy.sync",
        page: ("/inventory/{type}/{id}/sync", ""),
        api: ("/inventory/{type}/{id}/sync", ""),
    },
    Surface { run_type: "directory_groups.sync", page: ("/groups/sync", ""), api: ("/groups/sync", "") },
    Surface {
        run_type: "directory_groups.sync",
        page: ("/groups/sync?whole=1", ""),
        api: ("/groups/sync", r#"{"whole":true}"#),
    },
    Surface { run_type: "backup_set.create", page: ("/backups", "name=One"), api: ("/backups", r#"{"name":"One"}"#) },
    Surface {
        run_type: "backup_set.add_policies",
        page: ("/backups/{open}/add", "policy=scopeTags/object-of-own"),
        api: ("/backups/{open}/add", r#"{"policies":[{"type":"scopeTags","id":"object-of-own"}]}"#),
    },
    Surface {
        run_type: "backup_schedule.run_now",
        page: ("/schedules/{schedule}/run", ""),
        api: ("/schedules/{schedule}/run", ""),
    },
    Surface {
        run_type: "backup_schedule.retry",
        page: ("/schedules/{schedule}/retry/{failed}", ""),
        api: ("/schedules/{schedule}/retry/{failed}", ""),
    },
    Surface {
        run_type: "policy.capture_snapshot",
        page: ("/inventory/{type}/{id}/capture", ""),
        api: ("/inventory/{type}/{id}/capture", ""),
    },
    Surface {
        run_type: "export.create",
        page: ("/operations/export?format=csv", ""),
        api: ("/runs/export", r#"{"format":"csv"}"#),
    },
    Surface {
        run_type: "configuration.export",
        page: ("/inventory/export?type=scopeTags&layout=portal", ""),
        api: ("/inventory/export", r#"{"layout":"portal","filter":{"type":["scopeTags"]}}"#),
    },
    Surface {
        run_type: "policy.capture_many",
        page: ("/inventory/capture-many", "which=selected&policy=scopeTags/object-of-own"),
        api: ("/inventory/capture-many", r#"{"policies":[{"type":"scopeTags","id":"object-of-own"}]}"#),
    },
    Surface { run_type: "connection.check", page: ("/connection/check", ""), api: ("/connection/check", "") },
    Surface {
        run_type: "restore.preview",
        page: ("/restores/{restore}/preview", ""),
        api: ("/restores/{restore}/preview", ""),
    },
    Surface {
        run_type: "restore.execute",
        page: ("/restores/{restore}/confirm", "plan={plan}&impact=yes&tenant_name=own&reason=Because"),
        api: (
            "/restores/{restore}/confirm",
            r#"{"plan":"{plan}","impact_reviewed":true,"tenant_name":"own","reason":"Because"}"#,
        ),
    },
    // Last, because it cancels what the others have left queued.
    Surface {
        run_type: "operation_run.cancel_many",
        page: ("/operations/cancel-many?when=all", ""),
        api: ("/runs/cancel-many", r#"{"filter":{"when":["all"]}}"#),
    },
];

/// Started by the scheduler alone, or with a file: their own tests are with the schedules and the files.
const ELSEWHERE: [&str; 2] = ["backup_schedule.scheduled", "backup_set.import"];

async fn every_type_is_started_the_one_way_from_every_surface(database: &TestDatabase) {
    for definition in app::catalogue::DEFINITIONS {
        let known = SURFACES.iter().any(|surface| surface.run_type == definition.run_type);
        assert!(known || ELSEWHERE.contains(&definition.run_type), "{} has no surface here", definition.run_type);
    }
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
    let (anna, bert) = (site.user("anna", false).await, site.user("bert", false).await);
    let things = furnish(&site, "own", "watched", anna).await;
    let owner = site.db.authorise(anna, things.tenant).await.unwrap();
    site.db.tenant(&owner).set_member(bert, Role::Manager).await.unwrap();
    let failed = failed_run(&site, &owner, things.schedule).await;
    let open = open_set(&site, &owner).await;
    let restore = site.db.tenant(&owner).restores().get(things.restore).await.unwrap();
    let plan = restore.plan.unwrap().hash;
    let mut starter = site.browser_of(bert).await;
    let mut reader = site.browser_of(things.member).await;
    for surface in &SURFACES {
        let path = |prefix: &str, path: &str| {
            things
                .path(&format!("{prefix}/{{tenant}}{path}"))
                .replace("{failed}", &failed.to_string())
                .replace("{open}", &open.to_string())
        };
        let (page, api) = (path("/t", surface.page.0), path("/api/v1/tenants", surface.api.0));
        let (form, body) = (surface.page.1.replace("{plan}", &plan), surface.api.1.replace("{plan}", &plan));
        refused(&site, &owner, &mut reader, &page, &api, (surface.run_type, &form, &body)).await;
        let first = from_the_page(&mut starter, &page, &form).await;
        confirmed(&site, &owner, &things, bert, first, surface.run_type).await;
        let second = from_the_api(&mut starter, &api, &body).await;
        let fresh = app::catalogue::definition(surface.run_type).unwrap().identity == IdentityInputs::Fresh;
        assert_eq!(second.0, if fresh { "started" } else { "already_running" }, "{}", surface.run_type);
        assert_eq!(second.1 == first, !fresh, "{}", surface.run_type);
        site.db.tenant(&owner).runs().request_cancel(first).await.unwrap();
        let third = from_the_api(&mut starter, &api, &body).await;
        assert_eq!(third.0, "started", "{}", surface.run_type);
        confirmed(&site, &owner, &things, bert, third.1, surface.run_type).await;
    }
    let waiting = futures::poll!(std::pin::pin!(listener.accept()));
    assert!(waiting.is_pending(), "something connected to the tenant's cloud");
    site.stop.cancel();
}

/// A run of the schedule that failed as a whole.
async fn failed_run(site: &Site, owner: &TenantScope, schedule: ScheduleId) -> RunId {
    let run = start_now(&site.db, owner, schedule, Default::default()).await.unwrap().run();
    let lease = claim(site, run).await;
    let reason = Some(Reason::new("graph.unavailable", "Microsoft Graph did not answer"));
    let closing = Closing { outcome: Some(Outcome::Failed), reason, failures: Vec::new() };
    site.db.ledger().finish(&lease, closing).await.unwrap();
    run
}

/// An empty set that its run has left open.
async fn open_set(site: &Site, owner: &TenantScope) -> BackupSetId {
    let selection = Selection::of(&["namedLocations"]).unwrap();
    let backup = NewBackup { name: "Open".into(), selection, keep_open: true };
    let run = start_create(&site.db, owner, backup, Default::default()).await.unwrap().run();
    let lease = claim(site, run).await;
    let backups = site.db.tenant(owner).backups();
    let set = backups.create_set(&lease, "Open", None).await.unwrap();
    backups.leave_open(&lease, set, &serde_json::json!([])).await.unwrap();
    finish(site, &lease).await;
    set
}

/// Who lacks the capability starts nothing, and is told.
async fn refused(
    site: &Site,
    owner: &TenantScope,
    reader: &mut Browser<'_>,
    page: &str,
    api: &str,
    (run_type, form, body): (&str, &str, &str),
) {
    let before = site.db.tenant(owner).runs().counts(&Default::default()).await.unwrap().total();
    for answer in [reader.post(page, form).await, reader.post_json(api, body).await] {
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{run_type}");
        assert!(answer.body.contains("not_authorised"), "{}", answer.body);
    }
    assert_eq!(site.db.tenant(owner).runs().counts(&Default::default()).await.unwrap().total(), before);
}

/// The button answers with a page that leads to the run.
async fn from_the_page(browser: &mut Browser<'_>, path: &str, form: &str) -> RunId {
    let answer = browser.post(path, form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.body);
    let location = answer.location.unwrap();
    let run: RunId = location.split("started=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap();
    let shown = browser.get(&location).await;
    assert!(shown.body.contains("View run") && shown.body.contains(&run.to_string()), "{path}: {}", shown.body);
    run
}

async fn from_the_api(browser: &mut Browser<'_>, path: &str, body: &str) -> (String, RunId) {
    let answer = browser.post_json(path, body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{path}: {}", answer.body);
    let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    (json["result"].as_str().unwrap().to_owned(), json["run"].as_str().unwrap().parse().unwrap())
}

/// The run is queued under its initiator, audited, on the timeline, and its initiator has a card.
async fn confirmed(
    site: &Site,
    owner: &TenantScope,
    things: &Things,
    initiator: model::ids::UserId,
    run: RunId,
    run_type: &str,
) {
    let tenant = site.db.tenant(owner);
    let row = tenant.runs().get(run).await.unwrap();
    assert_eq!((row.status, row.run_type.as_str(), row.initiator), (Status::Queued, run_type, Some(initiator)));
    let audit = tenant.audit().of_run(run).await.unwrap();
    assert!(audit.iter().any(|entry| entry.action == "run.start" && entry.actor_id == Some(initiator)));
    let events = tenant.runs().events(run).await.unwrap();
    assert_eq!(events[0].kind, "queued");
    while site.db.outbox().deliver(100).await.unwrap() > 0 {}
    let cards = site.db.notifications(initiator).list(100).await.unwrap();
    let card = cards.iter().find(|card| card.run == run).expect("the initiator has a card");
    assert_eq!((card.kind, card.tenant), (NotificationKind::Queued, Some(things.tenant)));
}
