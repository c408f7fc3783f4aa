//! Every route of the table × every kind of person × own, foreign and missing things.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{Request, Response, StatusCode};
use model::access::{Capability, Role};
use model::ids::UserId;
use testkit::{TestDatabase, on_both_databases};
use web::routes::{Access, Kind, RouteFacts, facts};

use crate::support::{Browser, Site, read};
use crate::things::{Things, furnish, schedule, view};

on_both_databases!(everybody_gets_from_every_route_what_the_table_says, every_denial_leaves_an_audit_entry);

/// The names that lead to something in a tenant.
const OBJECTS: [&str; 9] =
    ["{run}", "{id}", "{set}", "{user}", "{version}", "{pause}", "{schedule}", "{view}", "{restore}"];

struct World {
    site: Site,
    people: Vec<Person>,
    own: Things,
    foreign: Things,
    sessions: Mutex<HashMap<&'static str, Session>>,
}

/// Cookies and the token that forms carry.
type Session = (BTreeMap<String, String>, String);

#[derive(Clone)]
struct Person {
    name: &'static str,
    user: Option<UserId>,
    role: Option<Role>,
    platform_admin: bool,
}

impl World {
    async fn new(database: &TestDatabase) -> Self {
        let site = Site::new(database).await;
        let owner = site.user("owner", false).await;
        let outsider = site.user("outsider", false).await;
        let own = furnish(&site, "own", "global", owner).await;
        let foreign = furnish(&site, "foreign", "global", outsider).await;
        let mut people = vec![
            Person { name: "nobody", user: None, role: None, platform_admin: false },
            Person { name: "non-member", user: Some(outsider), role: None, platform_admin: false },
            Person {
                name: "administrator",
                user: Some(site.user("admin", true).await),
                role: None,
                platform_admin: true,
            },
            Person { name: "owner", user: Some(owner), role: Some(Role::Owner), platform_admin: false },
        ];
        let scope = site.db.authorise(owner, own.tenant).await.unwrap();
        for (name, role) in [("readonly", Role::Readonly), ("operator", Role::Operator), ("manager", Role::Manager)] {
            let user = site.user(name, false).await;
            site.db.tenant(&scope).set_member(user, role).await.unwrap();
            people.push(Person { name, user: Some(user), role: Some(role), platform_admin: false });
        }
        Self { site, people, own, foreign, sessions: Mutex::default() }
    }

