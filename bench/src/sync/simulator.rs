//! The simulated Graph as a program of its own, so that its memory and its processor time are nobody else's.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;

use model::Ambient;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::Throttling;
use super::result::Case;
use crate::Failure;

/// In which the kernel tells processor time, on every architecture that we build for (man 7 time).
const TICKS_A_SECOND: f64 = 100.0;

/// The running simulator with its one tenant.
pub(crate) struct Simulator {
    /// Ends with this value.
    process: Child,
    /// Where it answers.
    pub(crate) address: String,
    /// The first tenant.
    pub(crate) tenant: Tenant,
    /// All tenants.
    pub(crate) tenants: Vec<Tenant>,
}

/// What a client needs to sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tenant {
    pub(crate) tenant_id: String,
    pub(crate) display_name: String,
    pub(crate) primary_domain: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

#[derive(Deserialize)]
struct Ready {
    http: String,
    tenants: Vec<Tenant>,
}

/// What was asked of it since the last reset.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stats {
    pub(crate) round_trips: u64,
    pub(crate) logical_requests: u64,
    pub(crate) throttled: u64,
    pub(crate) collections: BTreeMap<String, u64>,
}

/// An HTTP request that it answered.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Exchange {
    /// HTTP method.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// What a batch asked for.
    pub(crate) batch: Option<String>,
}

/// A write that took effect.
#[derive(Deserialize)]
struct Effect {
    tenant: String,
}

impl Stats {
    /// Logical requests by collection since then.
    pub(crate) fn collections_since(&self, before: &Self) -> BTreeMap<String, u64> {
        let since = |(name, asked): (&String, &u64)| {
            let asked = asked - before.collections.get(name).copied().unwrap_or(0);
            (asked > 0).then(|| (name.clone(), asked))
        };
        self.collections.iter().filter_map(since).collect()
    }
}

impl Simulator {
    /// Starts it with one generated tenant.
    pub(crate) async fn start(program: &Path, objects: usize) -> Result<Self, Failure> {
        Self::with(program, &["--objects", &objects.to_string(), "--any-token", "Contoso"]).await
    }

