//! Linking: entries that wait get their place in the chain of their tenant.
//!
//! An entry is written in the transaction of what it records, and many of those run side by side; a chain that each had
//! to extend would make them wait for one another. So an entry only goes into a queue, and somebody links later. Several
//! may link at once: each reads, computes, and writes what it computed in one short transaction. A place in a chain and
//! the link of an entry exist once (primary key and unique index), so of two who took up the same entries one writes
//! nothing. Nobody has to be asked first, and whoever is killed leaves the queue as it was.

use std::collections::HashMap;

use super::AuditChains;
use super::chain::{AuditChain, Content, Hash, NOTHING};
use super::checkpoint::Checkpoint;
use crate::StoreError;
use crate::db::Row;
use crate::db::sql::{Arg, Builder, sql};

/// The last link of a chain.
#[derive(Clone, Copy)]
struct Head {
    position: u64,
    hash: Hash,
}

impl AuditChains {
    /// Links up to `limit` entries that wait, and signs the new head of every chain that grew. Says how many were linked;
    /// none also when somebody else was quicker.
    pub async fn link(&self, limit: usize) -> Result<usize, StoreError> {
        // A queued entry that is gone stays in the queue: it proves that the entry was there. Whether one is linked already
        // is not asked here: of a long queue PostgreSQL would then read all.
        let waiting = sql!(
            "select q.id as place, e.* from audit_unlinked q join audit_entries e on e.id = q.entry_id order by q.id limit $1",
            limit
        );
        let rows = self.0.fetch("audit_entries", waiting).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let entries = rows.iter().map(Content::from_row).collect::<Result<Vec<_>, _>>()?;
        let mut heads = self.heads(entries.iter().map(Content::chain)).await?;
        let links: Vec<Vec<Arg>> = entries.iter().map(|entry| next(&mut heads, entry)).collect();
        let at = self.0.ping().await?;
        let sign = |(chain, head): (AuditChain, Head)| {
            Checkpoint::sign(self.0.keys(), chain, head.position, &head.hash, at).into_row()
        };
        let checkpoints = heads.into_iter().map(sign).collect();
        let places = rows.iter().map(|row| row.get::<i64>("place").map(Arg::from)).collect::<Result<Vec<_>, _>>()?;
        match self.write(links, checkpoints, places.clone()).await {
            Err(error) if error.is_taken() => self.forget_linked(places).await.map(|()| 0),
            written => written.map(|()| entries.len()),
        }
    }

    /// The last link of each of these chains; for one without links what stands in front of the first.
    async fn heads(&self, chains: impl Iterator<Item = AuditChain>) -> Result<HashMap<AuditChain, Head>, StoreError> {
        let mut heads: HashMap<_, _> = chains.map(|chain| (chain, Head { position: 0, hash: NOTHING })).collect();
        let mut query = Builder::new("select l.chain, l.position, l.hash from (");
        query.rows(heads.keys().map(|chain| vec![chain.arg()]));
        query.text(") as c join audit_links l on l.chain = c.column1 ");
        query.text("and l.position = (select max(m.position) from audit_links m where m.chain = c.column1)");
        for row in self.0.fetch("audit_links", query.statement()).await? {
            heads.insert(
                AuditChain::of(row.get("chain")?),
                Head { position: row.count("position")?, hash: hash(&row)? },
            );
        }
        Ok(heads)
    }

    /// What is linked does not wait. Whoever linked it has said so in the same transaction; but a place in the queue that
    /// somebody made twice would keep all behind it waiting.
    async fn forget_linked(&self, places: Vec<Arg>) -> Result<(), StoreError> {
        let mut delete = Builder::new("delete from audit_unlinked where id");
        delete.one_of(places);
        delete.text(" and exists (select 1 from audit_links l where l.entry_id = audit_unlinked.entry_id)");
        self.0.execute(delete.statement()).await.map(drop)
    }

    async fn write(
        &self,
        links: Vec<Vec<Arg>>,
        checkpoints: Vec<Vec<Arg>>,
        places: Vec<Arg>,
    ) -> Result<(), StoreError> {
        let mut insert = Builder::new("insert into audit_links (chain, position, entry_id, hash) ");
        insert.rows(links);
        let mut sign = Builder::new("insert into audit_checkpoints (chain, position, hash, at, key_id, mac) ");
        sign.rows(checkpoints);
        let mut delete = Builder::new("delete from audit_unlinked where id");
        delete.one_of(places);
        let mut tx = self.0.begin("audit.link").await?;
        for statement in [insert, sign, delete] {
            tx.execute(statement.statement()).await?;
        }
        tx.commit().await
    }
}

/// The row of the entry's link, which becomes its chain's head.
fn next(heads: &mut HashMap<AuditChain, Head>, entry: &Content) -> Vec<Arg> {
    let chain = entry.chain();
    let head = heads.get_mut(&chain).expect("heads of all chains were read");
    let position = head.position + 1;
    *head = Head { position, hash: entry.link(chain, position, &head.hash) };
    vec![chain.arg(), position.into(), entry.id.into(), (&head.hash).into()]
}

fn hash(row: &Row) -> Result<Hash, StoreError> {
    let bytes: Vec<u8> = row.get("hash")?;
    bytes.try_into().map_err(|_| row.inconsistent("hash", "it is not 32 bytes long".into()))
}
