//! People who were sent to Microsoft: found by their state alone, taken back once, forgotten in the end.

use secrecy::{ExposeSecret, SecretString};
use store::{NewAuthorization, Purpose};

use crate::harness::both;

const HOUR_MS: i64 = 60 * 60 * 1000;

both! {
    async fn who_was_sent_away_is_taken_back_once(test: &TestDb) {
        let scope = test.owner().await;
        let tenant = test.db.tenant(&scope);
        let now = test.db.ambient().now_ms();
        let send = async |hash: u8, purpose, secret: Option<&str>, expires_at| {
            let secret = secret.map(SecretString::from);
            let new = NewAuthorization { state_hash: [hash; 32], purpose, client_id: "app", secret, expires_at };
            tenant.send_away(new).await.unwrap();
        };
        send(1, Purpose::SignIn, Some("a proof"), now + HOUR_MS).await;
        send(2, Purpose::Consent, None, now - 25 * HOUR_MS).await;
        let all = test.db.authorizations();
        assert!(all.find(&[9; 32]).await.unwrap().is_none());
        let asked = all.find(&[1; 32]).await.unwrap().unwrap();
        assert_eq!((asked.tenant, Some(asked.user)), (scope.tenant_id(), scope.actor().user));
        assert_eq!((asked.purpose, asked.used, asked.client_id.as_str()), (Purpose::SignIn, false, "app"));
        assert_eq!(asked.secret.as_ref().unwrap().expose_secret(), "a proof");
        assert!(!format!("{asked:?}").contains("a proof"), "it never prints");
        // Two answers at once: one is the first.
        let hash = [1; 32];
        let (one, two) = tokio::join!(tenant.take_back(&hash, &asked, "answered"), tenant.take_back(&hash, &asked, "answered"));
        assert_ne!(one.unwrap(), two.unwrap());
        assert!(all.find(&hash).await.unwrap().unwrap().used);
        assert!(all.find(&[2; 32]).await.unwrap().is_some(), "an old one is still known");
        send(3, Purpose::Consent, None, now + HOUR_MS).await;
        assert!(all.find(&[2; 32]).await.unwrap().is_none(), "until the next is sent away");
        let actions: Vec<_> = tenant.audit().list(None, 10).await.unwrap().into_iter().rev()
            .map(|row| (row.action, row.outcome)).filter(|(action, _)| action.starts_with("connection.")).collect();
        let wanted = [("connection.sign_in", "asked"), ("connection.consent", "asked"), ("connection.sign_in", "answered"),
            ("connection.consent", "asked")];
        assert_eq!(actions, wanted.map(|(action, outcome)| (action.to_owned(), outcome.to_owned())));
    }

    async fn a_state_of_another_tenant_is_not_taken_back(test: &TestDb) {
        let (scope, other) = (test.owner().await, test.owner().await);
        let expires_at = test.db.ambient().now_ms() + HOUR_MS;
        let new = NewAuthorization { state_hash: [7; 32], purpose: Purpose::Consent, client_id: "app", secret: None, expires_at };
        test.db.tenant(&scope).send_away(new).await.unwrap();
        let asked = test.db.authorizations().find(&[7; 32]).await.unwrap().unwrap();
        assert!(!test.db.tenant(&other).take_back(&[7; 32], &asked, "granted").await.unwrap());
        assert!(test.db.tenant(&scope).take_back(&[7; 32], &asked, "granted").await.unwrap());
    }
}