    /// Starts it with these options.
    pub(crate) async fn with(program: &Path, options: &[impl AsRef<OsStr>]) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.args(options);
        let mut process = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let output = process.stdout.take().ok_or("the simulator's output is not there")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await?;
        let ready: Ready = serde_json::from_str(&line).map_err(|_| format!("the simulator did not start: {line}"))?;
        let tenant = ready.tenants.first().cloned().ok_or("the simulator has no tenant")?;
        Ok(Self { process, address: ready.http, tenant, tenants: ready.tenants })
    }

    /// Sets the case's latency and limits, and begins counting anew.
    pub(crate) async fn prepare(&self, case: Case) -> Result<(), Failure> {
        self.ask("POST", "faults", &json!({ "clear": true })).await?;
        if case.throttling == Throttling::Half {
            let refused = json!({ "status": { "status": 429, "code": "TooManyRequests" } });
            self.ask(
                "POST",
                "faults",
                &json!({ "fault": { "matches": {}, "kind": refused, "every": 2, "atRandom": true } }),
            )
            .await?;
        }
        // Its own clock stands still: events would be older than what a probe asks for.
        let seconds = Ambient::system().now_ms() / 1000;
        self.ask("POST", "clock", &json!({ "seconds": seconds })).await?;
        self.turn(case.latency_ms, case.throttling == Throttling::On).await?;
        self.ask("POST", "reset", &Value::Null).await?;
        Ok(())
    }

    /// Begins counting anew.
    pub(crate) async fn count_anew(&self) -> Result<(), Failure> {
        self.ask("POST", "reset", &Value::Null).await.map(drop)
    }

    /// What was asked of it.
    pub(crate) async fn stats(&self) -> Result<Stats, Failure> {
        Ok(serde_json::from_value(self.ask("GET", "stats", &Value::Null).await?)?)
    }

    /// Changes so many objects of a collection, if it has them, each time to something else; how many it were.
    pub(crate) async fn change(&self, collection: &str, count: usize, time: usize) -> Result<usize, Failure> {
        let objects = self.objects(collection).await?;
        let ids = objects.iter().filter_map(|object| object["id"].as_str()).take(count);
        let mut changed = 0;
        for id in ids {
            let set = json!({ "description": format!("Changed for the look {time}, {id}") });
            self.ask("POST", "change", &json!({ "collection": collection, "id": id, "set": set })).await?;
            changed += 1;
        }
        Ok(changed)
    }

    /// The latest requests, oldest first, at most a thousand.
    pub(crate) async fn exchanges(&self) -> Result<Vec<Exchange>, Failure> {
        Ok(serde_json::from_value(self.ask("GET", "exchanges", &Value::Null).await?)?)
    }

    /// Time of processors that it has had, its own and the kernel's for it, in seconds (`utime` and `stime`, man
    /// proc_pid_stat).
    pub(crate) fn processor_seconds(&self) -> Result<f64, Failure> {
        let id = self.process.id().ok_or("the simulator has ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        let (_, fields) = stat.rsplit_once(')').ok_or("the kernel does not say what it took")?;
        let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
        Ok(ticks / TICKS_A_SECOND)
    }

    /// The objects of a collection as it holds them, with their parts inline.
    pub(crate) async fn objects(&self, collection: &str) -> Result<Vec<Value>, Failure> {
        self.objects_of(&self.tenant, collection).await
    }

    /// The same of one of several tenants.
    pub(crate) async fn objects_of(&self, tenant: &Tenant, collection: &str) -> Result<Vec<Value>, Failure> {
        let path = format!("objects?tenant={}&collection={collection}", tenant.tenant_id);
        Ok(serde_json::from_value(self.ask("GET", &path, &Value::Null).await?)?)
    }

    /// Puts an object into a collection of a tenant.
    pub(crate) async fn insert(&self, tenant: &Tenant, collection: &str, object: Value) -> Result<(), Failure> {
        let change = json!({ "tenant": tenant.tenant_id, "collection": collection, "insert": object });
        self.ask("POST", "change", &change).await.map(drop)
    }

    /// Turns latency and the published limits.
    pub(crate) async fn turn(&self, latency_ms: u64, limits: bool) -> Result<(), Failure> {
        let mode = if limits { "published" } else { "off" };
        self.ask("POST", "latency", &json!({ "ms": latency_ms })).await?;
        self.ask("POST", "throttling", &json!({ "mode": mode })).await.map(drop)
    }

    /// How many writes took effect in a tenant since the start.
    pub(crate) async fn effects(&self, tenant: &Tenant) -> Result<u64, Failure> {
        let journal: Vec<Effect> = serde_json::from_value(self.ask("GET", "journal", &Value::Null).await?)?;
        Ok(journal.iter().filter(|effect| effect.tenant == tenant.tenant_id).count() as u64)
    }

    /// An access token of a tenant's application, for a client that is given one.
    pub(crate) async fn token(&self, tenant: &Tenant) -> Result<String, Failure> {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default",
            tenant.client_id, tenant.client_secret
        );
        let path = format!("/{}/oauth2/v2.0/token", tenant.tenant_id);
        let answer = self.send("POST", &path, "application/x-www-form-urlencoded", &form).await?;
        Ok(answer["access_token"].as_str().ok_or("the simulator gave no token")?.to_owned())
    }

    /// One request of the control surface.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, Failure> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, &format!("/_sim/{path}"), "application/json", &body).await
    }

    async fn send(&self, method: &str, path: &str, kind: &str, body: &str) -> Result<Value, Failure> {
        let host = self.address.trim_start_matches("http://");
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(host).await?;
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let answer = String::from_utf8(answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("the simulator's answer has no body")?;
        if head.split_whitespace().nth(1) != Some("200") {
            return Err(format!("the simulator refused {path}: {body}").into());
        }
        Ok(serde_json::from_str(body)?)
    }
}
