//! Admin consent: who may ask, where they are sent, and what becomes of each answer that a browser can bring back.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use model::access::Role;
use model::cloud::{Cloud, Clouds};
use model::ids::UserId;
use store::RunFilter;
use testkit::{TestDatabase, on_both_databases};
use url::Url;

use crate::support::{Answer, Browser, Site};
use crate::things::{Things, furnish};

on_both_databases!(
    an_owner_is_sent_to_the_tenants_own_sign_in_service,
    consent_starts_the_check_that_proves_it_and_an_answer_counts_once,
    an_answer_that_is_not_the_right_persons_in_time_and_for_this_directory_changes_nothing,
    without_an_address_of_its_own_the_server_says_why_the_button_is_off,
);

const LOGIN: &str = "https://login.example:8443";

struct Office {
    site: Site,
    owner: UserId,
    things: Things,
}

/// A server in whose clouds there is one more, and a tenant of it.
async fn office(database: &TestDatabase) -> Office {
    let mut clouds = Clouds::default();
    clouds.add(Cloud {
        key: "lab".into(),
        label: "Lab".into(),
        login_url: LOGIN.into(),
        graph_url: LOGIN.into(),
        unlimited: false,
    });
    let site = Site::with_clouds(database, clouds).await;
    let owner = site.user("owner", false).await;
    let things = furnish(&site, "own", "lab", owner).await;
    Office { site, owner, things }
}

impl Office {
    fn page(&self) -> String {
        self.things.path("/t/{tenant}/connection")
    }

    async fn directory_id(&self) -> String {
        let scope = self.site.db.authorise(self.owner, self.things.tenant).await.unwrap();
        self.site.db.tenant(&scope).info().await.unwrap().directory_id
    }

    /// Presses the button; the state that the person is sent away with.
    async fn ask(&self, browser: &mut Browser<'_>) -> String {
        let sent = browser.post(&format!("{}/consent", self.page()), "").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let location = Url::parse(&sent.location.unwrap()).unwrap();
        location.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned()
    }

    async fn granted(&self, browser: &mut Browser<'_>, state: &str) -> Answer {
        back(browser, &[("tenant", &self.directory_id().await), ("state", state), ("admin_consent", "True")]).await
    }

    async fn runs(&self) -> usize {
        let scope = self.site.db.authorise(self.owner, self.things.tenant).await.unwrap();
        let filter = RunFilter { types: vec!["connection.check".into()], ..RunFilter::default() };
        usize::try_from(self.site.db.tenant(&scope).runs().counts(&filter).await.unwrap().total()).unwrap()
    }

    /// How each question and answer ended, oldest first.
    async fn outcomes(&self) -> Vec<String> {
        let scope = self.site.db.authorise(self.owner, self.things.tenant).await.unwrap();
        let entries = self.site.db.tenant(&scope).audit().list(None, 1_000).await.unwrap();
        let own = entries.into_iter().rev().filter(|entry| entry.action == "connection.consent");
        own.map(|entry| entry.outcome).collect()
    }
}

async fn back(browser: &mut Browser<'_>, query: &[(&str, &str)]) -> Answer {
    let query: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    browser.get(&format!("/connection/callback?{query}")).await
}

async fn an_owner_is_sent_to_the_tenants_own_sign_in_service(database: &TestDatabase) {
    let office = office(database).await;
    let mut browser = office.site.browser_of(office.owner).await;
    let page = browser.send(Request::get(office.page()).body(Body::empty()).unwrap()).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains(&format!("form-action 'self' {LOGIN};")), "{policy}");
    let page = crate::support::read(page).await;
    assert!(page.body.contains("https://atlas.example/connection/callback"), "the address to register");
    let sent = browser.post(&format!("{}/consent", office.page()), "").await;
    let location = Url::parse(&sent.location.unwrap()).unwrap();
    let fields: std::collections::HashMap<_, _> = location.query_pairs().into_owned().collect();
    assert_eq!(location.origin().ascii_serialization(), LOGIN);
    assert_eq!(location.path(), format!("/{}/adminconsent", office.directory_id().await));
    assert_eq!(fields["client_id"], "1b4e28ba-2fa1-11d2-883f-0016d3cca428");
    assert_eq!(fields["redirect_uri"], "https://atlas.example/connection/callback");
    assert_eq!(fields["state"].len(), 43, "256 bits");
    database.forbid(&fields["state"]);
    assert_ne!(office.ask(&mut browser).await, fields["state"]);
    let stranger = office.site.user("stranger", true).await;
    let mut other = office.site.browser_of(stranger).await;
    assert_eq!(other.post(&format!("{}/consent", office.page()), "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(office.outcomes().await, ["asked", "asked"]);
    office.site.stop.cancel();
}

async fn consent_starts_the_check_that_proves_it_and_an_answer_counts_once(database: &TestDatabase) {
    let office = office(database).await;
    let mut browser = office.site.browser_of(office.owner).await;
    let state = office.ask(&mut browser).await;
    assert_eq!(office.runs().await, 0);
    let landed = office.granted(&mut browser, &state).await;
    let location = landed.location.expect("a run to look at");
    assert!(location.starts_with(&office.things.path("/t/{tenant}/operations/run_")), "{location}");
    assert!(browser.get(&location).await.body.contains("Check connection"));
    let again = office.granted(&mut browser, &state).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.body.contains("callback.used"), "{}", again.body);
    assert_eq!(
        (office.runs().await, office.outcomes().await),
        (1, vec!["asked".into(), "granted".into(), "replayed".into()])
    );
    office.site.stop.cancel();
}