    /// A browser of this person's session; a route that ends sessions gets one of its own.
    async fn browser(&self, person: &Person, route: &RouteFacts) -> Browser<'_> {
        let Some(user) = person.user else { return self.site.browser() };
        if ends_sessions(route) {
            return self.site.browser_of(user).await;
        }
        let known = self.sessions.lock().unwrap().get(person.name).cloned();
        if let Some((cookies, csrf)) = known {
            return Browser { cookies, csrf, ..self.site.browser() };
        }
        let browser = self.site.browser_of(user).await;
        let session = (browser.cookies.clone(), browser.csrf.clone());
        self.sessions.lock().unwrap().insert(person.name, session);
        browser
    }

    /// A pause ends and a schedule or a view is removed only once, so who asks for that gets one that is there.
    async fn with_what_can_end(&self, route: &RouteFacts, things: &Things) -> Things {
        let ends = route.path.ends_with("/end") || route.path.ends_with("/remove");
        let sides = [("owner", &self.own), ("non-member", &self.foreign)];
        let Some((owner, side)) = sides.iter().find(|(_, side)| ends && side.pause == things.pause) else {
            return things.clone();
        };
        let owner = self.people.iter().find(|person| person.name == *owner).and_then(|person| person.user).unwrap();
        let scope = self.site.db.authorise(owner, side.tenant).await.unwrap();
        let tenant = self.site.db.tenant(&scope);
        let pause = match tenant.pauses().await.unwrap().first() {
            Some(pause) => pause.id,
            None => tenant.pause(None, "Because").await.unwrap(),
        };
        let view = if route.path.contains("{view}") { view(&self.site, &scope).await } else { things.view };
        Things { pause, schedule: schedule(&self.site, &scope).await, view, ..things.clone() }
    }

    /// Asks one route about these things.
    async fn ask(&self, person: &Person, route: &RouteFacts, things: &Things) -> Response<Body> {
        let mut browser = self.browser(person, route).await;
        let things = self.with_what_can_end(route, things).await;
        let path = things.path(route.path);
        let request = match route.kind {
            Kind::Page | Kind::Stream | Kind::Api | Kind::Asset => Request::get(path).body(Body::empty()).unwrap(),
            Kind::Start | Kind::Form => {
                let form = format!(
                    "csrf={}&role=readonly&name=Somebody&email=new@example.com&reason=Because&policy=scopeTags/x&which=matching",
                    browser.csrf
                );
                Request::post(path)
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(Body::from(form))
                    .unwrap()
            }
            Kind::Upload => Request::post(path)
                .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
                .body(Body::from(crate::support::form_with_file(&browser.csrf, "a.json", b"{}")))
                .unwrap(),
            Kind::ApiUpload => Request::post(format!("{path}?file=a.json"))
                .header("x-csrf-token", &browser.csrf)
                .body(Body::from("{}"))
                .unwrap(),
            Kind::ApiWrite => {
                let body = match route.path.rsplit('/').next() {
                    Some("backups") => r#"{"name":"x"}"#,
                    Some("add") => r#"{"policies":[{"type":"scopeTags","id":"x"}]}"#,
                    Some("take-out") => r#"{"type":"scopeTags","id":"x"}"#,
                    Some("delete") => r#"{"confirm":"x"}"#,
                    Some("exclude") => r#"{"reason":"x"}"#,
                    Some("views") => r#"{"name":"x"}"#,
                    Some("export") if route.path.contains("/inventory/") => r#"{"layout":"ours"}"#,
                    Some("export") => r#"{"format":"csv"}"#,
                    Some("pauses") => r#"{"reason":"x"}"#,
                    Some("cancel-many") => r#"{"filter":{}}"#,
                    Some("scope") => r#"{"revision":1,"settings":true,"assignments":false}"#,
                    Some("answers") => r#"{"revision":1}"#,
                    Some("secrets") => r#"{"revision":1,"secrets":[]}"#,
                    Some("restore-rules") => r#"{"second_person":false}"#,
                    Some("capture-many") => r#"{"policies":[]}"#,
                    Some("schedules" | "{schedule}") => r#"{"name":"x","cron":"0 2 * * *","zone":"UTC"}"#,
                    _ => "",
                };
                let request =
                    Request::post(path).header("x-csrf-token", &browser.csrf).header(CONTENT_TYPE, "application/json");
                request.body(Body::from(body)).unwrap()
            }
        };
        browser.send(request).await
    }
}

fn ends_sessions(route: &RouteFacts) -> bool {
    route.path.starts_with("/sign-out")
}

fn names_an_object(route: &RouteFacts) -> bool {
    OBJECTS.iter().any(|name| route.path.contains(name))
}

fn is_tenant(route: &RouteFacts) -> Option<Capability> {
    if let Access::Tenant(capability) = route.access { Some(capability) } else { None }
}

/// What the table promises this person, whatever they ask about in a tenant of theirs.
fn refused(person: &Person, route: &RouteFacts) -> Option<StatusCode> {
    let pages = matches!(route.kind, Kind::Page | Kind::Start | Kind::Form | Kind::Upload);
    match route.access {
        Access::Public | Access::SetupOnly => None,
        _ if person.user.is_none() => Some(if pages { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED }),
        Access::SignedIn => None,
        Access::PlatformAdmin => (!person.platform_admin).then_some(StatusCode::FORBIDDEN),
        Access::Tenant(capability) => match person.role {
            None => Some(StatusCode::NOT_FOUND),
            Some(role) => (!role.holds(capability)).then_some(StatusCode::FORBIDDEN),
        },
    }
}

/// Runs and views are the owner's: who may act only on their own is told so, after it is known that the thing is there.
fn is_anothers(person: &Person, route: &RouteFacts) -> bool {
    let lacks = |capability| person.role.is_some_and(|role| !role.holds(capability));
    let of_others = route.path.ends_with("/cancel") || route.path.contains("/views/{view}");
    of_others && lacks(Capability::OperationsCancelAny)
        || route.path.ends_with("/file") && lacks(Capability::ExportCreate)
}

fn is_step_of_a_restore(route: &RouteFacts) -> bool {
    route.method == "POST" && route.path.contains("/restores/{restore}/")
}

