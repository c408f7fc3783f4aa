//! The golden files: routes with their access, and the OpenAPI document.

use web::routes::{Kind, facts, text};

#[test]
fn the_table_is_the_golden_file() {
    let golden = include_str!("../../golden/routes.txt");
    assert_eq!(text(), golden, "the table changed: if that is meant, write a spec and update golden/routes.txt");
}

#[test]
fn the_committed_openapi_document_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/openapi.json");
    let committed = std::fs::read_to_string(path).expect("docs/reference/openapi.json is committed");
    assert!(
        committed == web::openapi(),
        "docs/reference/openapi.json is not what the handlers say: cargo run -p web --example openapi > docs/reference/openapi.json"
    );
}

#[test]
fn every_api_route_is_documented_under_its_method_and_nothing_else_is() {
    let document: serde_json::Value = serde_json::from_str(&web::openapi()).unwrap();
    let mut documented: Vec<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let routes = facts().into_iter().filter(|route| matches!(route.kind, Kind::Api | Kind::ApiWrite | Kind::ApiUpload));
    let mut routed: Vec<String> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    documented.sort();
    routed.sort();
    assert_eq!(documented, routed);
}