async fn an_answer_that_is_not_the_right_persons_in_time_and_for_this_directory_changes_nothing(
    database: &TestDatabase,
) {
    let office = office(database).await;
    let mut browser = office.site.browser_of(office.owner).await;
    let directory = office.directory_id().await;
    // Somebody else, who may do the same here and elsewhere, and learns nothing of whose state it is.
    let second = office.site.user("second", false).await;
    let scope = office.site.db.authorise(office.owner, office.things.tenant).await.unwrap();
    office.site.db.tenant(&scope).set_member(second, Role::Owner).await.unwrap();
    let stranger = office.site.user("stranger", false).await;
    furnish(&office.site, "foreign", "lab", stranger).await;
    let state = office.ask(&mut browser).await;
    for person in [second, stranger] {
        let mut other = office.site.browser_of(person).await;
        let foreign = office.granted(&mut other, &state).await;
        let unknown = office.granted(&mut other, "nobody-asked-for-this").await;
        assert_eq!((foreign.status, &foreign.body), (StatusCode::NOT_FOUND, &unknown.body));
        assert!(foreign.body.contains("callback.unknown"));
    }
    let guest = back(&mut office.site.browser(), &[("state", &state), ("tenant", &directory)]).await;
    assert!(guest.location.unwrap().starts_with("/sign-in?next="), "signing in leads back to the answer");
    let other_directory = "00000000-1111-4222-8333-444444444444";
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[("tenant", other_directory), ("admin_consent", "True")], "consent.other_directory"),
        (&[("error", "permission_denied"), ("error_description", "canary")], "consent.refused"),
        (&[("tenant", &directory)], "consent.unreadable"),
        (&[("tenant", &directory), ("admin_consent", "False")], "consent.unreadable"),
        (&[("admin_consent", "True")], "consent.unreadable"),
    ];
    let mut state = state;
    for (query, code) in cases {
        let answer = back(&mut browser, &[query, &[("state", &state)]].concat()).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{query:?}");
        assert!(answer.body.contains(code) && !answer.body.contains("canary"), "{query:?} {}", answer.body);
        let used_up = office.granted(&mut browser, &state).await;
        assert!(used_up.body.contains("callback.used"), "{query:?}");
        state = office.ask(&mut browser).await;
    }
    let nameless = back(&mut browser, &[("error", "permission_denied")]).await;
    assert!(nameless.body.contains("consent.refused"), "a refusal that names no state: {}", nameless.body);
    office.site.clock.advance_ms(10 * 60 * 1000);
    let mut browser = office.site.browser_of(office.owner).await;
    let late = office.granted(&mut browser, &state).await;
    assert!(late.body.contains("callback.expired"), "{}", late.body);
    assert_eq!(office.runs().await, 0, "nothing was started");
    let mut ended = office.outcomes().await;
    ended.retain(|outcome| !["asked", "replayed"].contains(&outcome.as_str()));
    let wanted = ["foreign", "foreign", "mismatched", "refused", "unreadable", "unreadable", "unreadable", "expired"];
    assert_eq!(ended, wanted);
    office.site.stop.cancel();
}

async fn without_an_address_of_its_own_the_server_says_why_the_button_is_off(database: &TestDatabase) {
    let site = Site::with_address(database, Clouds::default(), None).await;
    let owner = site.user("owner", false).await;
    let things = furnish(&site, "own", "global", owner).await;
    let mut browser = site.browser_of(owner).await;
    let page = browser.get(&things.path("/t/{tenant}/connection")).await;
    assert!(page.body.contains("Start it with --public-address"), "{}", page.body);
    let answer = browser.post(&things.path("/t/{tenant}/connection/consent"), "").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("settings.public_address"));
    site.stop.cancel();
}
