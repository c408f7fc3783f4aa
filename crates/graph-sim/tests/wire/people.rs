//! What needs a person: consent, signing in by a code, and writes that an application alone may not make.

use graph_sim::{Content, Simulator, SimulatorConfig, TenantSpec};
use reqwest::{Client, Response, redirect};
use serde_json::{Value, json};
use url::Url;

use crate::support::{self, ask_token};

const BACK: &str = "https://atlas.example/consent/callback";
/// The pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct World {
    simulator: Simulator,
    client: Client,
    one: TenantSpec,
    two: TenantSpec,
}

/// Two tenants of the same application; the first has not let it in.
async fn world() -> World {
    support::client();
    let redirect_uris = vec![BACK.to_owned()];
    let one = TenantSpec {
        redirect_uris,
        consented: false,
        ..TenantSpec::named("Contoso", Content::Seeded { seed: 3, objects: 60 })
    };
    let two = TenantSpec {
        client_id: one.client_id.clone(),
        redirect_uris: one.redirect_uris.clone(),
        ..TenantSpec::named("Fabrikam", Content::Empty)
    };
    let config = SimulatorConfig { tenants: vec![one.clone(), two.clone()], ..SimulatorConfig::default() };
    let simulator = Simulator::start(config).await.unwrap();
    let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
    World { simulator, client, one, two }
}

impl World {
    fn address(&self, tenant: &str, path: &str, query: &[(&str, &str)]) -> Url {
        let mut address = Url::parse(&format!("{}/{tenant}/{path}", self.simulator.http_url())).unwrap();
        address.query_pairs_mut().extend_pairs(query);
        address
    }

    fn consent(&self, tenant: &str, redirect_uri: &str) -> Url {
        let query = [("client_id", self.one.client_id.as_str()), ("state", "s t&x"), ("redirect_uri", redirect_uri)];
        self.address(tenant, "adminconsent", &query)
    }

