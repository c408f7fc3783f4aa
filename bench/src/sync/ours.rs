//! Our side: `tenantatlas sync`, then `tenantatlas backup create`, on a fresh SQLite database.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use model::Ambient;
use model::cloud::Cloud;
use model::ids::TenantId;
use model::registry::{Contract, Registry};
use serde_json::Value;
use store::{Db, InventoryFilter, Keyring, TenantScope};

use super::judge::judge;
use super::replay::replay;
use super::result::{Case, Later, Result};
use super::simulator::Simulator;
use super::{Throttling, connect};
use crate::Failure;
use crate::measure::{Taken, measured};

/// No measurement takes this long.
const LONGEST: Duration = Duration::from_secs(1_800);
/// Rows that are read at a time when the result is looked at.
const SLICE: usize = 500;

/// One object in so many is changed before the last sync.
const CHANGED: usize = 100;
/// Where it is changed: most objects of a tenant are there, and they are the most expensive to read.
const CHANGED_IN: &str = "deviceManagement/configurationPolicies";

/// One sync and one backup, then a sync of the same, unchanged tenant, and one after a hundredth of it was changed; each
/// by a program of its own.
pub(crate) async fn measure(program: &Path, simulator: &Simulator, case: Case) -> std::result::Result<Result, Failure> {
    // With the limits off the client is told so: what it does by itself to stay within them would be measured otherwise.
    let cloud = &connect::cloud(&simulator.address, case.throttling == Throttling::Off);
    let folder = tempfile::tempdir_in(crate::report::folder()?)?;
    let database = folder.path().join("atlas.db");
    let tenant = set_up(&database, simulator, cloud).await?.to_string();
    let before = simulator.processor_seconds()?;
    let sync = command(program, &database, cloud, &["sync", &tenant]).await?;
    let (simulator_seconds, exchanges) = (simulator.processor_seconds()? - before, simulator.exchanges().await?);
    let backup = command(program, &database, cloud, &["backup", "create", &tenant]).await?;
    let stats = simulator.stats().await?;
    // With limits the bare client would have to keep to them as well: then they are the floor. What was not remembered
    // cannot be sent again.
    let is_whole = exchanges.len() as u64 == stats.round_trips && case.throttling == Throttling::Off;
    let replay = if is_whole { Some(replay(simulator, exchanges).await?) } else { None };
    let kept = kept(&database, simulator).await?;
    let mut looks = Vec::new();
    for (what, share) in [("sync", 0), ("sync", CHANGED), ("probe", 0), ("probe", 0), ("probe", CHANGED)] {
        let few = if share == 0 { 0 } else { case.objects.div_ceil(share) };
        let few = simulator.change(CHANGED_IN, few, looks.len()).await?;
        looks.push(later(program, &database, (simulator, cloud), &tenant, (what, few)).await?);
    }
    // The first probe meets what the syncs before it have read.
    looks.remove(2);
    let result = Result {
        seconds: sync.seconds + backup.seconds,
        parts: BTreeMap::from([("sync", sync.seconds), ("backup", backup.seconds)]),
        processor: BTreeMap::from([
            ("sync", sync.processor_seconds),
            ("backup", backup.processor_seconds),
            ("simulator", simulator_seconds),
        ]),
        replay,
        peak_bytes: sync.peak_bytes.max(backup.peak_bytes),
        round_trips: 0,
        logical_requests: 0,
        throttled: 0,
        collections: BTreeMap::new(),
        kept,
        later: looks,
        complaints: [&sync, &backup].iter().map(|taken| usize::from(taken.code != 0)).sum(),
    };
    Ok(result.with(stats))
}

