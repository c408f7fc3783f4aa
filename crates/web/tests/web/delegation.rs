//! A person's own sign-in at Microsoft and the search that it allows, against a simulated sign-in service and Graph.

use axum::http::StatusCode;
use graph_sim::{Content, Simulator, SimulatorConfig, TenantSpec};
use model::access::Role;
use model::cloud::{Cloud, Clouds};
use model::ids::{TenantId, UserId};
use secrecy::SecretString;
use serde_json::json;
use testkit::{TestDatabase, on_both_databases};
use url::Url;

use crate::support::{Answer, Browser, Site};

on_both_databases!(
    a_person_signs_in_sees_what_was_granted_and_searches_a_group,
    a_token_is_one_persons_for_one_tenant_until_they_sign_out,
    an_answer_without_a_code_or_with_anothers_gives_no_token,
);

const BACK: &str = "https://atlas.example/connection/callback";

struct Office {
    site: Site,
    simulator: Simulator,
    owner: UserId,
    tenants: Vec<TenantId>,
}

/// Two tenants of one owner, both in a simulated cloud.
async fn office(database: &TestDatabase) -> Office {
    let spec = |name| TenantSpec {
        redirect_uris: vec![BACK.to_owned()],
        client_secret: format!("{name}-secret"),
        ..TenantSpec::named(name, Content::Empty)
    };
    let specs = [spec("Contoso"), spec("Fabrikam")];
    let config = SimulatorConfig { tenants: specs.to_vec(), ..SimulatorConfig::default() };
    let simulator = Simulator::start(config).await.unwrap();
    let url = simulator.http_url();
    let mut clouds = Clouds::default();
    clouds.add(Cloud {
        key: "sim".into(),
        label: "Simulated".into(),
        login_url: url.clone(),
        graph_url: url,
        unlimited: false,
    });
    let site = Site::with_clouds(database, clouds).await;
    let owner = site.user("owner", false).await;
    let mut tenants = Vec::new();
    for spec in &specs {
        let new = store::NewTenant {
            display_name: spec.display_name.clone(),
            directory_id: spec.tenant_id.clone(),
            primary_domain: spec.primary_domain.clone(),
            cloud: "sim".into(),
            labels: Default::default(),
        };
        let tenant = site.db.tenants().create(new, owner).await.unwrap();
        let scope = site.db.authorise(owner, tenant).await.unwrap();
        let credential = store::Credential::Secret(SecretString::from(spec.client_secret.clone()));
        site.db.tenant(&scope).set_connection(&spec.client_id, &credential).await.unwrap();
        tenants.push(tenant);
        for (id, name) in [("g1", "Intune helpdesk"), ("g2", "Intune <b>admins</b>"), ("g3", "Sales")] {
            assert!(simulator.insert(&spec.tenant_id, "groups", json!({ "id": id, "displayName": name })));
        }
    }
    Office { site, simulator, owner, tenants }
}

impl Office {
    fn page(&self, tenant: usize) -> String {
        format!("/t/{}/connection", self.tenants[tenant])
    }

    /// Presses the button here and answers there; the address that the person comes back to.
    async fn come_back(&self, browser: &mut Browser<'_>, tenant: usize, answer: &str) -> String {
        let sent = browser.post(&format!("{}/sign-in", self.page(tenant)), "").await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let there = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let said = there.post(sent.location.unwrap()).form(&[("answer", answer)]).send().await.unwrap();
        let back = Url::parse(said.headers()["location"].to_str().unwrap()).unwrap();
        assert!(back.as_str().starts_with(BACK), "{back}");
        format!("{}?{}", back.path(), back.query().unwrap())
    }

    async fn sign_in(&self, browser: &mut Browser<'_>, tenant: usize) {
        let back = self.come_back(browser, tenant, "yes").await;
        let landed = browser.get(&back).await;
        assert_eq!(landed.location.as_deref(), Some(&*format!("{}?done=signed_in_at_microsoft", self.page(tenant))));
    }

    async fn search(&self, browser: &mut Browser<'_>, tenant: usize, text: &str) -> Answer {
        browser.post(&format!("{}/groups", self.page(tenant)), &format!("text={text}")).await
    }

    async fn outcomes(&self, tenant: usize, action: &str) -> Vec<String> {
        let scope = self.site.db.authorise(self.owner, self.tenants[tenant]).await.unwrap();
        let entries = self.site.db.tenant(&scope).audit().list(None, 1_000).await.unwrap();
        let own = entries.into_iter().rev().filter(|entry| entry.action == action);
        own.map(|entry| entry.outcome).collect()
    }
}

/// A parameter that a person comes back with.
fn field(address: &str, name: &str) -> String {
    let address = Url::parse(&format!("https://atlas.example{address}")).unwrap();
    address.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned()
}

