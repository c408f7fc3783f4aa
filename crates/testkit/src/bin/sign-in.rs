//! `sign-in LOGIN_URL DIRECTORY_ID CLIENT_ID`: asks a sign-in service for a token as a worker does, with the credential in
//! the variable CREDENTIAL: a secret, or PEM with a certificate and its key. Prints `{"granted": […]}` with the permissions
//! in the token, or `{"refused": "…"}` with our code. For trying our token code on servers that are not ours.

#![allow(clippy::print_stdout, reason = "what it prints is its answer")]

use std::sync::Arc;

use graph::{ClientCertificate, Connection, Credential, Graph, GraphConfig};
use model::Ambient;
use model::cloud::Cloud;
use serde_json::json;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [login_url, directory_id, client_id] = &arguments[..] else {
        panic!("sign-in LOGIN_URL DIRECTORY_ID CLIENT_ID")
    };
    let connection = Connection {
        cloud: Cloud {
            key: "elsewhere".into(),
            label: "Elsewhere".into(),
            login_url: login_url.clone(),
            graph_url: "https://graph.microsoft.com".into(),
            unlimited: false,
        },
        directory_id: directory_id.clone(),
        client_id: client_id.clone(),
        credential: credential(std::env::var("CREDENTIAL").expect("CREDENTIAL is set")),
    };
    let graph = Graph::new(GraphConfig::default(), Ambient::system()).expect("the client can be made");
    let answer = match graph.tenant(connection).granted_permissions().await {
        Ok(permissions) => json!({ "granted": permissions }),
        Err(error) => json!({ "refused": error.code }),
    };
    println!("{answer}");
}

fn credential(text: String) -> Credential {
    if !text.contains("-----BEGIN ") {
        return Credential::Secret(text.into());
    }
    Credential::Certificate(Arc::new(ClientCertificate::from_pem(&text).expect("certificate and key are usable")))
}
