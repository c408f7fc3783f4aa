//! Proving chains, and the checkpoints that somebody keeps elsewhere.

use model::AppError;
use model::access::Capability;
use store::{AuditChain, ChainReport, Checkpoint, Db, TenantScope};

/// Proves one tenant's chain, against the checkpoints that were kept if there are any.
pub async fn prove(db: &Db, scope: &TenantScope, kept: &[Checkpoint]) -> Result<ChainReport, AppError> {
    scope.require(Capability::AuditView)?;
    let audit = db.tenant(scope).audit();
    genuine(db, kept)?;
    Ok(audit.verify(of(kept, audit.chain())).await?)
}

/// Proves all chains, also those of which nothing is left but a checkpoint that was kept. For a platform administrator.
pub async fn prove_all(db: &Db, kept: &[Checkpoint]) -> Result<Vec<ChainReport>, AppError> {
    genuine(db, kept)?;
    let chains = db.audit_chains();
    let mut all = chains.all().await?;
    all.extend(kept.iter().map(|checkpoint| checkpoint.chain));
    all.sort();
    all.dedup();
    let mut reports = Vec::new();
    for chain in all {
        reports.push(chains.verify(chain, of(kept, chain)).await?);
    }
    Ok(reports)
}

/// The newest checkpoint of one tenant.
pub async fn checkpoint(db: &Db, scope: &TenantScope) -> Result<Vec<Checkpoint>, AppError> {
    scope.require(Capability::AuditView)?;
    let newest: Vec<Checkpoint> = db.tenant(scope).audit().checkpoint().await?.into_iter().collect();
    genuine_here(db, &newest)?;
    Ok(newest)
}

/// The newest checkpoint of every chain that has one. For a platform administrator.
pub async fn checkpoints(db: &Db) -> Result<Vec<Checkpoint>, AppError> {
    let chains = db.audit_chains();
    let mut newest = Vec::new();
    for chain in chains.all().await? {
        newest.extend(chains.checkpoint(chain).await?);
    }
    genuine_here(db, &newest)?;
    Ok(newest)
}

fn of(kept: &[Checkpoint], chain: AuditChain) -> Option<&Checkpoint> {
    kept.iter().filter(|checkpoint| checkpoint.chain == chain).max_by_key(|checkpoint| checkpoint.position)
}

/// A file that anybody could have written proves nothing.
fn genuine(db: &Db, kept: &[Checkpoint]) -> Result<(), AppError> {
    match kept.iter().find(|checkpoint| !checkpoint.is_genuine(db)) {
        None => Ok(()),
        Some(forged) => Err(AppError::invalid(
            "audit.checkpoint_forged",
            format!("The file's checkpoint of {} was not signed by this installation's key", forged.chain),
        )
        .hint(
            "Use the file as `tenantatlas audit checkpoint` wrote it, with the database and the key it was written for",
        )),
    }
}

/// What is handed out will be believed later.
fn genuine_here(db: &Db, newest: &[Checkpoint]) -> Result<(), AppError> {
    match newest.iter().find(|checkpoint| !checkpoint.is_genuine(db)) {
        None => Ok(()),
        Some(forged) => Err(AppError::conflict(
            "audit.signature_wrong",
            format!("The newest checkpoint of {} was not signed by this installation's key", forged.chain),
        )
        .hint("Run tenantatlas audit verify: it names the first entry that cannot be relied on")),
    }
}