async fn a_person_signs_in_sees_what_was_granted_and_searches_a_group(database: &TestDatabase) {
    let office = office(database).await;
    let mut browser = office.site.browser_of(office.owner).await;
    let before = browser.get(&office.page(0)).await.body;
    assert!(before.contains("Sign in at Microsoft first") && before.contains("Not signed in"), "{before}");
    let refused = office.search(&mut browser, 0, "Intune").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("auth.person_signed_out"));
    let back = office.come_back(&mut browser, 0, "yes").await;
    database.forbid(field(&back, "code"));
    database.forbid(field(&back, "state"));
    assert_eq!(browser.get(&back).await.status, StatusCode::SEE_OTHER);
    let after = browser.get(&office.page(0)).await.body;
    assert!(after.contains("admin@contoso.onmicrosoft.com") && after.contains("Group.Read.All"), "{after}");
    assert!(!after.contains("Sign in at Microsoft first"));
    let found = office.search(&mut browser, 0, "intune").await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.body);
    assert!(found.body.contains("2 groups, read from Microsoft just now"), "{}", found.body);
    assert!(
        found.body.contains("Intune helpdesk")
            && found.body.contains("&lt;b&gt;admins")
            && !found.body.contains(">g3<")
    );
    assert!(office.search(&mut browser, 0, "zzz").await.body.contains("No group"));
    let nothing = office.search(&mut browser, 0, "").await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    // The token ends: the page says so, and the application's own is not used in its place.
    office.site.clock.advance_ms(3_600_000);
    let mut browser = office.site.browser_of(office.owner).await;
    assert!(browser.get(&office.page(0)).await.body.contains("Not signed in"));
    assert_eq!(office.search(&mut browser, 0, "Intune").await.status, StatusCode::CONFLICT);
    assert_eq!(office.outcomes(0, "connection.sign_in").await, ["asked", "answered"]);
    assert_eq!(office.outcomes(0, "groups.search").await, ["succeeded", "succeeded"]);
    assert_eq!(office.simulator.stats().tokens_issued, 1);
    office.site.stop.cancel();
}

async fn a_token_is_one_persons_for_one_tenant_until_they_sign_out(database: &TestDatabase) {
    let office = office(database).await;
    let second = office.site.user("second", false).await;
    let stranger = office.site.user("stranger", true).await;
    let scope = office.site.db.authorise(office.owner, office.tenants[0]).await.unwrap();
    office.site.db.tenant(&scope).set_member(second, Role::Owner).await.unwrap();
    let mut browser = office.site.browser_of(office.owner).await;
    office.sign_in(&mut browser, 0).await;
    assert_eq!(office.search(&mut browser, 0, "Intune").await.status, StatusCode::OK);
    assert_eq!(office.search(&mut browser, 1, "Intune").await.status, StatusCode::CONFLICT, "another tenant");
    let mut other = office.site.browser_of(second).await;
    assert_eq!(office.search(&mut other, 0, "Intune").await.status, StatusCode::CONFLICT, "another person");
    let mut foreign = office.site.browser_of(stranger).await;
    for path in ["groups", "sign-in"] {
        let answer = foreign.post(&format!("{}/{path}", office.page(0)), "text=Intune").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let mut elsewhere = office.site.browser_of(office.owner).await;
    elsewhere.post("/sign-out", "").await;
    assert_eq!(office.search(&mut browser, 0, "Intune").await.status, StatusCode::CONFLICT, "signed out");
    office.site.stop.cancel();
}

async fn an_answer_without_a_code_or_with_anothers_gives_no_token(database: &TestDatabase) {
    let office = office(database).await;
    let mut browser = office.site.browser_of(office.owner).await;
    let no = office.come_back(&mut browser, 0, "no").await;
    let refused = browser.get(&no).await;
    assert!(refused.body.contains("auth.person_refused") && !refused.body.contains("AADSTS"), "{}", refused.body);
    // The code of one tenant with the state of another: what was sealed for one does not redeem the other.
    let of_other = office.come_back(&mut browser, 1, "yes").await;
    let own = office.come_back(&mut browser, 0, "yes").await;
    let mixed = format!("/connection/callback?code={}&state={}", field(&of_other, "code"), field(&own, "state"));
    let answer = browser.get(&mixed).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("auth.wrong_tenant"), "{}", answer.body);
    assert!(browser.get(&own).await.body.contains("callback.used"), "its state is used up");
    let mut second = office.site.browser_of(office.site.user("second", false).await).await;
    assert!(second.get(&of_other).await.body.contains("callback.unknown"));
    assert!(browser.get(&office.page(0)).await.body.contains("Not signed in"));
    assert_eq!(office.outcomes(0, "connection.signed_in").await, ["auth.wrong_tenant"]);
    assert_eq!(office.outcomes(1, "connection.sign_in").await, ["asked", "foreign"]);
    office.site.stop.cancel();
}
