//! People, sessions, tenants, members, connections, audit.

use model::access::Role;
use secrecy::{ExposeSecret, SecretString};
use store::{Actor, AuditEntry, CertificateSummary, Credential, CredentialKind, NewUser, Saved};

use crate::harness::{both, worker};

fn new_user(email: &str) -> NewUser {
    NewUser { email: email.into(), name: "Ada".into(), password_hash: Some("hash".into()), platform_admin: false }
}

both! {
    async fn two_first_set_ups_race_and_one_wins(test: &TestDb) {
        let (one, two) = (test.db.people(), test.db.people());
        let (one, two) = tokio::join!(one.first_owner(new_user("A@example.com")), two.first_owner(new_user("b@example.com")));
        let codes: Vec<_> = [&one, &two].into_iter().filter_map(|answer| answer.as_ref().err().map(|error| error.code)).collect();
        assert_eq!(codes, ["setup.done"]);
        assert_eq!(test.db.people().count().await.unwrap(), 1);
        assert!(test.db.people().list().await.unwrap()[0].platform_admin);
    }

    async fn an_address_is_one_person_in_any_case(test: &TestDb) {
        let people = test.db.people();
        let user = people.create(new_user(" Ada@Example.com ")).await.unwrap();
        assert_eq!(people.create(new_user("ADA@example.com")).await.unwrap_err().code, "user.exists");
        assert_eq!(people.by_email("aDa@example.COM").await.unwrap().unwrap().id, user);
        people.set_password(user, "other").await.unwrap();
        assert_eq!(people.by_id(user).await.unwrap().unwrap().password_hash.as_deref(), Some("other"));
    }

    async fn a_session_lives_until_it_expires_or_is_revoked(test: &TestDb) {
        let user = test.user("ada").await;
        let sessions = test.db.sessions();
        let now = test.db.ambient().now_ms();
        for (token, expires_at) in [([1; 32], now + 60_000), ([2; 32], now - 1), ([3; 32], now + 60_000)] {
            sessions.create(user, &token, "csrf", expires_at).await.unwrap();
        }
        sessions.touch(&[1; 32]).await.unwrap();
        assert_eq!(sessions.find(&[1; 32]).await.unwrap().unwrap().user.id, user);
        assert!(sessions.find(&[2; 32]).await.unwrap().is_none());
        sessions.revoke(&[1; 32]).await.unwrap();
        assert!(sessions.find(&[1; 32]).await.unwrap().is_none());
        sessions.revoke_all_of(user).await.unwrap();
        assert!(sessions.find(&[3; 32]).await.unwrap().is_none());
        for _ in 0..3 {
            sessions.note_failure("127.0.0.1", "Ada@example.com").await.unwrap();
        }
        assert_eq!(sessions.failures("127.0.0.1", "ada@example.com", now - 1_000).await.unwrap(), 3);
        assert_eq!(sessions.failures("127.0.0.2", "ada@example.com", now - 1_000).await.unwrap(), 0);
        sessions.forget_failures("127.0.0.1", "ada@example.com").await.unwrap();
        assert_eq!(sessions.failures("127.0.0.1", "ada@example.com", 0).await.unwrap(), 0);
    }

    async fn the_last_owner_stays_and_membership_changes_are_audited(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let owner = scope.actor().user.unwrap();
        assert_eq!(tenant.remove_member(owner).await.unwrap_err().code, "members.last_owner");
        assert_eq!(tenant.set_member(owner, Role::Manager).await.unwrap_err().code, "members.last_owner");
        let second = test.user("second").await;
        tenant.set_member(second, Role::Owner).await.unwrap();
        tenant.remove_member(owner).await.unwrap();
        assert_eq!(tenant.remove_member(owner).await.unwrap_err().code, "not_found");
        assert_eq!(tenant.members().await.unwrap().iter().map(|member| member.user).collect::<Vec<_>>(), [second]);
        let actions: Vec<_> = tenant.audit().list(None, 10).await.unwrap().into_iter().map(|row| row.action).collect();
        assert_eq!(actions, ["member.remove", "member.set", "tenant.create"]);
        assert_eq!(test.db.authorise(owner, scope.tenant_id()).await.unwrap_err().code, "not_found");
    }

    async fn a_directory_is_added_once_and_listed_for_its_members(test: &TestDb) {
        let scope = test.owner().await;
        let info = test.db.tenant(&scope).info().await.unwrap();
        let again = store::NewTenant {
            display_name: "Again".into(),
            directory_id: info.directory_id.to_uppercase(),
            primary_domain: String::new(),
            cloud: "global".into(),
            labels: Default::default(),
        };
        assert_eq!(test.db.tenants().create(again, scope.actor().user.unwrap()).await.unwrap_err().code, "tenant.exists");
        test.start(&scope, serde_json::json!({})).await;
        let cards = test.db.tenants().list_for(scope.actor().user.unwrap()).await.unwrap();
        assert_eq!((cards.len(), cards[0].role, cards[0].active_runs), (1, Role::Owner, 1));
        let stranger = test.user("stranger").await;
        assert!(test.db.tenants().list_for(stranger).await.unwrap().is_empty());
        assert_eq!(test.db.tenants().list_all().await.unwrap().len(), 1);
        assert_eq!(test.db.tenants().by_directory(&info.directory_id).await.unwrap().unwrap().id, info.id);
    }

    async fn a_credential_is_encrypted_at_rest(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let kept = |credential: &Credential| match credential {
            Credential::Secret(text) | Credential::Certificate { pem: text, .. } => text.expose_secret().to_owned(),
        };
        for credential in [secret("canary-secret"), certificate("canary-key")] {
            let text = kept(&credential);
            assert_eq!(tenant.set_connection("client", &credential).await.unwrap(), Saved::InUse);
            let stored = tenant.connection().await.unwrap().unwrap();
            assert_eq!((kept(&stored.credential), stored.credential.kind()), (text.clone(), credential.kind()));
            assert!(!format!("{stored:?}").contains("canary"));
            if test.db.engine() == store::Engine::Sqlite {
                for file in ["atlas.db", "atlas.db-wal"] {
                    let bytes = std::fs::read(test.folder.path().join(file)).unwrap();
                    assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{file}");
                }
            } else {
                assert_eq!(test.number("select count(*) from connections where position('canary'::bytea in secret) > 0").await, 0);
            }
        }
        let summary = tenant.connection_summary().await.unwrap().unwrap();
        assert_eq!((summary.client_id.as_str(), summary.kind), ("client", CredentialKind::Certificate));
        assert_eq!(summary.certificate, Some(CertificateSummary { thumbprint: "AB12".into(), expires_at: 1_900_000_000_000 }));
        let in_use = test.db.tenants().certificates().await.unwrap();
        assert_eq!((in_use.len(), in_use[0].tenant, in_use[0].expires_at), (1, scope.tenant_id(), 1_900_000_000_000));
    }

    async fn a_credential_that_worked_stays_until_the_new_one_was_checked(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        tenant.set_connection("old", &secret("old")).await.unwrap();
        assert_eq!(tenant.set_connection("first", &secret("first")).await.unwrap(), Saved::InUse, "nothing has worked yet");
        test.db.tenants().set_state(scope.tenant_id(), store::TenantState::Active).await.unwrap();
        assert_eq!(tenant.set_connection("typing error", &secret("wrong")).await.unwrap(), Saved::Waits);
        let overtaken = tenant.waiting_connection().await.unwrap().unwrap();
        assert_eq!(tenant.set_connection("second", &certificate("second")).await.unwrap(), Saved::Waits);
        assert_eq!(tenant.connection().await.unwrap().unwrap().client_id, "first", "the one in use stays");
        assert!(!tenant.use_waiting(&overtaken).await.unwrap(), "it was saved over");
        assert_eq!(tenant.waiting_summary().await.unwrap().unwrap().client_id, "second");
        let waiting = tenant.waiting_connection().await.unwrap().unwrap();
        assert!(tenant.use_waiting(&waiting).await.unwrap());
        assert!(!tenant.use_waiting(&waiting).await.unwrap(), "once");
        let now = tenant.connection_summary().await.unwrap().unwrap();
        assert_eq!((now.client_id.as_str(), now.kind), ("second", CredentialKind::Certificate));
        assert!(tenant.waiting_connection().await.unwrap().is_none() && tenant.waiting_summary().await.unwrap().is_none());
        let actions: Vec<_> = tenant.audit().list(None, 2).await.unwrap().into_iter().map(|row| row.action).collect();
        assert_eq!(actions, ["connection.use", "connection.set"]);
    }

    async fn denials_are_recorded_and_nodes_seen(test: &TestDb) {
        let entry = AuditEntry {
            tenant: None,
            actor: Actor { user: None, name: "nobody".into() },
            address: Some("127.0.0.1".into()),
            action: "sign_in".into(),
            object: None,
            run: None,
            outcome: "denied".into(),
            detail: None,
        };
        test.db.audit().record(entry).await.unwrap();
        assert_eq!(test.number("select count(*) from audit_entries where outcome = 'denied'").await, 1);
        let node = worker();
        for _ in 0..2 {
            test.db.nodes().register(&node, &["a.one", "a.two"], 4).await.unwrap();
        }
        let known = test.db.nodes().with_runs(60_000).await.unwrap();
        assert_eq!((known.len(), known[0].id, known[0].slots, known[0].types.len()), (1, node.id, 4, 2));
        assert!(known[0].is_alive() && known[0].holds.is_empty());
        test.db.nodes().forget(node.id).await.unwrap();
        assert!(test.db.nodes().list(60_000).await.unwrap().is_empty());
    }
}

fn secret(text: &str) -> Credential {
    Credential::Secret(SecretString::from(text))
}

fn certificate(pem: &str) -> Credential {
    let about = CertificateSummary { thumbprint: "AB12".into(), expires_at: 1_900_000_000_000 };
    Credential::Certificate { pem: SecretString::from(pem), about }
}
