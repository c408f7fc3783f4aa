//! Two servers, and a port that is taken.

use store::Engine;
use testkit::TestDatabase;

use crate::program::{first_line, on, say, terminate};
use crate::stable::stable;

#[test]
fn a_second_server_on_one_file_is_refused_and_a_killed_one_leaves_no_lock() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let mut first = on(database, &serve).spawn().expect("the program starts");
        assert!(first_line(&mut first).await.starts_with("TenantAtlas is at http://127.0.0.1:"));
        let said = say(on(database, &serve)).await;
        assert_eq!(said.code, 9);
        insta::assert_snapshot!("a_second_server", stable(&said.text(), &database.folder().display().to_string()));
        first.kill().await.expect("it still runs");
        let mut third = on(database, &serve).spawn().expect("the program starts");
        assert!(first_line(&mut third).await.starts_with("TenantAtlas is at"));
        assert!(terminate(third).await.success());
    });
}

#[test]
fn a_busy_port_is_named() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let other = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = other.local_addr().expect("it listens").to_string();
        let said = say(on(database, &["serve", "--listen", &address])).await;
        assert_eq!(said.code, 9);
        let port = address.rsplit_once(':').expect("an address with a port").1;
        insta::assert_snapshot!("a_busy_port", said.text().replace(port, "PORT"));
    });
}
