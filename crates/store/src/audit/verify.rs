//! The proof of a chain: it is walked from its first link, everything is computed again, and the first entry that does not
//! fit is named.
//!
//! The database may be in use meanwhile. Links, their checkpoint and the end of their waiting are one commit, so what was
//! read of a link is never without its checkpoint, and an entry is linked or waits at every instant.

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use model::ids::{AuditId, Id};
use serde::Serialize;
use strum::{Display, IntoStaticStr};
use uuid::Uuid;

use super::AuditChains;
use super::chain::{AuditChain, Content, Hash, NOTHING};
use super::checkpoint::Checkpoint;
use crate::StoreError;
use crate::db::Row;
use crate::db::sql::{Arg, Builder, sql};

/// Rows that are read at a time.
const SLICE: usize = 1_000;

/// What is wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Display, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ChainProblem {
    /// The entry is not the one that was linked.
    Changed,
    /// The entry, or its link, is gone.
    Missing,
    /// Another entry of the chain belongs here.
    OutOfOrder,
    /// The entry is as it was, but its link is not.
    LinkChanged,
    /// The entry is there, but its link is gone.
    LinkMissing,
    /// The entry has no link and waits for none.
    Added,
    /// The links from here on were not signed.
    Unsigned,
    /// A checkpoint was not signed by this installation's key.
    SignatureWrong,
    /// The chain was signed with another hash: from here on it was made anew.
    Rebuilt,
    /// The chain is not the one of the checkpoint that was kept elsewhere.
    NotTheOneKept,
    /// The chain ends before what was signed.
    Truncated,
}

impl ChainProblem {
    /// What a person is told, behind the entry.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Changed => "is not as it was recorded",
            Self::Missing => "is missing",
            Self::OutOfOrder => "stands where another entry was recorded",
            Self::LinkChanged => "is as it was recorded, but its link was changed",
            Self::LinkMissing => "is there, but its link is gone",
            Self::Added => "was added past TenantAtlas: it is not in the chain and does not wait for its place",
            Self::Unsigned => "is the first that no checkpoint covers",
            Self::SignatureWrong => "is the first behind the last good checkpoint: the next one has a wrong signature",
            Self::Rebuilt => "is the first behind the last good checkpoint: the next one was signed for another chain",
            Self::NotTheOneKept => "stands where the checkpoint that was kept had another chain",
            Self::Truncated => "is missing: the chain ends before what was signed",
        }
    }
}

/// The first entry that does not fit, as far as anything is known about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadEntry {
    /// What is wrong.
    pub problem: ChainProblem,
    /// Its place in the chain; absent for an entry without one.
    pub position: Option<u64>,
    /// The entry.
    pub entry: Option<AuditId>,
    /// When it was recorded, as it says now.
    pub at_ms: Option<i64>,
    /// What it says was done.
    pub action: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainReport {
    /// The chain.
    pub chain: AuditChain,
    /// How far it is proved: the number of links that fit.
    pub entries: u64,
    /// The hash of the last of them, in hexadecimal.
    pub hash: String,
    /// How far it is signed.
    pub signed: u64,
    /// When that was signed.
    pub signed_at_ms: Option<i64>,
    /// Entries that wait for their link.
    pub waiting: u64,
    /// Absent when the chain is intact.
    pub bad: Option<BadEntry>,
}

/// Where the walk is.
struct Walk {
    chain: AuditChain,
    position: u64,
    hash: Hash,
    signed: u64,
    signed_at: Option<i64>,
}

impl AuditChains {
    /// Every chain: the installation's, each tenant's, and those of which only checkpoints are left.
    pub async fn all(&self) -> Result<Vec<AuditChain>, StoreError> {
        let statement = sql!("select id as chain from tenants union select distinct chain from audit_checkpoints");
        let rows = self.0.fetch("tenants", statement).await?;
        let mut chains = vec![AuditChain(None)];
        for row in &rows {
            chains.push(AuditChain::of(row.get("chain")?));
        }
        chains.sort();
        chains.dedup();
        Ok(chains)
    }

    /// The newest checkpoint of a chain.
    pub async fn checkpoint(&self, chain: AuditChain) -> Result<Option<Checkpoint>, StoreError> {
        let newest =
            sql!("select * from audit_checkpoints where chain = $1 order by position desc limit 1", chain.uuid());
        self.0.fetch("audit_checkpoints", newest).await?.first().map(Checkpoint::from_row).transpose()
    }

