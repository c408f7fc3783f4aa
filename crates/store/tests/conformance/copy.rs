//! Copying an installation: what is refused, and that every table is accounted for.

use store::{CertificateSummary, Credential, DatabaseCopy, DatabaseUrl, TenantState};

use crate::harness::TestDb;

/// Tables that are only of the moment, or belong to the database itself.
const LEFT_OUT: [&str; 6] =
    ["nodes", "run_changes", "request_budgets", "authorization_requests", "database_copy", "_sqlx_migrations"];

async fn code(from: &DatabaseUrl, to: &DatabaseUrl) -> &'static str {
    DatabaseCopy::begin(from, to).await.err().expect("it is refused").code
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_is_copied_or_left_out_on_purpose() {
    let (source, target) = (TestDb::sqlite().await, TestDb::postgres_empty().await);
    let scope = source.owner().await;
    source.start(&scope, serde_json::json!({})).await;
    let about = CertificateSummary { thumbprint: "AB12".into(), expires_at: 1_900_000_000_000 };
    let certificate = Credential::Certificate { pem: "a certificate".into(), about };
    source.db.tenant(&scope).set_connection("in use", &certificate).await.unwrap();
    source.db.tenants().set_state(scope.tenant_id(), TenantState::Active).await.unwrap();
    source.db.tenant(&scope).set_connection("waits", &certificate).await.unwrap();
    let tables =
        source.number("select count(*) from sqlite_master where type = 'table' and name not like 'sqlite_%'").await;
    let mut copy = DatabaseCopy::begin(&source.url, &target.url).await.unwrap();
    let mut copied = std::collections::BTreeSet::new();
    while let Some(progress) = copy.next().await.unwrap() {
        copied.insert(progress.table);
    }
    assert_eq!(
        copied.len() + LEFT_OUT.len(),
        usize::try_from(tables).unwrap(),
        "a new table has no place in the copy: {copied:?}"
    );
    assert!(LEFT_OUT.iter().all(|table| !copied.contains(table)));
    assert!(copy.verify().await.unwrap() > 5);
    for table in ["connections", "connection_candidates"] {
        let certificates = format!("select count(*) from {table} where thumbprint = 'AB12' and kind = 'certificate'");
        assert_eq!(target.number(&certificates).await, 1, "{table}");
    }
    source.end().await;
    target.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_copied_is_refused_and_left_alone() {
    let (source, target) = (TestDb::sqlite().await, TestDb::postgres().await);
    assert_eq!(code(&source.url, &source.url).await, "copy.direction");
    assert_eq!(code(&target.url, &target.url).await, "copy.direction");
    assert_eq!(code(&source.url, &target.url).await, "copy.target_not_empty");
    let empty = TestDb::postgres_empty().await;
    let node = crate::harness::worker();
    source.db.nodes().register(&node, &["a.b"], 4).await.unwrap();
    assert_eq!(code(&source.url, &empty.url).await, "copy.source_in_use");
    source.db.nodes().forget(node.id).await.unwrap();
    drop(DatabaseCopy::begin(&source.url, &empty.url).await.unwrap());
    let other = TestDb::sqlite().await;
    assert_eq!(code(&other.url, &empty.url).await, "copy.other_source");
    for each in [source, target, empty, other] {
        each.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_differs_is_found() {
    let (source, target) = (TestDb::sqlite().await, TestDb::postgres_empty().await);
    source.owner().await;
    let mut copy = DatabaseCopy::begin(&source.url, &target.url).await.unwrap();
    while copy.next().await.unwrap().is_some() {}
    target.raw("update users set name = 'somebody else'").await.unwrap();
    let error = copy.verify().await.unwrap_err();
    assert_eq!(error.code, "copy.differs");
    assert!(error.message.contains("users"), "{error}");
    source.end().await;
    target.end().await;
}
