//! I10, the audit chain, read past the product: the hashes are computed here from what `docs/engine.md` says.

use std::collections::{BTreeMap, HashMap, HashSet};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use store::Engine;
use uuid::Uuid;

/// The eleven columns in the order of their table.
type Entry = (
    Uuid,
    i64,
    Option<Uuid>,
    Option<Uuid>,
    String,
    Option<String>,
    String,
    Option<String>,
    Option<Uuid>,
    String,
    Option<String>,
);
/// Chain, position, entry, hash.
type Link = (Uuid, i64, Uuid, Vec<u8>);
/// Chain, position, hash.
type Signed = (Uuid, i64, Vec<u8>);

/// So many are told of.
const SAID: usize = 5;

/// Rows of one shape on either engine.
macro_rules! read {
    ($engine:expr, $address:expr, $kind:ty, $query:expr) => {{
        let query = AssertSqlSafe($query.to_owned());
        match $engine {
            Engine::Sqlite => {
                let path = $address.strip_prefix("sqlite:").unwrap_or($address);
                let mut connection =
                    SqliteConnection::connect(&format!("sqlite:{path}")).await.expect("the database opens");
                let rows = sqlx::query_as::<_, $kind>(query).fetch_all(&mut connection).await.expect("the query runs");
                connection.close().await.expect("the database closes");
                rows
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect($address).await.expect("the database answers");
                let rows = sqlx::query_as::<_, $kind>(query).fetch_all(&mut connection).await.expect("the query runs");
                connection.close().await.expect("the connection closes");
                rows
            }
        }
    }};
}

/// All that the database holds of its chains.
struct Chains {
    entries: HashMap<Uuid, Entry>,
    links: BTreeMap<Uuid, Vec<Link>>,
    signed: Vec<Signed>,
    waiting: HashSet<Uuid>,
}

impl Chains {
    async fn read(engine: Engine, address: &str) -> Self {
        let columns = "id, at, tenant_id, actor_id, actor_name, address, action, object, run_id, outcome, detail";
        let entries = read!(engine, address, Entry, format!("select {columns} from audit_entries"));
        let rows = "select chain, position, entry_id, hash from audit_links order by chain, position";
        let mut links: BTreeMap<Uuid, Vec<Link>> = BTreeMap::new();
        for link in read!(engine, address, Link, rows) {
            links.entry(link.0).or_default().push(link);
        }
        Self {
            entries: entries.into_iter().map(|entry| (entry.0, entry)).collect(),
            links,
            signed: read!(engine, address, Signed, "select chain, position, hash from audit_checkpoints"),
            waiting: read!(engine, address, (Uuid,), "select entry_id from audit_unlinked")
                .into_iter()
                .map(|(id,)| id)
                .collect(),
        }
    }

    /// The hashes that the links of a chain should have, as far as their entries are there.
    fn hashes(&self, links: &[Link]) -> Vec<[u8; 32]> {
        let mut previous = [0; 32];
        let next = |link: &Link| {
            previous = hash(link.0, link.1, previous, self.entries.get(&link.2)?);
            Some(previous)
        };
        links.iter().map_while(next).collect()
    }
}

/// What breaks I10.
pub(crate) async fn broken(engine: Engine, address: &str) -> Vec<String> {
    let chains = Chains::read(engine, address).await;
    let mut broken = Vec::new();
    let mut linked = HashSet::new();
    for (chain, links) in &chains.links {
        let hashes = chains.hashes(links);
        for (place, link) in (1..).zip(links) {
            let entry = chains.entries.get(&link.2);
            if !linked.insert(link.2) || link.1 != place || hashes.get(index(place)).is_none_or(|hash| link.3 != hash) {
                broken.push(format!("I10: the link {place} of {chain} is not what it should be"));
            }
            if entry.is_none_or(|entry| entry.2.unwrap_or_default() != *chain) {
                broken.push(format!("I10: the entry {} is not of the chain {chain}", link.2));
            }
        }
        if !chains.signed.iter().any(|(of, position, _)| of == chain && *position == links.len() as i64) {
            broken.push(format!("I10: the last link of {chain} is not signed"));
        }
    }
    for (chain, position, hash) in &chains.signed {
        let link = chains.links.get(chain).and_then(|links| links.get(index(*position)));
        if link.is_none_or(|link| link.3 != *hash) {
            broken.push(format!("I10: the checkpoint {position} of {chain} signs another chain"));
        }
    }
    let twice = |id: &&Uuid| linked.contains(id) == chains.waiting.contains(id);
    broken.extend(
        chains.entries.keys().filter(twice).map(|id| format!("I10: {id} is neither linked nor waits, or both")),
    );
    // One mistake breaks all that follows it.
    broken.truncate(SAID);
    broken
}

fn index(position: i64) -> usize {
    usize::try_from(position - 1).unwrap_or(usize::MAX)
}

/// Statements that give every link the hash it should have for the entries that are there now: what somebody can do who
/// has the database and this page, but not the key.
pub async fn made_anew(engine: Engine, address: &str) -> Vec<String> {
    let chains = Chains::read(engine, address).await;
    let mut statements = Vec::new();
    for links in chains.links.values() {
        for (link, hash) in links.iter().zip(chains.hashes(links)) {
            let hexadecimal = data_encoding::HEXLOWER.encode(&hash);
            let (hash, chain) = match engine {
                Engine::Sqlite => (format!("x'{hexadecimal}'"), format!("x'{}'", link.0.simple())),
                Engine::Postgres => (format!("'\\x{hexadecimal}'"), format!("'{}'", link.0)),
            };
            for table in ["audit_links", "audit_checkpoints"] {
                let place = format!("chain = {chain} and position = {}", link.1);
                statements.push(format!("update {table} set hash = {hash} where {place}"));
            }
        }
    }
    statements
}

fn hash(chain: Uuid, position: i64, previous: [u8; 32], entry: &Entry) -> [u8; 32] {
    let (id, at, tenant, actor, name, address, action, object, run, outcome, detail) = entry;
    let uuid = |id: &Option<Uuid>| id.map(|id| id.into_bytes().to_vec());
    let text = |text: &Option<String>| text.clone().map(String::into_bytes);
    let columns = [
        Some(id.into_bytes().to_vec()),
        Some(at.to_le_bytes().to_vec()),
        uuid(tenant),
        uuid(actor),
        Some(name.clone().into_bytes()),
        text(address),
        Some(action.clone().into_bytes()),
        text(object),
        uuid(run),
        Some(outcome.clone().into_bytes()),
        text(detail),
    ];
    let column = |value: Option<Vec<u8>>| match value {
        Some(value) => [vec![1], (value.len() as u64).to_le_bytes().to_vec(), value].concat(),
        None => vec![0],
    };
    let columns: Vec<u8> = columns.into_iter().flat_map(column).collect();
    let message = [chain.into_bytes().to_vec(), position.to_le_bytes().to_vec(), previous.to_vec(), columns].concat();
    blake3::derive_key("TenantAtlas 2026 audit link", &message)
}
