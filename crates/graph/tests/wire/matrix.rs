//! Every fault against every kind of request that reading a type makes, for every type: what is hit is said with its
//! code, what is not hit is right, and nothing is missing without a word.

use std::collections::{BTreeMap, BTreeSet};

use graph::{Graph, ObservedObject, TenantGraph, TypeObservation};
use graph_sim::{Asked, Content, Fault, FaultKind, Place};
use model::Ambient;
use model::registry::{Contract, Registry};

use crate::harness::{CANARY, World, connection, hurried, observe};

/// Worlds that are read side by side, each with its share of the types.
const LANES: usize = 8;

/// What a fault must come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// The client tries again, or it makes no difference: everything is as without the fault.
    Healed,
    /// Somebody is told, by this code.
    Told(&'static str),
}
use Ending::{Healed, Told};

/// One thing that goes wrong, how often, and what must come of it.
struct Trouble {
    name: &'static str,
    kind: FaultKind,
    times: Option<u32>,
    ending: Ending,
}

fn status(status: u16) -> FaultKind {
    FaultKind::Status { status, code: "canary".into(), retry_after: None }
}

fn garbage(bytes: &[u8]) -> FaultKind {
    FaultKind::Garbage(bytes.to_vec())
}

/// Faults of one request. `None` times: for ever.
fn troubles() -> Vec<Trouble> {
    let of = |name, kind, times, ending| Trouble { name, kind, times, ending };
    let nested = format!("{{\"nested\":{}{}}}", "[".repeat(20_000), "]".repeat(20_000));
    vec![
        of("400", status(400), None, Told("graph.bad_request")),
        of("401 once", FaultKind::ExpireToken, Some(1), Healed),
        of("401", status(401), None, Told("graph.token_expired")),
        of("403", status(403), None, Told("graph.permission_denied")),
        of("404", status(404), None, Told("graph.not_found")),
        of("409", status(409), None, Told("graph.conflict")),
        of("410", status(410), None, Told("graph.gone")),
        of("412", status(412), None, Told("graph.conflict")),
        of("423", status(423), None, Told("graph.conflict")),
        of(
            "429 twice",
            FaultKind::Status { status: 429, code: "canary".into(), retry_after: Some(0) },
            Some(2),
            Healed,
        ),
        of("429 storm", status(429), None, Told("graph.throttled")),
        of("500 once", status(500), Some(1), Healed),
        of("503", status(503), None, Told("graph.unavailable")),
        of("504 twice", status(504), Some(2), Healed),
        of("reset once", FaultKind::Reset, Some(1), Healed),
        of("reset", FaultKind::Reset, None, Told("graph.unavailable")),
        of("truncated once", FaultKind::Truncate { bytes: 20 }, Some(1), Healed),
        of("slow body", FaultKind::SlowBody { chunk: 4096, delay_ms: 1 }, None, Healed),
        of("huge", FaultKind::Huge { bytes: 8 << 20 }, None, Told("graph.too_large")),
        of(
            "invalid UTF-8",
            garbage(b"{\"id\":\"\xff\xfe\",\"value\":[\"\xff\"]}"),
            None,
            Told("graph.unexpected_shape"),
        ),
        of("half JSON", garbage(b"{\"value\":[{\"id\""), None, Told("graph.unexpected_shape")),
        of("another document", garbage(b"[]"), None, Told("graph.unexpected_shape")),
        of("nested without end", garbage(nested.as_bytes()), None, Told("graph.too_deep")),
    ]
}

/// Faults of pages of a list, where the request is one.
fn page_troubles() -> Vec<Trouble> {
    let of = |name, kind, times, ending| Trouble { name, kind, times, ending };
    vec![
        of("empty page", FaultKind::EmptyPage, Some(1), Healed),
        of("page twice", FaultKind::DuplicatePage, Some(1), Healed),
        of("loop", FaultKind::NextLinkLoop, None, Told("graph.page_loop")),
        of("foreign link", FaultKind::NextLinkOtherHost, None, Told("graph.foreign_link")),
    ]
}