    fn authorize(&self, tenant: &str, change: &[(&str, &str)]) -> Url {
        let mut query = vec![
            ("client_id", self.one.client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", BACK),
            ("scope", "openid offline_access https://graph.microsoft.com/Group.Read.All"),
            ("state", "abc"),
            ("nonce", "n-1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        query.retain(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
        query.extend(change.iter().filter(|(_, value)| !value.is_empty()));
        self.address(tenant, "oauth2/v2.0/authorize", &query)
    }

    /// Presses a button of the page at that address.
    async fn press(&self, page: Url, tenant: &TenantSpec, answer: &str) -> Response {
        let shown = self.client.get(page.clone()).send().await.unwrap();
        assert_eq!(shown.status(), 200, "{page}");
        assert!(shown.text().await.unwrap().contains(&self.one.client_id));
        let form = [("tenant", tenant.tenant_id.as_str()), ("answer", answer)];
        self.client.post(page).form(&form).send().await.unwrap()
    }

    async fn code(&self, tenant: &TenantSpec) -> String {
        let back = fields(&self.press(self.authorize(&tenant.tenant_id, &[]), tenant, "yes").await);
        assert_eq!(back["state"], "abc");
        back["code"].as_str().unwrap().to_owned()
    }

    async fn redeem(&self, tenant: &TenantSpec, change: &[(&str, &str)]) -> Value {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", tenant.client_id.as_str()),
            ("client_secret", tenant.client_secret.as_str()),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ];
        form.retain(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
        form.extend(change.iter().filter(|(_, value)| !value.is_empty()));
        let address = self.address(&tenant.tenant_id, "oauth2/v2.0/token", &[]);
        support::json(self.client.post(address).form(&form).send().await.unwrap()).await
    }
}

/// The parameters with which a person is sent back to the application.
fn fields(response: &Response) -> Value {
    assert_eq!(response.status(), 302);
    let location = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    assert!(location.as_str().starts_with(BACK), "{location}");
    location
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn claims(token: &Value) -> Value {
    use base64::Engine as _;
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn a_tenant_refuses_tokens_until_an_administrator_consents() {
    let world = world().await;
    let base = world.simulator.http_url();
    let refused = support::json(ask_token(&base, &world.one.tenant_id, &world.one).await).await;
    assert_eq!((&refused["error"], &refused["error_codes"][0]), (&json!("unauthorized_client"), &json!(700_016)));
    let no = fields(&world.press(world.consent(&world.one.tenant_id, BACK), &world.one, "no").await);
    assert_eq!((&no["error"], &no["state"]), (&json!("permission_denied"), &json!("s t&x")));
    assert!(no["error_description"].as_str().unwrap().starts_with("AADSTS65004"));
    assert_eq!(ask_token(&base, &world.one.tenant_id, &world.one).await.status(), 400, "refused changes nothing");
    let yes = fields(&world.press(world.consent("organizations", BACK), &world.one, "yes").await);
    assert_eq!(yes, json!({ "tenant": world.one.tenant_id, "admin_consent": "True", "state": "s t&x" }));
    assert_eq!(ask_token(&base, &world.one.tenant_id, &world.one).await.status(), 200);
    world.simulator.set_consent(&world.one.tenant_id, false);
    assert_eq!(ask_token(&base, &world.one.tenant_id, &world.one).await.status(), 400, "and it can be taken back");
    // A server that finds its port late has its address registered late.
    let late = "http://127.0.0.1:8480/back";
    let control = |what: &str, body: Value| world.client.post(format!("{base}/_sim/{what}")).json(&body).send();
    assert_eq!(world.client.get(world.consent(&world.one.tenant_id, late)).send().await.unwrap().status(), 400);
    let tenant = world.one.tenant_id.as_str();
    control("redirect", json!({ "tenant": tenant, "address": late })).await.unwrap();
    assert_eq!(world.client.get(world.consent(tenant, late)).send().await.unwrap().status(), 200);
    control("consent", json!({ "tenant": tenant, "given": true })).await.unwrap();
    assert_eq!(ask_token(&base, tenant, &world.one).await.status(), 200);
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_the_application_has_not_registered() {
    let world = world().await;
    let other_client = [("client_id", "another"), ("redirect_uri", BACK)];
    let cases = [
        (world.consent(&world.one.tenant_id, "https://elsewhere.example/"), "AADSTS50011"),
        (world.consent("nowhere.example", BACK), "AADSTS90002"),
        (world.address("common", "adminconsent", &other_client), "AADSTS700016"),
        (world.address("common", "adminconsent", &[("redirect_uri", BACK)]), "AADSTS900144"),
        (world.authorize("common", &[("redirect_uri", "https://elsewhere.example/")]), "AADSTS50011"),
    ];
    for (address, number) in cases {
        for request in [world.client.get(address.clone()), world.client.post(address.clone())] {
            let response = request.send().await.unwrap();
            assert!(!response.headers().contains_key("location"), "{address}");
            assert_eq!(response.status(), 400, "{address}");
            assert!(response.text().await.unwrap().contains(number), "{address}");
        }
    }
}

#[tokio::test]
async fn a_wrong_sign_in_goes_back_with_its_error_and_the_state() {
    let world = world().await;
    let cases = [
        ([("response_type", "token")], "unsupported_response_type"),
        ([("scope", "")], "invalid_request"),
        ([("prompt", "none")], "login_required"),
        ([("response_mode", "fragment")], "invalid_request"),
        ([("code_challenge_method", "S512")], "invalid_request"),
    ];
    for (change, error) in cases {
        let back = fields(&world.client.get(world.authorize("common", &change)).send().await.unwrap());
        assert_eq!((&back["error"], &back["state"]), (&json!(error), &json!("abc")), "{change:?}");
    }
    let no = fields(&world.press(world.authorize("common", &[]), &world.two, "no").await);
    assert_eq!(no["error"], "access_denied");
    let unasked = world.press(world.authorize("common", &[]), &world.one, "yes").await;
    assert!(unasked.text().await.unwrap().contains("AADSTS90094"), "a tenant without consent");
}

#[tokio::test]
async fn a_code_gives_a_persons_tokens_once() {
    let world = world().await;
    let code = world.code(&world.two).await;
    let tokens = world.redeem(&world.two, &[("code", &code)]).await;
    let access = claims(&tokens["access_token"]);
    assert_eq!((&access["scp"], &access["idtyp"]), (&json!("Group.Read.All"), &json!("user")), "{tokens}");
    assert!(access["roles"].is_null() && access["tid"] == world.two.tenant_id.as_str());
    let id = claims(&tokens["id_token"]);
    assert_eq!((&id["nonce"], &id["aud"], &id["tid"]), (&json!("n-1"), &json!(world.two.client_id), &access["tid"]));
    assert_eq!(world.redeem(&world.two, &[("code", &code)]).await["error_codes"][0], 54_005, "once");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let again = world
        .redeem(&world.two, &[("grant_type", "refresh_token"), ("refresh_token", refresh), ("code_verifier", "")])
        .await;
    assert_eq!(claims(&again["access_token"])["scp"], "Group.Read.All");
    let plain = [("scope", "https://graph.microsoft.com/Group.Read.All")];
    let back = fields(&world.press(world.authorize("common", &plain), &world.two, "yes").await);
    let tokens = world.redeem(&world.two, &[("code", back["code"].as_str().unwrap())]).await;
    assert!(tokens["refresh_token"].is_null() && tokens["id_token"].is_null(), "only what was asked for: {tokens}");
}

#[tokio::test]
async fn a_code_is_bound_to_what_it_was_asked_with() {
    let world = world().await;
    world.simulator.set_consent(&world.one.tenant_id, true);
    let code = world.code(&world.two).await;
    let code = ("code", code.as_str());
    let cases: [(&[(&str, &str)], u32); 6] = [
        (&[code, ("code_verifier", "another")], 501_481),
        (&[code, ("code_verifier", "")], 501_481),
        (&[code, ("redirect_uri", "https://atlas.example/other")], 500_112),
        (&[code, ("client_secret", "wrong")], 7_000_215),
        (&[("code", "unknown")], 70_000),
        (&[], 900_144),
    ];
    for (change, number) in cases {
        let answer = world.redeem(&world.two, change).await;
        assert_eq!(answer["error_codes"][0], number, "{change:?} {answer}");
    }
    assert_eq!(world.redeem(&world.one, &[code]).await["error_codes"][0], 700_005, "in another tenant");
    assert!(world.redeem(&world.two, &[code]).await["access_token"].is_string(), "mistakes do not use it up");
    let late = world.code(&world.two).await;
    // The clock of a tenant stands still until it is moved.
    world.simulator.set_clock(&world.two.tenant_id, 1_780_272_000 + 600);
    assert_eq!(world.redeem(&world.two, &[("code", &late)]).await["error_codes"][0], 70_008, "after ten minutes");
}

#[tokio::test]
async fn what_takes_a_person_is_refused_to_an_application() {
    let world = world().await;
    let policy = format!("{}/v1.0/policies/deviceRegistrationPolicy", world.simulator.http_url());
    let code = world.code(&world.two).await;
    let person = world.redeem(&world.two, &[("code", &code)]).await["access_token"].as_str().unwrap().to_owned();
    let application =
        support::json(ask_token(&world.simulator.http_url(), &world.two.tenant_id, &world.two).await).await;
    let application = application["access_token"].as_str().unwrap().to_owned();
    let now = support::json(world.client.get(&policy).bearer_auth(&application).send().await.unwrap()).await;
    let put = |token: &str| {
        let mut body = now.clone();
        body.as_object_mut().unwrap().retain(|name, _| !name.contains('@') && name != "id");
        world.client.put(&policy).bearer_auth(token).json(&body).send()
    };
    let refused = put(&application).await.unwrap();
    assert_eq!(refused.status(), 403);
    assert_eq!(support::json(refused).await["error"]["code"], "Authorization_RequestDenied");
    assert!(world.simulator.journal().is_empty());
    assert_eq!(put(&person).await.unwrap().status(), 204);
    assert_eq!(world.simulator.journal().len(), 1);
}
