//! The plan as bytes: what is hashed is what is kept, and what is kept is what is executed.

use model::AppError;
use model::restore::Plan;

use crate::backups::manifest::sha256_hex;

/// Version of the plan's shape.
pub(crate) const FORMAT: u32 = 1;

/// The plan as it is kept, and its hash.
pub(crate) fn bytes(plan: &Plan) -> (Vec<u8>, String) {
    let bytes = serde_json::to_vec(plan).expect("a plan is plain data");
    let hash = sha256_hex(&bytes);
    (bytes, hash)
}

/// Reads a kept plan.
pub(crate) fn read(bytes: &[u8]) -> Result<Plan, AppError> {
    let plan: Plan = serde_json::from_slice(bytes).map_err(AppError::internal)?;
    if plan.format != FORMAT {
        return Err(AppError::conflict("restore.plan_format", "Another version of TenantAtlas made this plan")
            .hint("Make a new preview"));
    }
    Ok(plan)
}

/// The kept plan, if it is the one of that hash.
pub(crate) fn read_confirmed(bytes: &[u8], hash: &str) -> Result<Plan, AppError> {
    if sha256_hex(bytes) != hash {
        return Err(AppError::conflict("restore.plan_changed", "This is not the plan that was confirmed")
            .hint("Look at the plan again and confirm it"));
    }
    read(bytes)
}