/// What each fault of a Graph request comes to where it hits the request for a token. Entra's refusals are not among them:
/// they have numbers, and a test of their own.
fn at_the_token(trouble: Trouble) -> Option<Trouble> {
    let ending = match trouble.ending {
        _ if matches!(trouble.kind, FaultKind::ExpireToken) => return None,
        Healed => Healed,
        Told("graph.throttled") => Told("auth.throttled"),
        Told("graph.unavailable") => Told("auth.unavailable"),
        Told("graph.too_large") => Told("graph.too_large"),
        // Whatever else gives no token and no refusal of the service comes from something in between.
        Told(_) => Told("auth.unexpected_shape"),
    };
    Some(Trouble { ending, ..trouble })
}

/// What one reading of a type gave.
struct Reading {
    list: TypeObservation,
    objects: BTreeMap<String, ObservedObject>,
}

async fn read(world: &World, contract: &Contract) -> Reading {
    let (list, objects) = world.observe_by_id(&contract.key).await;
    Reading { list, objects }
}

/// Everything that was told.
fn codes(reading: &Reading) -> BTreeSet<&'static str> {
    let parts = reading.objects.values().flat_map(|object| &object.missing_parts);
    parts.map(|part| part.error.code).chain(reading.list.list_error.as_ref().map(|error| error.code)).collect()
}

/// The path without what names one object, so that one request stands for all of its kind.
fn shape(path: &str, ids: &BTreeSet<String>) -> String {
    let by_length = |id: &&String| std::cmp::Reverse(id.len());
    let mut ids: Vec<&String> = ids.iter().collect();
    ids.sort_by_key(by_length);
    path.split(['/', '?', '(', ')', '\''])
        .map(|piece| if ids.iter().any(|id| *id == piece) { "*" } else { piece })
        .collect()
}

/// One request of each kind.
fn kinds_of(asked: BTreeSet<Asked>, objects: &BTreeMap<String, ObservedObject>) -> Vec<Asked> {
    let ids: BTreeSet<String> = objects.keys().cloned().collect();
    let mut kinds = BTreeMap::new();
    for one in asked.into_iter().filter(|one| !one.path.starts_with("$batch")) {
        kinds.entry((shape(&one.path, &ids), one.in_batch)).or_insert(one);
    }
    kinds.into_values().collect()
}

struct Case<'a> {
    contract: &'a Contract,
    asked: &'a Asked,
    trouble: &'a Trouble,
}

impl Case<'_> {
    fn name(&self) -> String {
        format!("{}: {} on {}", self.contract.key, self.trouble.name, self.asked.path)
    }

    /// What Graph answers where there is nothing: said of one object of its kind and of a part that may be absent.
    fn means_none(&self) -> bool {
        let gone = matches!(self.trouble.kind, FaultKind::Status { status: 404, .. });
        let asks_part = |name: &str| self.asked.path.contains(&format!("/{name}"));
        gone && (self.contract.single
            || self.contract.parts.iter().any(|part| part.single && asks_part(&part.property)))
    }

    fn fault(&self) -> Fault {
        let place = if self.asked.in_batch { Place::BatchOnly } else { Place::OuterOnly };
        // An answer that is too large is asked for again in smaller pages: all of them are hit.
        let path = match self.trouble.kind {
            FaultKind::Huge { .. } => self.asked.path.split("$top").next().unwrap_or_default(),
            _ => &self.asked.path,
        };
        let mut fault = Fault::on(path, self.trouble.kind.clone()).place(place);
        fault.times = self.trouble.times;
        fault
    }

    fn judge(&self, before: &Reading, now: &Reading) {
        let told = codes(now);
        for (id, object) in now.objects.iter().filter(|(_, object)| object.missing_parts.is_empty()) {
            let right = &before.objects.get(id).unwrap_or_else(|| panic!("{}: {id} is invented", self.name())).document;
            assert!(
                object.document == *right || self.means_none(),
                "{}: {id} is called complete and is not",
                self.name()
            );
        }
        if now.list.list_error.is_none() && !self.means_none() {
            let (seen, there) = (now.objects.keys(), before.objects.keys());
            assert!(seen.eq(there), "{}: objects are missing without a word", self.name());
        }
        match self.trouble.ending {
            _ if self.means_none() => {}
            Healed => assert!(told.is_empty(), "{}: {told:?}", self.name()),
            Told(code) => assert!(told.contains(code), "{}: told {told:?} instead of {code}", self.name()),
        }
        // What takes a whole answer away hits all requests of its batch.
        let is_alone = matches!(self.trouble.kind, FaultKind::Status { .. });
        if self.asked.in_batch && is_alone {
            let hit = now.objects.values().filter(|object| !object.missing_parts.is_empty()).count();
            assert!(hit <= 1 && now.list.list_error.is_none(), "{}: {hit} objects were hit", self.name());
        }
    }
}

