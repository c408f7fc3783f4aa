//! The way of one item: looked at, written request by request, read back.

use engine::Ending;
use model::restore::Action;
use model::run::{ItemOutcome, Reason};
use store::WriteResult;

use super::hand::Hand;
use super::said;
use super::send::Sent;

/// How an item was left.
pub(super) enum ItemEnd {
    /// Its end is recorded; with the id that it has now.
    Ended(Option<String>),
    /// It goes on after so many milliseconds.
    Waits(i64, Reason),
}

/// What a look before the first write says.
enum First {
    AsPlanned,
    Ended(ItemEnd),
}

impl Hand<'_> {
    /// Writes what is left of the item.
    pub(super) async fn write(mut self) -> Result<ItemEnd, Ending> {
        if let Some(end) = self.nothing_to_write().await? {
            return Ok(end);
        }
        if self.rows.is_empty() {
            match self.first_look().await? {
                First::AsPlanned => {}
                First::Ended(end) => return Ok(end),
            }
        }
        for number in 0..self.item.steps.len() {
            match self.step(number).await? {
                Sent::Made => {}
                Sent::Ended(end) => return Ok(end),
            }
        }
        self.verify().await
    }

    /// What the plan does not write, and what it cannot because something that it names was not made.
    async fn nothing_to_write(&self) -> Result<Option<ItemEnd>, Ending> {
        if !self.item.is_written() {
            let why =
                self.item.why.last().map_or((said::LEFT_OUT, "Nothing was to be written"), |why| {
                    (why.code.as_str(), why.message.as_str())
                });
            return self.end(ItemOutcome::Skipped, Some(why.0), why.1, None).await.map(Some);
        }
        if self.rows.is_empty() && !self.item.secrets().all(|slot| self.secrets.contains_key(&slot.secret)) {
            return self.end(ItemOutcome::Failed, Some(said::SECRET_GONE.0), said::SECRET_GONE.1, None).await.map(Some);
        }
        let slots = self.item.steps.iter().flat_map(|step| &step.slots);
        if slots.into_iter().all(|slot| self.ids.contains_key(&slot.item)) {
            return Ok(None);
        }
        self.end(ItemOutcome::Failed, Some(said::NEEDS_OTHER.0), said::NEEDS_OTHER.1, None).await.map(Some)
    }

    /// The object has to be as the preview saw it, or nothing is written.
    async fn first_look(&mut self) -> Result<First, Ending> {
        let found = match (self.item.action, &self.item.gone_id) {
            (Action::Create, None) => return Ok(First::AsPlanned),
            (Action::Create, Some(gone)) => self.look_at(gone).await,
            _ => self.look().await,
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => return self.unread(error).await.map(First::Ended),
        };
        let same = match (&found, &self.item.live) {
            (Some(found), Some(live)) => self.mark(found) == self.mark(live),
            (None, None) => true,
            _ => false,
        };
        if same {
            self.seen = found;
            return Ok(First::AsPlanned);
        }
        self.end(ItemOutcome::Conflict, Some(said::CONFLICT.0), said::CONFLICT.1, None).await.map(First::Ended)
    }

    /// Trouble that passes is waited for; any other ends the item.
    pub(super) async fn unread(&self, error: graph::GraphError) -> Result<ItemEnd, Ending> {
        if error.is_transient() {
            return Ok(self.waits(said::AGAIN_MS, error.code, said::UNREAD));
        }
        self.failed(&error).await
    }

    /// The last try at a request, if there was one: which, and what came of it.
    pub(super) fn last(&self, number: usize) -> Option<&store::WriteRow> {
        self.rows.iter().rfind(|row| row.step as usize == number)
    }

    /// Whether a request of the item took effect.
    pub(super) fn has_written(&self) -> bool {
        let made = |row: &store::WriteRow| matches!(row.ended, Some((WriteResult::Made, _)));
        self.rows.iter().any(made)
    }
}
