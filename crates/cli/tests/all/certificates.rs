//! A tenant with a certificate on the command line: each wrong file, and when the doctor speaks of its end.

use graph_sim::TestKey;
use model::Ambient;
use store::{CertificateSummary, Credential, Engine};
use testkit::{TestDatabase, World};

use crate::program::{say, say_with, within};
use crate::stable::stable;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[test]
fn each_wrong_certificate_is_named() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 10).await;
        let (key, certificate) = (TestKey::One.pem(), TestKey::One.certificate());
        let yesterday = TestKey::One.certificate_until(Ambient::system().now_ms() - DAY_MS);
        let files = [
            ("app.pfx", "\u{0}\u{1}no text"),
            ("app.cer", &certificate),
            ("locked.pem", &format!("{certificate}{}", key.replace("PRIVATE", "ENCRYPTED PRIVATE"))),
            ("other.pem", &format!("{certificate}{}", TestKey::Two.pem())),
            ("expired.pem", &format!("{yesterday}{key}")),
            ("damaged.pem", &format!("{certificate}{key}").replace("MII", "M!!")),
            ("curve.pem", &format!("{certificate}{}", key.replace("PRIVATE", "EC PRIVATE"))),
            ("right.pem", &format!("{certificate}{key}")),
        ];
        let mut text = String::new();
        let folder = database.folder().display().to_string();
        for (name, content) in files {
            std::fs::write(database.folder().join(name), content).unwrap();
            text.push_str(&add(&world, database, name, None).await);
        }
        text.push_str(&add(&world, database, "missing.pem", None).await);
        text.push_str(&add(&world, database, "right.pem", Some("a secret")).await);
        assert!(!text.contains("MII"), "nothing of a file is echoed: {text}");
        insta::assert_snapshot!("each_wrong_certificate_is_named", stable(&text, &folder));
    });
}

async fn add(world: &World, database: &TestDatabase, file: &str, secret: Option<&str>) -> String {
    let path = database.folder().join(file).display().to_string();
    let arguments = [
        "tenant",
        "add",
        "--name",
        "Litware",
        "--directory-id",
        "1b4e28ba-2fa1-11d2-883f-0016d3cca427",
        "--domain",
        "litware.example",
        "--client-id",
        "1b4e28ba-2fa1-11d2-883f-0016d3cca428",
        "--certificate",
        &path,
    ];
    let mut command = within(world, database, &arguments);
    if let Some(secret) = secret {
        command.env("TENANTATLAS_CLIENT_SECRET", secret);
    }
    format!("{file}{}\n{}\n", secret.map_or("", |_| ", and a secret"), say_with(command, "").await.text())
}

#[test]
fn the_doctor_speaks_of_a_certificate_from_30_days_before_its_end() {
    testkit::run(Engine::Sqlite, async |database: &TestDatabase| {
        let world = World::seeded(database, 10).await;
        let scope = world.scope().await;
        for (days, said, code) in
            [(40, None, 0), (20, Some("that of Contoso ends "), 0), (-1, Some("that of Contoso ended "), 4)]
        {
            let expires_at = world.db.ambient().now_ms() + days * DAY_MS;
            let about = CertificateSummary { thumbprint: "AB".into(), expires_at };
            let credential = Credential::Certificate { pem: "never read".into(), about };
            world.db.tenant(&scope).set_connection("client", &credential).await.unwrap();
            let doctor = say(within(&world, database, &["doctor"])).await;
            assert_eq!(doctor.code, code, "{}", doctor.text());
            assert_eq!(doctor.out.contains("certificate"), said.is_some(), "{}", doctor.text());
            assert!(said.is_none_or(|said| doctor.out.contains(said)), "{}", doctor.text());
        }
    });
}
