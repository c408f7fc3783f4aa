//! A person signs in by a code with PKCE, and searches groups with their own token.

use std::sync::Arc;

use graph::{
    CameBack, ClientCertificate, Connection, Credential, Graph, GraphError, PersonToken, SentAway, SignInProof,
};
use graph_sim::{Content, Fault, FaultKind, Simulator, SimulatorConfig, TenantSpec, TestKey};
use model::Ambient;
use model::ambient::{ManualClock, SystemEntropy};
use serde_json::json;
use url::Url;

use crate::harness::{CANARY, connection, connection_by, hurried};

const BACK: &str = "https://atlas.example/connection/callback";

struct World {
    simulator: Simulator,
    graph: Graph,
    browser: reqwest::Client,
    one: TenantSpec,
    two: TenantSpec,
}

/// Two tenants of one application.
async fn world() -> World {
    crate::secrecy::log_everything();
    let one = TenantSpec {
        client_secret: CANARY.into(),
        certificate_pem: Some(TestKey::One.certificate()),
        redirect_uris: vec![BACK.into()],
        ..TenantSpec::named("Contoso", Content::Empty)
    };
    let two = TenantSpec {
        client_id: one.client_id.clone(),
        redirect_uris: one.redirect_uris.clone(),
        ..TenantSpec::named("Fabrikam", Content::Empty)
    };
    let config = SimulatorConfig { tenants: vec![one.clone(), two.clone()], ..SimulatorConfig::default() };
    let simulator = Simulator::start(config).await.unwrap();
    let graph = Graph::new(hurried(), Ambient::system()).unwrap();
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    World { simulator, graph, browser, one, two }
}

impl World {
    fn connection(&self) -> Connection {
        connection(&self.simulator.http_url(), &self.one.tenant_id, &self.one.client_id, CANARY)
    }

    /// The code that a person comes back with after signing in to that tenant.
    async fn code(&self, tenant: &TenantSpec, proof: &SignInProof) -> String {
        let connection = self.connection();
        let away = SentAway {
            cloud: &connection.cloud,
            directory_id: &tenant.tenant_id,
            client_id: &tenant.client_id,
            redirect_uri: BACK,
            state: "the-state",
        };
        let page = away.to_sign_in(proof).unwrap();
        let verifier = proof.to_text();
        let verifier = secrecy::ExposeSecret::expose_secret(&verifier).split(' ').nth(1).unwrap().to_owned();
        assert!(!page.contains(&verifier) && page.contains("code_challenge_method=S256"), "{page}");
        let answer = self.browser.post(page).form(&[("answer", "yes")]).send().await.unwrap();
        let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let field = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert_eq!(field("state"), "the-state");
        field("code")
    }

    async fn redeem(&self, code: &str, proof: &SignInProof) -> Result<PersonToken, GraphError> {
        self.graph.sign_in(self.connection(), CameBack { code, redirect_uri: BACK, proof }).await
    }

    async fn signed_in(&self) -> PersonToken {
        let proof = SignInProof::new(&Ambient::system());
        self.redeem(&self.code(&self.one, &proof).await, &proof).await.unwrap()
    }

    fn insert_group(&self, id: &str, name: &str) {
        let group = json!({ "id": id, "displayName": name, "description": format!("About {name}") });
        assert!(self.simulator.insert(&self.one.tenant_id, "groups", group));
    }
}

#[tokio::test]
async fn a_person_signs_in_and_finds_groups_by_the_beginning_of_their_name() {
    let world = world().await;
    let token = world.signed_in().await;
    assert_eq!(token.name(), "admin@contoso.onmicrosoft.com");
    assert_eq!(token.permissions(), ["Group.Read.All"], "what the registry needs for groups, and no more");
    assert!(!format!("{token:?}").contains("ey"), "a token never prints");
    for (id, name) in [("g1", "INTUNE – Helpdesk"), ("g2", "Intune O'Brien & Co"), ("g3", "Sales")] {
        world.insert_group(id, name);
    }
    let tenant = world.graph.of_person(world.connection(), &token);
    let found = async |text: &str| {
        let (groups, more) = tenant.search_groups(text).await.unwrap();
        let mut ids: Vec<String> = groups.into_iter().map(|group| group.id).collect();
        ids.sort();
        (ids, more)
    };
    assert_eq!(found("intune").await, (vec!["g1".to_owned(), "g2".to_owned()], false));
    assert_eq!(found("Intune O'Brien & C").await.0, ["g2"], "a text cannot end the filter");
    assert!(found("x') or startswith(displayName,'S").await.0.is_empty());
    for number in 0..30 {
        world.insert_group(&format!("m{number:02}"), &format!("Many {number:02}"));
    }
    let (many, more) = found("Many").await;
    assert_eq!((many.len(), more), (20, true), "the first ones, and that there are more");
}

