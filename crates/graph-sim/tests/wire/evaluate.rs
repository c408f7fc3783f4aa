//! What-if of Conditional Access.

use graph_sim::{Content, Simulator, SimulatorConfig, TenantSpec};
use serde_json::{Value, json};

use crate::support::{self, Session};

const POLICIES: &str = "identity/conditionalAccess/policies";
const PATH: &str = "v1.0/identity/conditionalAccess/evaluate";
const USER: &str = "11111111-1111-4111-8111-111111111111";
const APP: &str = "22222222-2222-4222-8222-222222222222";

struct Tried {
    simulator: Simulator,
    session: Session,
}

impl Tried {
    async fn start() -> Self {
        let tenants = vec![TenantSpec::named("Contoso", Content::Empty)];
        let simulator = Simulator::start(SimulatorConfig { tenants, ..SimulatorConfig::default() }).await.unwrap();
        let session = Session::sign_in(&simulator).await;
        let tried = Self { simulator, session };
        tried.insert(
            "groups",
            json!({ "id": "staff", "displayName": "Staff", "groupTypes": [], "members": [{ "id": USER }] }),
        );
        let office = json!({ "@odata.type": "#microsoft.graph.ipNamedLocation", "id": "office", "displayName": "Office", "isTrusted": true,
            "ipRanges": [{ "@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "10.1.0.0/16" }] });
        tried.insert("identity/conditionalAccess/namedLocations", office);
        tried
    }

    fn insert(&self, path: &str, object: Value) {
        assert!(self.simulator.insert(&self.session.tenant.tenant_id, path, object));
    }

    /// What the only policy, for all users and apps but for this, says to a sign-in: nothing when it applies.
    async fn against(&self, state: &str, more: Value, conditions: Value) -> String {
        let mut of = json!({ "users": { "includeUsers": ["All"] }, "applications": { "includeApplications": ["All"] },
            "clientAppTypes": ["all"], "signInRiskLevels": [], "userRiskLevels": [] });
        of.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.insert(POLICIES, json!({ "id": "p", "displayName": "P", "state": state, "conditions": of }));
        let answer = self.ask(sign_in(conditions)).await;
        let policy = &answer["value"][0];
        assert_eq!(policy["displayName"], "P");
        assert_eq!(policy["policyApplies"] == true, policy["analysisReasons"] == "notSet");
        policy["analysisReasons"].as_str().unwrap().replace("notSet", "")
    }

    async fn ask(&self, body: Value) -> Value {
        let response = self.session.send("POST", PATH, Some(body)).await;
        assert_eq!(response.status(), 200);
        support::json(response).await
    }
}

fn sign_in(conditions: Value) -> Value {
    json!({
        "signInIdentity": { "@odata.type": "#microsoft.graph.userSignIn", "userId": USER },
        "signInContext": { "@odata.type": "#microsoft.graph.applicationContext", "includeApplications": [APP] },
        "signInConditions": conditions,
    })
}

#[tokio::test]
async fn each_condition_is_met_or_named() {
    let tried = Tried::start().await;
    let at = |address: &str| json!({ "ipAddress": address });
    let on = |platform: &str| json!({ "devicePlatform": platform });
    for (more, asked, expected) in [
        (json!({}), json!({}), ""),
        (json!({ "users": { "includeUsers": [USER] } }), json!({}), ""),
        (json!({ "users": { "includeGroups": ["staff"] } }), json!({}), ""),
        (json!({ "users": { "includeGroups": ["others"] } }), json!({}), "users"),
        (json!({ "users": { "includeUsers": ["All"], "excludeGroups": ["staff"] } }), json!({}), "users"),
        (json!({ "users": { "includeUsers": ["None"], "includeRoles": ["r"] } }), json!({}), "notEnoughInformation"),
        (json!({ "applications": { "includeApplications": [APP] } }), json!({}), ""),
        (json!({ "applications": { "includeApplications": ["Office365"] } }), json!({}), "application"),
        (
            json!({ "applications": { "includeApplications": ["All"], "excludeApplications": [APP] } }),
            json!({}),
            "application",
        ),
        (json!({ "platforms": { "includePlatforms": ["iOS"] } }), on("iOS"), ""),
        (
            json!({ "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["iOS"] } }),
            on("iOS"),
            "devicePlatform",
        ),
        (json!({ "platforms": { "includePlatforms": ["iOS"] } }), json!({}), "notEnoughInformation"),
        (json!({ "clientAppTypes": ["other"] }), json!({ "clientAppType": "browser" }), "clientApps"),
        (
            json!({ "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } }),
            at("10.1.2.3"),
            "location",
        ),
        (
            json!({ "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } }),
            at("10.2.2.3"),
            "",
        ),
        (json!({ "locations": { "includeLocations": ["office"] } }), at("10.1.2.3"), ""),
        (json!({ "signInRiskLevels": ["high"] }), json!({ "signInRiskLevel": "low" }), "signInRisk"),
        (json!({ "userRiskLevels": ["high"] }), json!({ "userRiskLevel": "high" }), ""),
        (json!({ "insiderRiskLevels": "minor,elevated" }), json!({ "insiderRiskLevel": "elevated" }), ""),
        (
            json!({ "devices": { "deviceFilter": { "mode": "include", "rule": "x" } } }),
            json!({}),
            "notEnoughInformation",
        ),
        (
            json!({ "authenticationFlows": { "transferMethods": "deviceCodeFlow" } }),
            json!({ "authenticationFlow": { "transferMethod": "authenticationTransfer" } }),
            "authenticationFlow",
        ),
    ] {
        assert_eq!(tried.against("enabled", more.clone(), asked.clone()).await, expected, "{more} {asked}");
    }
    assert_eq!(tried.against("disabled", json!({}), json!({})).await, "policyNotEnabled");
    assert_eq!(tried.against("enabledForReportingButNotEnforced", json!({}), json!({})).await, "", "as if it were on");
}

#[tokio::test]
async fn workloads_and_actions_of_users_have_policies_of_their_own() {
    let tried = Tried::start().await;
    let workload = json!({ "clientApplications": { "includeServicePrincipals": ["ServicePrincipalsInMyTenant"] },
        "users": { "includeUsers": ["None"] }, "applications": { "includeApplications": ["All"] } });
    tried.insert(POLICIES, json!({ "id": "w", "displayName": "W", "state": "enabled", "conditions": workload }));
    let register = json!({ "users": { "includeUsers": ["All"] },
        "applications": { "includeApplications": [], "includeUserActions": ["urn:user:registersecurityinfo"] } });
    tried.insert(POLICIES, json!({ "id": "r", "displayName": "R", "state": "enabled", "conditions": register }));
    let mut principal = sign_in(json!({}));
    principal["signInIdentity"] =
        json!({ "@odata.type": "#microsoft.graph.servicePrincipalSignIn", "servicePrincipalId": APP });
    principal["appliedPoliciesOnly"] = json!(true);
    let applied = |answer: &Value| {
        let all = answer["value"].as_array().unwrap();
        all.iter().map(|policy| policy["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(applied(&tried.ask(principal).await), ["w"]);
    let mut registering = sign_in(json!({}));
    registering["signInContext"] =
        json!({ "@odata.type": "#microsoft.graph.userActionContext", "userAction": "registerSecurityInformation" });
    registering["appliedPoliciesOnly"] = json!(true);
    assert_eq!(applied(&tried.ask(registering).await), ["r"]);
}

#[tokio::test]
async fn a_question_that_does_not_fit_is_refused_and_none_leaves_a_trace() {
    let tried = Tried::start().await;
    let audited = || tried.simulator.objects(&tried.session.tenant.tenant_id, "auditLogs/directoryAudits").len();
    let before = audited();
    for (name, value) in [
        ("signInIdentity", json!(null)),
        ("signInIdentity", json!({ "userId": USER })),
        ("signInContext", json!({ "@odata.type": "#microsoft.graph.userSignIn" })),
        ("signInConditions", json!({ "nonsense": 1 })),
        ("signInConditions", json!({ "devicePlatform": "toaster" })),
        ("appliedPoliciesOnly", json!("yes")),
        ("nonsense", json!(1)),
    ] {
        let mut body = sign_in(json!({}));
        body[name] = value;
        let response = tried.session.send("POST", PATH, Some(body.clone())).await;
        assert_eq!(response.status(), 400, "{body}");
    }
    tried.ask(sign_in(json!({}))).await;
    assert!(tried.simulator.journal().is_empty(), "it only reads");
    assert_eq!(audited(), before);
}
