//! Types that are no plain collection: one object of its kind, parts of derived types, what comes only alone.

use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::harness::{incomplete, observe};
use crate::tiny_server::serve;

/// A `$batch` whose items are answered by `answer` from their addresses: status and body.
fn batch(answer: fn(&str) -> (u16, Value)) -> axum::routing::MethodRouter {
    post(async move |Json(body): Json<Value>| {
        let one = |request: &Value| {
            let (status, body) = answer(request["url"].as_str().unwrap());
            json!({ "id": request["id"], "status": status, "headers": {}, "body": body })
        };
        Json(json!({ "responses": body["requests"].as_array().unwrap().iter().map(one).collect::<Vec<_>>() }))
    })
}

fn refusal(status: u16) -> (u16, Value) {
    (status, json!({ "error": { "code": "canary upstream", "message": "canary upstream" } }))
}

#[tokio::test]
async fn the_one_object_of_its_kind_is_kept_under_the_key_of_its_type() {
    let settings = json!({ "@odata.context": "x", "secureByDefault": true, "brandNew": 1.0 });
    let router = Router::new().route("/beta/deviceManagement/settings", get(async move || Json(settings)));
    let (observation, objects) = observe(&serve(router).await, "tenantSettings").await;
    assert_eq!((observation.list_error, observation.seen), (None, 1));
    assert_eq!((objects[0].external_id.as_str(), objects[0].name.as_str()), ("tenantSettings", "Intune settings"));
    assert_eq!(objects[0].document.to_string(), r#"{"secureByDefault":true,"brandNew":1.0}"#);
}

#[tokio::test]
async fn a_directory_without_such_an_object_has_none_and_a_list_in_its_place_is_no_answer() {
    let (observation, objects) = observe(&serve(Router::new()).await, "apnsCertificate").await;
    assert_eq!((observation.list_error, objects.len()), (None, 0));
    let list = Router::new()
        .route("/beta/deviceManagement/applePushNotificationCertificate", get(async || Json(json!({ "value": [] }))));
    let (observation, objects) = observe(&serve(list).await, "apnsCertificate").await;
    assert_eq!((observation.list_error.unwrap().code, objects.len()), ("graph.unexpected_shape", 0));
}

#[tokio::test]
async fn the_directory_is_named_in_the_path() {
    let rows = json!({ "value": [{ "id": "0", "signInPageText": "Welcome" }] });
    let router = Router::new().route("/v1.0/organization/t/branding/localizations", get(async move || Json(rows)));
    let (observation, objects) = observe(&serve(router).await, "companyBranding").await;
    assert_eq!((observation.list_error, objects.len()), (None, 1));
    assert_eq!(objects[0].name, "Default sign-in branding");
}

/// Wi-Fi: the certificates for servers are a list, the one for clients is not set, and one cannot be read.
#[tokio::test]
async fn parts_of_a_derived_type_are_read_behind_a_cast() {
    fn answer(url: &str) -> (u16, Value) {
        let cast = "/deviceManagement/deviceConfigurations/w/microsoft.graph.windowsWifiEnterpriseEAPConfiguration/";
        let part = url.strip_prefix(cast).expect(url).strip_suffix("?$select=id,displayName").expect(url);
        match part {
            "rootCertificatesForServerValidation" => {
                (200, json!({ "value": [{ "id": "root", "displayName": "Root" }] }))
            }
            "identityCertificateForClientAuthentication" => refusal(404),
            "rootCertificateForClientValidation" => refusal(403),
            other => panic!("{other} is no part of this type"),
        }
    }
    let rows = json!({ "value": [
        { "@odata.type": "#microsoft.graph.windowsWifiEnterpriseEAPConfiguration", "id": "w", "displayName": "W", "assignments": [] },
        { "@odata.type": "#microsoft.graph.windows10CustomConfiguration", "id": "x", "displayName": "X", "assignments": [] },
        { "id": "y", "displayName": "Y", "assignments": [] },
    ] });
    let router = Router::new()
        .route("/beta/deviceManagement/deviceConfigurations", get(async move || Json(rows)))
        .route("/beta/$batch", batch(answer));
    let (observation, objects) = observe(&serve(router).await, "deviceConfigurations").await;
    assert_eq!((observation.list_error, objects.len()), (None, 3));
    let wifi = &objects[0].document;
    assert_eq!(wifi["rootCertificatesForServerValidation"], json!([{ "id": "root", "displayName": "Root" }]));
    assert_eq!(wifi.get("identityCertificateForClientAuthentication"), Some(&Value::Null), "none, and that was read");
    assert_eq!(incomplete(&objects), [("w", "rootCertificateForClientValidation", "graph.permission_denied")]);
    assert_eq!(objects[1].document.as_object().unwrap().len(), 4, "no part of another type");
}

#[tokio::test]
async fn an_image_is_selected_alone_and_its_object_is_incomplete_without_it() {
    fn answer(url: &str) -> (u16, Value) {
        match url.strip_prefix("/deviceManagement/intuneBrandingProfiles/b").expect(url) {
            "" => (200, json!({ "id": "b", "profileName": "B", "themeColorLogo": null, "lightBackgroundLogo": null })),
            "?$select=themeColorLogo" => {
                (200, json!({ "id": "b", "themeColorLogo": { "type": "image/png", "value": "eA==" } }))
            }
            "?$select=lightBackgroundLogo" => refusal(403),
            "?$select=landingPageCustomizedImage" => (200, json!({ "id": "b", "landingPageCustomizedImage": null })),
            "/assignments" => (200, json!({ "value": [] })),
            other => panic!("{other} was not to be asked for"),
        }
    }
    let rows = json!({ "value": [{ "id": "b", "profileName": "B" }] });
    let router = Router::new()
        .route("/beta/deviceManagement/intuneBrandingProfiles", get(async move || Json(rows)))
        .route("/beta/$batch", batch(answer));
    let (_, objects) = observe(&serve(router).await, "branding").await;
    assert_eq!(objects[0].document["themeColorLogo"]["value"], "eA==");
    assert_eq!(objects[0].document["landingPageCustomizedImage"], Value::Null);
    assert_eq!(incomplete(&objects), [("b", "lightBackgroundLogo", "graph.permission_denied")]);
}

#[tokio::test]
async fn one_object_of_its_kind_is_read_on_its_own_too() {
    let router = Router::new().route(
        "/beta/$batch",
        batch(|url| match url {
            "/deviceManagement/settings" => (200, json!({ "secureByDefault": false })),
            other => panic!("{other} was not to be asked for"),
        }),
    );
    let tenant = serve(router).await;
    let object = tenant.observe_one(crate::harness::contract("tenantSettings"), "tenantSettings").await.unwrap();
    assert_eq!(object.document["secureByDefault"], false);
    let other = tenant.observe_one(crate::harness::contract("tenantSettings"), "somebody else").await.unwrap_err();
    assert_eq!(other.code, "graph.unexpected_shape");
}
