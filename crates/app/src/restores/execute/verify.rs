//! Reading back what was written, and comparing it with what the plan promised.

use engine::Ending;
use model::diff::same_after_write;
use model::restore::{Action, own};
use model::run::ItemOutcome;

use super::hand::Hand;
use super::item::ItemEnd;
use super::said;

/// Places that are named when something differs.
const NAMED: usize = 10;

impl Hand<'_> {
    /// Reads the object back and ends the item.
    pub(super) async fn verify(mut self) -> Result<ItemEnd, Ending> {
        let found = match self.look().await {
            Ok(found) => found,
            Err(error) if error.is_transient() => return Ok(self.waits(said::AGAIN_MS, error.code, said::UNREAD)),
            Err(_) => return self.not_readable().await,
        };
        if self.item.action == Action::Remove {
            return match found {
                None => self.end(ItemOutcome::Succeeded, None, said::REMOVED, None).await,
                Some(_) => self.end(ItemOutcome::Incomplete, Some(said::DIFFERS.0), said::DIFFERS.1, None).await,
            };
        }
        let Some(found) = found else {
            if self.is_young() {
                return Ok(self.waits(said::READY_MS, "restore.not_ready", said::WAITS_UNTIL_READY));
            }
            return self.not_readable().await;
        };
        let promised = self.item.promised.clone().unwrap_or_default();
        let Ok(promised) = self.filled(&promised, &self.item.promised_slots) else {
            return self.end(ItemOutcome::Incomplete, Some(said::NEEDS_OTHER.0), said::NEEDS_OTHER.1, None).await;
        };
        let own = |document| own(self.contract, document);
        let difference = same_after_write(self.contract, &own(&promised), &own(&found));
        self.seen = Some(found);
        let ignored = |path: &str| {
            self.item.unverifiable.iter().any(|known| path == known || path.starts_with(&format!("{known}.")))
        };
        let places: Vec<String> =
            difference.changes().iter().map(|change| change.path.to_string()).filter(|path| !ignored(path)).collect();
        if places.is_empty() {
            let secrets = !difference.unverifiable().is_empty() || !self.item.unverifiable.is_empty();
            let message = if secrets { said::UNVERIFIABLE } else { said::VERIFIED };
            return self.end(ItemOutcome::Succeeded, None, message, None).await;
        }
        let named = places.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        self.end(ItemOutcome::Incomplete, Some(said::DIFFERS.0), said::DIFFERS.1, Some(format!("Differs: {named}")))
            .await
    }

    async fn not_readable(&self) -> Result<ItemEnd, Ending> {
        self.end(ItemOutcome::Incomplete, Some(said::NOT_READABLE.0), said::NOT_READABLE.1, None).await
    }

    /// Whether the item's first request is so young that the service may still be at it.
    pub(super) fn is_young(&self) -> bool {
        let first = self.rows.first().map_or(self.ctx.run.database_now_ms, |row| row.intent_at);
        self.ctx.run.database_now_ms - first < said::READY_MS_MAX
    }
}