    /// Proves one chain. `since` is a checkpoint of it that was kept elsewhere, and genuine.
    pub async fn verify(&self, chain: AuditChain, since: Option<&Checkpoint>) -> Result<ChainReport, StoreError> {
        // Read first: what is signed now is in the chain that is walked afterwards.
        let newest = self.checkpoint(chain).await?;
        let signed = newest.map_or(0, |newest| newest.position).max(since.map_or(0, |since| since.position));
        let mut walk = Walk { chain, position: 0, hash: NOTHING, signed: 0, signed_at: None };
        let mut bad = self.walk(&mut walk, since).await?;
        if bad.is_none() && walk.position < signed {
            bad = Some(BadEntry::at(ChainProblem::Truncated, walk.position + 1));
        }
        if bad.is_none() && walk.signed < walk.position {
            bad = Some(self.behind_the_signed(&walk, ChainProblem::Unsigned).await?);
        }
        let (waiting, added) = self.unlinked(chain).await?;
        let gone = if chain == AuditChain(None) { self.gone_while_waiting().await? } else { None };
        Ok(ChainReport {
            chain,
            entries: walk.position,
            hash: HEXLOWER.encode(&walk.hash),
            signed: walk.signed,
            signed_at_ms: walk.signed_at,
            waiting,
            bad: first(bad, added).or(gone),
        })
    }

    /// Walks until the end or the first entry that does not fit.
    async fn walk(&self, walk: &mut Walk, since: Option<&Checkpoint>) -> Result<Option<BadEntry>, StoreError> {
        loop {
            let links = self.links(walk.chain, walk.position, SLICE).await?;
            let checkpoints = self.checkpoints(walk.chain, walk.position, walk.position + links.len() as u64).await?;
            let mut checkpoints = checkpoints.into_iter().peekable();
            for (index, row) in links.iter().enumerate() {
                if let Err(problem) = walk.step(row) {
                    return Ok(Some(describe(walk, problem, row, &links[index..])));
                }
                if since.is_some_and(|since| since.position == walk.position && since.hash != walk.hash) {
                    return Ok(Some(bad_entry(ChainProblem::NotTheOneKept, walk.position, row)));
                }
                while let Some(checkpoint) = checkpoints.next_if(|found| found.position <= walk.position) {
                    if let Err(problem) = self.signs(walk, &checkpoint) {
                        return self.behind_the_signed(walk, problem).await.map(Some);
                    }
                }
            }
            if links.is_empty() {
                return Ok(None);
            }
        }
    }

    fn signs(&self, walk: &mut Walk, checkpoint: &Checkpoint) -> Result<(), ChainProblem> {
        if !checkpoint.is_genuine(&self.0) {
            return Err(ChainProblem::SignatureWrong);
        }
        if checkpoint.hash != walk.hash {
            return Err(ChainProblem::Rebuilt);
        }
        (walk.signed, walk.signed_at) = (walk.position, Some(checkpoint.at));
        Ok(())
    }

    /// Links behind a position with their entries, also where those are gone.
    async fn links(&self, chain: AuditChain, after: u64, limit: usize) -> Result<Vec<Row>, StoreError> {
        let statement = sql!(
            "select l.position, l.entry_id, l.hash, e.* from audit_links l left join audit_entries e on e.id = l.entry_id \
             where l.chain = $1 and l.position > $2 order by l.position limit $3",
            chain.uuid(),
            after,
            limit
        );
        self.0.fetch("audit_links", statement).await
    }

    async fn checkpoints(&self, chain: AuditChain, after: u64, to: u64) -> Result<Vec<Checkpoint>, StoreError> {
        let statement = sql!(
            "select * from audit_checkpoints where chain = $1 and position > $2 and position <= $3 order by position",
            chain.uuid(),
            after,
            to
        );
        self.0.fetch("audit_checkpoints", statement).await?.iter().map(Checkpoint::from_row).collect()
    }

    /// The first entry that no good checkpoint covers.
    async fn behind_the_signed(&self, walk: &Walk, problem: ChainProblem) -> Result<BadEntry, StoreError> {
        let rows = self.links(walk.chain, walk.signed, 1).await?;
        let position = walk.signed + 1;
        Ok(rows.first().map_or(BadEntry::at(problem, position), |row| bad_entry(problem, position, row)))
    }

    /// How many entries of the chain wait for their link, and the first that neither has one nor waits.
    async fn unlinked(&self, chain: AuditChain) -> Result<(u64, Option<BadEntry>), StoreError> {
        let (mut waiting, mut after) = (0, Uuid::nil());
        loop {
            let rows = self.0.fetch("audit_entries", entries(chain, after)).await?;
            let Some(last) = rows.last() else { return Ok((waiting, None)) };
            after = last.get("id")?;
            let mut unlinked = Vec::new();
            for row in rows.iter().filter(|row| row.get::<i64>("links").is_ok_and(|links| links == 0)) {
                unlinked.push(row.get::<Uuid>("id")?);
            }
            let queued =
                self.among("audit_unlinked", "select entry_id from audit_unlinked where entry_id", &unlinked).await?;
            waiting += queued.len() as u64;
            unlinked.retain(|id| !queued.contains(id));
            // It may have been linked since it was read.
            let linked =
                self.among("audit_links", "select entry_id from audit_links where entry_id", &unlinked).await?;
            if let Some(added) = unlinked.iter().find(|id| !linked.contains(id)) {
                let row = rows.iter().find(|row| row.get::<Uuid>("id").is_ok_and(|id| id == *added));
                return Ok((waiting, row.map(|row| BadEntry::of(ChainProblem::Added, None, *added, row))));
            }
        }
    }

