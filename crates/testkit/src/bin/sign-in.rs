//! `sign-in LOGIN_URL DIRECTORY_ID CLIENT_ID`: asks a sign-in service for a token as a worker does, with the credential in
//! the variable CREDENTIAL: a secret, or PEM with a certificate and its key. Prints `{"granted": […]}` with the permissions
//! in the token, or `{"refused": "…"}` with our code. For trying our token code on servers that are not ours.
//!
//! With a fourth argument, the address that people come back to, it signs a person in as the web pages do: it prints
//! `{"address": "…"}` to open, reads a line with the code, and prints `{"signed_in": {"name", "permissions"}}` or the refusal.

#![allow(clippy::print_stdout, reason = "what it prints is its answer")]

use std::sync::Arc;

use graph::{
    CameBack, ClientCertificate, Connection, Credential, Graph, GraphConfig, GraphError, SentAway, SignInProof,
};
use model::Ambient;
use model::cloud::Cloud;
use serde_json::{Value, json};

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [login_url, directory_id, client_id, redirect_uri @ ..] = &arguments[..] else {
        panic!("sign-in LOGIN_URL DIRECTORY_ID CLIENT_ID [REDIRECT_URI]")
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
    let answer = match redirect_uri.first() {
        Some(redirect_uri) => person(&graph, connection, redirect_uri).await,
        None => graph.tenant(connection).granted_permissions().await.map(|granted| json!({ "granted": granted })),
    };
    println!("{}", answer.unwrap_or_else(|error| json!({ "refused": error.code })));
}

async fn person(graph: &Graph, connection: Connection, redirect_uri: &str) -> Result<Value, GraphError> {
    let proof = SignInProof::new(&Ambient::system());
    let away = SentAway {
        cloud: &connection.cloud,
        directory_id: &connection.directory_id,
        client_id: &connection.client_id,
        redirect_uri,
        state: "state",
    };
    println!("{}", json!({ "address": away.to_sign_in(&proof)? }));
    let mut code = String::new();
    std::io::stdin().read_line(&mut code).expect("a line with the code");
    let token = graph.sign_in(connection, CameBack { code: code.trim(), redirect_uri, proof: &proof }).await?;
    Ok(json!({ "signed_in": { "name": token.name(), "permissions": token.permissions() } }))
}

fn credential(text: String) -> Credential {
    if !text.contains("-----BEGIN ") {
        return Credential::Secret(text.into());
    }
    Credential::Certificate(Arc::new(ClientCertificate::from_pem(&text).expect("certificate and key are usable")))
}