/// One more sync or probe, after so many objects were changed.
async fn later(
    program: &Path,
    database: &Path,
    (simulator, cloud): (&Simulator, &Cloud),
    tenant: &str,
    (what, changed): (&'static str, usize),
) -> std::result::Result<Later, Failure> {
    let words: &[&str] = if what == "probe" { &["sync", tenant, "--changes"] } else { &["sync", tenant] };
    let (before, since) = (simulator.stats().await?, Ambient::system().now_ms());
    let taken = command(program, database, cloud, words).await?;
    let after = simulator.stats().await?;
    Ok(Later {
        what,
        changed,
        versions: changed_since(database, since).await?,
        seconds: taken.seconds,
        round_trips: after.round_trips - before.round_trips,
        logical_requests: after.logical_requests - before.logical_requests,
        collections: after.collections_since(&before),
    })
}

async fn open(database: &Path) -> std::result::Result<Db, Failure> {
    let keys = Keyring::from_file(database.with_extension("key"));
    Ok(Db::open(&database.display().to_string().parse()?, keys, Ambient::system()).await?)
}

/// A database with one person and the simulator's tenant, connected.
async fn set_up(database: &Path, simulator: &Simulator, cloud: &Cloud) -> std::result::Result<TenantId, Failure> {
    let db = open(database).await?;
    let owner = connect::first_owner(&db).await?;
    let id = connect::connect(&db, owner, &simulator.tenant, cloud).await?;
    db.close().await;
    Ok(id)
}

async fn command(
    program: &Path,
    database: &Path,
    cloud: &Cloud,
    words: &[&str],
) -> std::result::Result<Taken, Failure> {
    let mut arguments: Vec<OsString> = vec!["--json".into(), "--database".into(), database.into()];
    arguments.extend(words.iter().map(Into::into));
    let environment = [("TENANTATLAS_CLOUDS", OsString::from(connect::entry(cloud)))];
    let taken = measured(program, &arguments, &environment, LONGEST).await?;
    // 3 says that something is missing: then the numbers say so as well.
    if taken.code == 0 || taken.code == 3 { Ok(taken) } else { Err(format!("{words:?}: {}", taken.printed).into()) }
}

/// The one tenant of the database.
async fn scope(db: &Db) -> std::result::Result<TenantScope, Failure> {
    let owner = db.people().list().await?.first().ok_or("the database has no account")?.id;
    let tenant = db.tenants().list_for(owner).await?.first().ok_or("the database has no tenant")?.tenant.id;
    Ok(db.authorise(owner, tenant).await?)
}

/// Objects with a newer version than this moment, in milliseconds.
async fn changed_since(database: &Path, since: i64) -> std::result::Result<u64, Failure> {
    let db = open(database).await?;
    let scope = scope(&db).await?;
    let filter = InventoryFilter { changed_since: Some(since), ..InventoryFilter::default() };
    let changed = db.tenant(&scope).inventory().count(&filter).await?;
    db.close().await;
    Ok(changed)
}

/// Reads the backup set back and holds it against what the simulator has.
async fn kept(
    database: &Path,
    simulator: &Simulator,
) -> std::result::Result<BTreeMap<String, super::judge::Verdict>, Failure> {
    let db = open(database).await?;
    let scope = scope(&db).await?;
    let atlas = db.tenant(&scope);
    let set = atlas.backups().list(None, 1).await?.pop().ok_or("no backup set was made")?;
    let mut copies: HashMap<String, HashMap<String, Vec<Value>>> = HashMap::new();
    let mut after = 0;
    loop {
        let items = atlas.backups().items(set.id, None, after, SLICE).await?;
        let Some(last) = items.last() else { break };
        after = last.sequence;
        let versions: Vec<_> = items.iter().filter_map(|item| item.version).collect();
        let documents: HashMap<_, _> = atlas.versions().documents(&versions).await?.into_iter().collect();
        for item in items {
            let document = item.version.and_then(|version| documents.get(&version));
            let document = document.map(|bytes| serde_json::from_slice(bytes)).transpose()?.unwrap_or(Value::Null);
            copies.entry(item.type_key).or_default().entry(item.external_id).or_default().push(document);
        }
    }
    let mut kept = BTreeMap::new();
    for contract in Registry::embedded().iter().filter(|contract| is_plain(contract)) {
        let found = copies.remove(&contract.key).unwrap_or_default();
        let objects = simulator.objects(&contract.path).await?;
        kept.insert(contract.path.to_lowercase(), judge(&objects, &found));
    }
    db.close().await;
    Ok(kept)
}

/// A whole collection under its own path: only those can be held against what the simulator has.
fn is_plain(contract: &Contract) -> bool {
    contract.inventory && !contract.single && contract.list.filter.is_none() && !contract.path.contains('{')
}
