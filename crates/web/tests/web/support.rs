//! A server in the test's process, and browsers that ask it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{Request, Response, StatusCode};
use model::Ambient;
use model::ambient::{ManualClock, SystemEntropy};
use model::cloud::Clouds;
use model::ids::UserId;
use secrecy::SecretString;
use store::{Db, NewUser};
use testkit::TestDatabase;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use web::WebState;

pub(crate) const SETUP_TOKEN: &str = "a-token-of-the-test";
/// 23 November 2026, 12:00 UTC.
pub(crate) const NOON: i64 = 1_795_435_200_000;

/// Where every browser is (an address for documentation, RFC 5737).
pub(crate) const PEER: [u8; 4] = [203, 0, 113, 7];

/// A running server without a socket.
pub(crate) struct Site {
    pub(crate) db: Db,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) router: Router,
    pub(crate) stop: CancellationToken,
}

impl Site {
    pub(crate) async fn new(database: &TestDatabase) -> Self {
        Self::with_clouds(database, Clouds::default()).await
    }

    pub(crate) async fn with_clouds(database: &TestDatabase, clouds: Clouds) -> Self {
        Self::with_address(database, clouds, Some("https://atlas.example")).await
    }

    pub(crate) async fn with_address(database: &TestDatabase, clouds: Clouds, public_address: Option<&str>) -> Self {
        let clock = Arc::new(ManualClock::at(NOON));
        let ambient = Ambient::new(clock.clone(), Arc::new(SystemEntropy));
        let db = database.open_with(ambient.clone()).await;
        let stop = CancellationToken::new();
        let router = web::router(WebState {
            db: db.clone(),
            delegation: app::connections::Delegation::new(&db, clouds.clone()).unwrap(),
            clouds: Arc::new(clouds),
            public_address: public_address.map(str::to_owned),
            secure_cookies: false,
            ambient,
            stop: stop.clone(),
            version: "0.0.0-test",
            setup_token: Some(SecretString::from(SETUP_TOKEN)),
        });
        Self { db, clock, router, stop }
    }

    /// An account without a password; tests that sign in make theirs with one.
    pub(crate) async fn user(&self, name: &str, platform_admin: bool) -> UserId {
        let user = NewUser {
            email: format!("{name}@example.com"),
            name: name.to_owned(),
            password_hash: None,
            platform_admin,
        };
        self.db.people().create(user).await.unwrap()
    }

    /// A browser in which this person has just signed in.
    pub(crate) async fn browser_of(&self, user: UserId) -> Browser<'_> {
        let token: String = self.db.ambient().bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
        let csrf = format!("csrf-{token}");
        let expires = self.db.ambient().now_ms() + 7 * 24 * 60 * 60 * 1000;
        self.db.sessions().create(user, &app::people::token_hash(&token), &csrf, expires).await.unwrap();
        let cookies = BTreeMap::from([("tenantatlas".to_owned(), token)]);
        Browser { site: self, cookies, csrf }
    }

    /// A browser that nobody has signed in with.
    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookies: BTreeMap::new(), csrf: String::new() }
    }
}

/// Keeps cookies, and the session's form token.
pub(crate) struct Browser<'a> {
    pub(crate) site: &'a Site,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) csrf: String,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

impl Browser<'_> {
    pub(crate) async fn send(&mut self, request: Request<Body>) -> Response<Body> {
        let (mut parts, body) = request.into_parts();
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            parts.headers.insert(COOKIE, cookies.join("; ").parse().unwrap());
        }
        parts.extensions.insert(ConnectInfo(SocketAddr::from((PEER, 50_000))));
        let response = self.site.router.clone().oneshot(Request::from_parts(parts, body)).await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap().to_owned();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name)
            } else {
                self.cookies.insert(name.to_owned(), value)
            };
        }
        response
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        read(self.send(Request::get(path).body(Body::empty()).unwrap()).await).await
    }

    /// A plain form post with this browser's token.
    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Answer {
        let body = format!("csrf={}&{form}", self.csrf);
        self.post_raw(path, body).await
    }

    /// A form post exactly as given.
    pub(crate) async fn post_raw(&mut self, path: &str, body: String) -> Answer {
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        read(self.send(request.body(Body::from(body)).unwrap()).await).await
    }

    /// A write to the API with this browser's token.
    pub(crate) async fn post_json(&mut self, path: &str, body: &str) -> Answer {
        let request = Request::post(path).header(CONTENT_TYPE, "application/json").header("x-csrf-token", &self.csrf);
        read(self.send(request.body(Body::from(body.to_owned())).unwrap()).await).await
    }

    /// Opens a page with a form and takes its token.
    pub(crate) async fn open_form(&mut self, path: &str) -> Answer {
        let answer = self.get(path).await;
        let token = answer.body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        self.csrf = token.unwrap_or_else(|| panic!("{path} has no form: {}", answer.body)).to_owned();
        answer
    }
}

/// A form of the boundary `x` with the token and a file.
pub(crate) fn form_with_file(csrf: &str, name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    [head.as_bytes(), content, b"\r\n--x--\r\n"].concat()
}

pub(crate) async fn read(response: Response<Body>) -> Answer {
    let status = response.status();
    let location = response.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned());
    let body = to_bytes(response.into_body(), 16 * 1024 * 1024).await.unwrap();
    Answer { status, location, body: String::from_utf8(body.to_vec()).unwrap() }
}