#[tokio::test]
async fn a_persons_token_is_used_until_five_minutes_before_it_ends() {
    let world = world().await;
    let clock = Arc::new(ManualClock::at(1_800_000_000_000));
    let graph = Graph::new(hurried(), Ambient::new(clock.clone(), Arc::new(SystemEntropy))).unwrap();
    let proof = SignInProof::new(&Ambient::system());
    let code = world.code(&world.one, &proof).await;
    let back = CameBack { code: &code, redirect_uri: BACK, proof: &proof };
    let token = graph.sign_in(world.connection(), back).await.unwrap();
    assert_eq!(token.expires_ms(), 1_800_000_000_000 + 3_599_000 - 300_000);
    let tenant = graph.of_person(world.connection(), &token);
    clock.advance_ms(3_298_000);
    assert!(tenant.search_groups("a").await.is_ok());
    clock.advance_ms(1_000);
    assert_eq!(tenant.search_groups("a").await.unwrap_err().code, "auth.person_signed_out");
}

#[tokio::test]
async fn a_certificate_redeems_a_code_as_well() {
    let world = world().await;
    let pem = format!("{}{}", TestKey::One.certificate(), TestKey::One.pem());
    let credential = Credential::Certificate(Arc::new(ClientCertificate::from_pem(&pem).unwrap()));
    let proof = SignInProof::new(&Ambient::system());
    let code = world.code(&world.one, &proof).await;
    let connection = connection_by(&world.simulator.http_url(), &world.one.tenant_id, &world.one.client_id, credential);
    let token = world.graph.sign_in(connection, CameBack { code: &code, redirect_uri: BACK, proof: &proof }).await;
    assert_eq!(token.unwrap().permissions(), ["Group.Read.All"]);
}

#[tokio::test]
async fn a_code_is_worth_nothing_without_its_proof_twice_late_or_from_another_tenant() {
    let world = world().await;
    let ambient = Ambient::system();
    let (proof, other) = (SignInProof::new(&ambient), SignInProof::new(&ambient));
    let code = world.code(&world.one, &proof).await;
    let refused = async |code: &str, proof: &SignInProof| world.redeem(code, proof).await.unwrap_err().code;
    assert_eq!(refused(&code, &other).await, "auth.code_refused", "the verifier of another sign-in");
    assert!(world.redeem(&code, &proof).await.is_ok());
    assert_eq!(refused(&code, &proof).await, "auth.code_refused", "a second time");
    // The verifier of this sign-in with the nonce of another: somebody put their answer into ours.
    let text = |proof: &SignInProof| secrecy::ExposeSecret::expose_secret(&proof.to_text()).to_owned();
    let mixed = format!("{} {}", text(&other).split(' ').next().unwrap(), text(&proof).split(' ').nth(1).unwrap());
    let mixed = SignInProof::from_text(&mixed.into()).unwrap();
    let code = world.code(&world.one, &proof).await;
    assert_eq!(refused(&code, &mixed).await, "auth.answer_mixed_up");
    let code = world.code(&world.two, &proof).await;
    assert_eq!(refused(&code, &proof).await, "auth.wrong_tenant");
    let code = world.code(&world.one, &proof).await;
    world.simulator.set_clock(&world.one.tenant_id, 1_780_272_000 + 3_600);
    assert_eq!(refused(&code, &proof).await, "auth.code_refused", "an hour later");
}

#[tokio::test]
async fn a_refused_code_has_the_codes_of_every_other_refusal_and_is_not_tried_again() {
    let world = world().await;
    let proof = SignInProof::new(&Ambient::system());
    for (aadsts, code) in [
        (7_000_215, "auth.secret_wrong"),
        (50_012, "auth.certificate_refused"),
        (700_016, "auth.app_not_found"),
        (65_001, "auth.consent_required"),
        (530_032, "auth.blocked_by_policy"),
        (90_055, "auth.throttled"),
        (90_033, "auth.unavailable"),
    ] {
        world.simulator.add_fault(&world.one.tenant_id, Fault::on("", FaultKind::TokenError { aadsts }));
        world.simulator.reset_stats();
        let error = world.redeem("a code", &proof).await.unwrap_err();
        world.simulator.clear_faults(&world.one.tenant_id);
        assert_eq!((error.code, world.simulator.exchanges().len()), (code, 1), "AADSTS{aadsts}");
        assert!(!format!("{error:?}").contains("AADSTS"));
    }
}

#[tokio::test]
async fn a_person_whose_token_ended_signs_in_again_and_the_application_never_asks_in_their_place() {
    let world = world().await;
    let token = world.signed_in().await;
    let tenant = world.graph.of_person(world.connection(), &token);
    world.simulator.reset_stats();
    world.simulator.add_fault(&world.one.tenant_id, Fault::on("groups", FaultKind::ExpireToken));
    assert_eq!(tenant.search_groups("a").await.unwrap_err().code, "auth.person_signed_out");
    assert_eq!(tenant.search_groups("a").await.unwrap_err().code, "auth.person_signed_out");
    assert_eq!(world.simulator.stats().tokens_issued, 0);
    world.simulator.clear_faults(&world.one.tenant_id);
    let refuse = FaultKind::Status { status: 403, code: "Authorization_RequestDenied".into(), retry_after: None };
    world.simulator.add_fault(&world.one.tenant_id, Fault::on("groups", refuse));
    let tenant = world.graph.of_person(world.connection(), &world.signed_in().await);
    assert_eq!(tenant.search_groups("a").await.unwrap_err().code, "graph.permission_denied");
}
