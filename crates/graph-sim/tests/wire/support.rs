//! A client with a token, for the wire tests.

use std::collections::HashMap;

use graph_sim::{Content, Simulator, SimulatorConfig, TenantSpec};
use reqwest::{Client, Method, RequestBuilder, Response, redirect};
use serde_json::Value;
use url::Url;

/// Path of the settings catalog policies.
pub(crate) const POLICIES: &str = "deviceManagement/configurationPolicies";

/// Where the application has people sent back to.
const BACK: &str = "https://atlas.example/back";

/// A signed-in client of the simulator's first tenant.
pub(crate) struct Session {
    client: Client,
    pub(crate) base: String,
    pub(crate) tenant: TenantSpec,
    token: String,
}

/// A simulator with one generated tenant, and a client of it.
pub(crate) async fn started(objects: usize) -> (Simulator, Session) {
    let redirect_uris = vec![BACK.to_owned()];
    let tenant = TenantSpec { redirect_uris, ..TenantSpec::named("Contoso", Content::Seeded { seed: 11, objects }) };
    let config = SimulatorConfig { tenants: vec![tenant], ..SimulatorConfig::default() };
    let simulator = Simulator::start(config).await.unwrap();
    let session = Session::sign_in(&simulator).await;
    (simulator, session)
}

/// A client; the process needs a cryptography provider once, whichever test comes first.
pub(crate) fn client() -> Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::new()
}

/// Asks for a token with the credentials of a tenant.
pub(crate) async fn ask_token(base: &str, name: &str, tenant: &TenantSpec) -> Response {
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
        ("client_id", &tenant.client_id),
        ("client_secret", &tenant.client_secret),
    ];
    let request = client().post(format!("{base}/{name}/oauth2/v2.0/token")).form(&form);
    request.send().await.unwrap()
}

/// The body as JSON.
pub(crate) async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

impl Session {
    pub(crate) async fn sign_in(simulator: &Simulator) -> Self {
        let tenant = simulator.tenants().remove(0);
        let base = simulator.http_url();
        let answer = json(ask_token(&base, &tenant.tenant_id, &tenant).await).await;
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { client: client(), base, tenant, token }
    }

    /// The same tenant by a person's token.
    pub(crate) async fn of_person(&self) -> Self {
        let Self { tenant, base, .. } = self;
        let client = Client::builder().redirect(redirect::Policy::none()).build().unwrap();
        let query = [
            ("client_id", tenant.client_id.as_str()),
            ("redirect_uri", BACK),
            ("response_type", "code"),
            ("scope", "User.Read"),
        ];
        let page = format!("{base}/{}/oauth2/v2.0/authorize", tenant.tenant_id);
        let page = Url::parse_with_params(&page, query).unwrap();
        let answer = client.post(page).form(&[("answer", "yes")]).send().await.unwrap();
        let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &tenant.client_id),
            ("client_secret", &tenant.client_secret),
            ("redirect_uri", BACK),
            ("code", &code),
        ];
        let address = format!("{base}/{}/oauth2/v2.0/token", tenant.tenant_id);
        let answer = json(client.post(address).form(&form).send().await.unwrap()).await;
        let token = answer["access_token"].as_str().unwrap().to_owned();
        Self { client, base: base.clone(), tenant: tenant.clone(), token }
    }

    pub(crate) fn address(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method: Method = method.parse().unwrap();
        self.client.request(method, self.address(path)).bearer_auth(&self.token)
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Response {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.unwrap()
    }

    /// A GET that must succeed.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let response = self.send("GET", path, None).await;
        assert_eq!(response.status(), 200, "{path}");
        json(response).await
    }

    /// All pages of a list.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        self.all_from(&self.address(path)).await
    }

    /// All pages from a link on.
    pub(crate) async fn all_from(&self, link: &str) -> Vec<Value> {
        let (mut all, mut next) = (Vec::new(), Some(link.to_owned()));
        while let Some(link) = next {
            let mut page = json(self.client.get(link).bearer_auth(&self.token).send().await.unwrap()).await;
            all.append(page["value"].as_array_mut().unwrap());
            next = page["@odata.nextLink"].as_str().map(str::to_owned);
        }
        all
    }

    /// The answers of a batch by their id.
    pub(crate) async fn batch(&self, body: Value) -> HashMap<String, Value> {
        let answer = json(self.send("POST", "beta/$batch", Some(body)).await).await;
        let responses = answer["responses"].as_array().unwrap().clone();
        responses.into_iter().map(|one| (one["id"].as_str().unwrap().to_owned(), one)).collect()
    }
}