    async fn among(
        &self,
        table: &'static str,
        select: &'static str,
        ids: &[Uuid],
    ) -> Result<HashSet<Uuid>, StoreError> {
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        let mut query = Builder::new(select);
        query.one_of(ids.iter().copied().map(Arg::from));
        self.0.fetch(table, query.statement()).await?.iter().map(|row| row.get("entry_id")).collect()
    }

    /// An entry that was deleted while it waited: nothing else is known of it, not even its chain.
    async fn gone_while_waiting(&self) -> Result<Option<BadEntry>, StoreError> {
        let statement = sql!(
            "select q.entry_id from audit_unlinked q \
             where not exists (select 1 from audit_entries e where e.id = q.entry_id) order by q.id limit 1"
        );
        let rows = self.0.fetch("audit_unlinked", statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(BadEntry::of(ChainProblem::Missing, None, row.get("entry_id")?, row)))
    }
}

/// Of a link that is gone, the entry may still be there.
fn first(bad: Option<BadEntry>, added: Option<BadEntry>) -> Option<BadEntry> {
    match (bad, added) {
        (Some(bad), Some(added)) if bad.entry.is_none() => {
            Some(BadEntry { problem: ChainProblem::LinkMissing, position: bad.position, ..added })
        }
        (bad, added) => bad.or(added),
    }
}

/// The entries of a chain behind one, each with the number of its links.
fn entries(chain: AuditChain, after: Uuid) -> crate::db::sql::Statement {
    let mut query =
        Builder::new("select e.id, e.at, e.action, (select count(*) from audit_links l where l.entry_id = e.id) ");
    query.text("as links from audit_entries e where e.tenant_id");
    match chain.0 {
        Some(_) => query.with(" = {}", [chain.arg()]),
        None => query.text(" is null"),
    };
    query.with(" and e.id > {} order by e.id limit {}", [after.into(), SLICE.into()]);
    query.statement()
}

impl Walk {
    /// Takes the next link if it fits.
    fn step(&mut self, row: &Row) -> Result<(), ChainProblem> {
        let next = self.position + 1;
        if row.get::<i64>("position").ok() != i64::try_from(next).ok() {
            return Err(ChainProblem::Missing);
        }
        if row.get::<Option<Uuid>>("id").is_ok_and(|id| id.is_none()) {
            return Err(ChainProblem::Missing);
        }
        let entry = Content::from_row(row).map_err(|_| ChainProblem::Changed)?;
        let hash = entry.link(self.chain, next, &self.hash);
        if !says(row, &hash) {
            return Err(ChainProblem::Changed);
        }
        (self.position, self.hash) = (next, hash);
        Ok(())
    }
}

/// Whether the link has this hash.
fn says(row: &Row, hash: &Hash) -> bool {
    row.get::<Vec<u8>>("hash").is_ok_and(|stored| stored == hash)
}

/// Looks at what follows to tell what exactly is wrong at the first link that does not fit.
fn describe(walk: &Walk, problem: ChainProblem, row: &Row, rest: &[Row]) -> BadEntry {
    let next = walk.position + 1;
    if row.get::<i64>("position").ok() != i64::try_from(next).ok() {
        // The link is gone, and with it what it would have named.
        return BadEntry::at(ChainProblem::Missing, next);
    }
    let problem = match (problem, Content::from_row(row)) {
        (ChainProblem::Changed, Ok(entry)) => changed(walk, &entry, row, rest),
        (problem, _) => problem,
    };
    bad_entry(problem, next, row)
}

fn changed(walk: &Walk, entry: &Content, row: &Row, rest: &[Row]) -> ChainProblem {
    let next = walk.position + 1;
    let others = rest.iter().skip(1).filter_map(|row| Content::from_row(row).ok());
    if others.take(SLICE).any(|other| says(row, &other.link(walk.chain, next, &walk.hash))) {
        return ChainProblem::OutOfOrder;
    }
    // The link behind it still builds on what this one should say.
    let right = entry.link(walk.chain, next, &walk.hash);
    let following = rest.get(1).and_then(|row| Some((row, Content::from_row(row).ok()?)));
    match following {
        Some((row, following)) if says(row, &following.link(walk.chain, next + 1, &right)) => ChainProblem::LinkChanged,
        _ => ChainProblem::Changed,
    }
}

fn bad_entry(problem: ChainProblem, position: u64, row: &Row) -> BadEntry {
    match row.get::<Uuid>("entry_id") {
        Ok(id) => BadEntry::of(problem, Some(position), id, row),
        Err(_) => BadEntry::at(problem, position),
    }
}

impl BadEntry {
    /// Nothing but the place is known.
    fn at(problem: ChainProblem, position: u64) -> Self {
        Self { problem, position: Some(position), entry: None, at_ms: None, action: None }
    }

    /// What the row says of the entry, if it is there.
    fn of(problem: ChainProblem, position: Option<u64>, id: Uuid, row: &Row) -> Self {
        Self {
            problem,
            position,
            entry: Some(AuditId::from_uuid(id)),
            at_ms: row.get("at").ok(),
            action: row.get("action").ok(),
        }
    }
}