/// Reads one type under every fault; how many cases that was.
async fn every_fault(world: &World, contract: &Contract) -> usize {
    world.simulator.record_requests(&world.id);
    let before = read(world, contract).await;
    let kinds = kinds_of(world.simulator.recorded_requests(&world.id), &before.objects);
    assert_eq!(before.list.list_error, None, "{}", contract.key);
    assert!(!before.objects.is_empty() && !kinds.is_empty(), "nothing is there of {}", contract.key);
    let (on_all, on_pages) = (troubles(), page_troubles());
    let mut cases = 0;
    for asked in &kinds {
        let is_list = !asked.in_batch && !contract.single;
        let pages = on_pages.iter().filter(|_| is_list);
        for trouble in on_all.iter().chain(pages) {
            let case = Case { contract, asked, trouble };
            world.simulator.add_fault(&world.id, case.fault());
            let now = read(world, contract).await;
            world.simulator.clear_faults(&world.id);
            case.judge(&before, &now);
            cases += 1;
        }
    }
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_on_every_request_of_every_type_is_healed_or_told() {
    let contracts: Vec<&Contract> = Registry::embedded().observed().collect();
    let lanes = (0..LANES).map(|lane| {
        let mine: Vec<&Contract> = contracts.iter().skip(lane).step_by(LANES).copied().collect();
        tokio::spawn(async move {
            let world = World::start(Content::Seeded { seed: 7, objects: 300 }).await;
            let mut cases = 0;
            for contract in mine {
                cases += every_fault(&world, contract).await;
            }
            cases
        })
    });
    let mut cases = 0;
    for lane in lanes.collect::<Vec<_>>() {
        cases += lane.await.unwrap();
    }
    println!("{cases} cases for {} types", contracts.len());
    assert!(cases > contracts.len() * troubles().len(), "{cases}");
}

/// A client that has no token yet.
fn newcomer(world: &World) -> TenantGraph {
    let spec = &world.simulator.tenants()[0];
    let graph = Graph::new(hurried(), Ambient::system()).unwrap();
    graph.tenant(connection(&world.simulator.http_url(), &spec.tenant_id, &spec.client_id, CANARY))
}

/// Reads a type of which every object has parts.
async fn read_by(tenant: &TenantGraph) -> Reading {
    let (list, objects) = observe(tenant, "powershellScripts").await;
    Reading { list, objects: objects.into_iter().map(|object| (object.external_id.clone(), object)).collect() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_the_first_token_and_of_its_renewal_is_healed_or_told() {
    let world = World::empty().await;
    world.insert_scripts(7);
    let before = read_by(&newcomer(&world)).await;
    assert_eq!((codes(&before), before.objects.len()), (BTreeSet::new(), 7));
    let mut cases = 0;
    for renewal in [false, true] {
        for trouble in troubles().into_iter().filter_map(at_the_token) {
            let name = format!("{} on a token, renewal {renewal}", trouble.name);
            let mut fault = Fault::on("", trouble.kind).place(Place::Token);
            fault.times = trouble.times;
            let tenant = newcomer(&world);
            if renewal {
                // The first token is good; the list comes, and then the token ends.
                tenant.granted_permissions().await.unwrap();
                let ended = Fault::on("deviceManagementScripts/", FaultKind::ExpireToken).times(1);
                world.simulator.add_fault(&world.id, ended);
            }
            world.simulator.add_fault(&world.id, fault);
            let now = read_by(&tenant).await;
            world.simulator.clear_faults(&world.id);
            cases += 1;
            let told = codes(&now);
            match trouble.ending {
                Healed => assert!(told.is_empty(), "{name}: {told:?}"),
                Told(code) => assert!(told.contains(code), "{name}: told {told:?} instead of {code}"),
            }
            for (id, object) in now.objects.iter().filter(|(_, object)| object.missing_parts.is_empty()) {
                assert_eq!(object.document, before.objects[id].document, "{name}: {id} is called complete and is not");
            }
            let all = now.objects.keys().eq(before.objects.keys());
            assert!(all || now.list.list_error.is_some(), "{name}: objects are missing without a word");
        }
    }
    assert!(cases >= 40, "{cases}");
}