async fn everybody_gets_from_every_route_what_the_table_says(database: &TestDatabase) {
    let world = World::new(database).await;
    let missing = world.own.missing_in(&world.site);
    let foreign = world.foreign.under(world.own.tenant);
    let (ending, mut routes): (Vec<_>, Vec<_>) = facts().into_iter().partition(ends_sessions);
    routes.extend(ending);
    for route in routes {
        for person in &world.people {
            let what = format!("{} {} as {}", route.method, route.path, person.name);
            for (kind, things) in [("foreign", &foreign), ("missing", &missing), ("own", &world.own)] {
                if kind != "own" && !names_an_object(&route) {
                    continue;
                }
                let response = world.ask(person, &route, things).await;
                let status = response.status();
                if let Some(expected) = refused(person, &route) {
                    assert_eq!(status, expected, "{what}, {kind}");
                    if expected == StatusCode::SEE_OTHER {
                        assert!(response.headers()[LOCATION].to_str().unwrap().starts_with("/sign-in"), "{what}");
                    }
                } else if is_tenant(&route).is_some() && names_an_object(&route) && kind != "own" {
                    assert_eq!(status, StatusCode::NOT_FOUND, "{what}, {kind}");
                } else if is_anothers(person, &route) {
                    assert_eq!(status, StatusCode::FORBIDDEN, "{what}, {kind}");
                } else if is_tenant(&route).is_some() && kind == "own" {
                    // Nothing of the run failed, it has no file, the tenant is paused already, the set is closed or in use, the name is
                    // taken, the restore was changed or given up: known to be there, and said.
                    let ends = [
                        "/repeat",
                        "/pauses",
                        "/retry/{run}",
                        "/add",
                        "/take-out",
                        "/close",
                        "/file",
                        "/views",
                        "/archive",
                        "/delete",
                    ];
                    let once = ends.iter().any(|end| route.path.ends_with(end)) || is_step_of_a_restore(&route);
                    let not_now = once && status == StatusCode::CONFLICT;
                    let fine = not_now
                        || status.is_success()
                        || status.is_redirection()
                        || status == StatusCode::UNPROCESSABLE_ENTITY;
                    assert!(fine, "{what}, {kind}: {status}");
                }
                assert!(!status.is_server_error(), "{what}, {kind}: {status}");
            }
        }
    }
    world.site.stop.cancel();
}

async fn every_denial_leaves_an_audit_entry(database: &TestDatabase) {
    let world = World::new(database).await;
    let mut denials = 0;
    let nobodys = world.own.under(world.site.db.ambient().id());
    for route in facts().into_iter().filter(|route| is_tenant(route).is_some()) {
        let json = matches!(route.kind, Kind::Api | Kind::ApiWrite | Kind::ApiUpload | Kind::Stream);
        for person in world.people.iter().filter(|person| person.user.is_some()) {
            if refused(person, &route).is_none() {
                continue;
            }
            let denied = read(world.ask(person, &route, &world.own).await).await;
            denials += 1;
            if denied.status == StatusCode::NOT_FOUND {
                let unknown = read(world.ask(person, &route, &nobodys).await).await;
                assert_eq!(
                    (denied.status, &denied.body),
                    (unknown.status, &unknown.body),
                    "a foreign and an unknown tenant differ"
                );
            } else {
                assert!(denied.body.contains("not_authorised"), "{} says no code: {}", route.path, denied.body);
            }
            assert_eq!(json, denied.body.starts_with('{'), "{}: {}", route.path, denied.body);
        }
    }
    let owner =
        world.people.iter().find(|person| person.role == Some(Role::Owner)).and_then(|person| person.user).unwrap();
    let scope = world.site.db.authorise(owner, world.own.tenant).await.unwrap();
    let entries = world.site.db.tenant(&scope).audit().list(None, 10_000).await.unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.action == "access.denied").count(), denials);
    let mut browser = world.site.browser_of(owner).await;
    let path = format!("/t/{}/audit", world.own.tenant);
    assert!(browser.get(&path).await.body.contains("No entry is in the chain yet"));
    while world.site.db.audit_chains().link(1_000).await.unwrap() > 0 {}
    let linked = world.site.db.tenant(&scope).audit().checkpoint().await.unwrap().unwrap().position;
    let words = format!("Chain of {linked} entries");
    assert!(browser.get(&path).await.body.contains(&words), "{words}");
    world.site.stop.cancel();
}
