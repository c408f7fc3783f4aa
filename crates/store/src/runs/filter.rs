//! Which runs: the same filter for the list and for every number that links to it.

use model::ids::{RunId, TenantId, UserId};
use model::run::{Outcome, Status};

use crate::db::sql::{Arg, Builder, anywhere, id};

/// All parts must fit; an empty part fits everything.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Run types.
    pub types: Vec<String>,
    /// Run types to leave out.
    pub exclude_types: Vec<String>,
    /// Statuses.
    pub statuses: Vec<Status>,
    /// Outcomes.
    pub outcomes: Vec<Outcome>,
    /// Who started it.
    pub initiator: Option<UserId>,
    /// Started by no person: by a schedule or the system.
    pub by_no_person: bool,
    /// Created at or after this, milliseconds since the Unix epoch.
    pub since_ms: Option<i64>,
    /// Has an item with this code.
    pub item_code: Option<String>,
    /// Somewhere in label, target or id.
    pub text: Option<String>,
}

fn words<T: ToString>(words: &[T]) -> Vec<Arg> {
    words.iter().map(|word| Arg::from(word.to_string())).collect()
}

impl RunFilter {
    /// Whether the counters alone can answer.
    pub(super) fn is_counted(&self) -> bool {
        self.initiator.is_none()
            && !self.by_no_person
            && self.since_ms.is_none()
            && self.item_code.is_none()
            && self.text.is_none()
    }

    /// Conditions that runs and counters share, after the one for the tenant.
    pub(super) fn counted(&self, tenant: TenantId, query: &mut Builder) {
        query.with("tenant_id = {}", [id(tenant).into()]);
        for (column, list) in [
            (" and type", words(&self.types)),
            (" and status", words(&self.statuses)),
            (" and outcome", words(&self.outcomes)),
        ] {
            if !list.is_empty() {
                query.text(column).one_of(list);
            }
        }
        // The database keeps both in step, and only by outcome is there an index for "what is not completed, newest first".
        if !self.statuses.is_empty() && !self.statuses.contains(&Status::Completed) {
            query.text(" and outcome = 'pending'");
        }
        if !self.exclude_types.is_empty() {
            query.text(" and type").none_of(words(&self.exclude_types));
        }
    }

    /// All conditions on `operation_runs r`. `with_code` are the runs with an item of the code, when they are known.
    pub(super) fn all(&self, tenant: TenantId, with_code: Option<Vec<RunId>>, query: &mut Builder) {
        self.counted(tenant, query);
        if let Some(initiator) = self.initiator {
            query.with(" and initiator_id = {}", [id(initiator).into()]);
        }
        if self.by_no_person {
            query.text(" and initiator_id is null");
        }
        if let Some(since_ms) = self.since_ms {
            query.with(" and created_at >= {}", [since_ms.into()]);
        }
        if let Some(runs) = with_code {
            query.text(" and id").one_of(runs.into_iter().map(|run| id(run).into()));
        } else if let Some(code) = &self.item_code {
            query.with(
                " and exists (select 1 from operation_run_items i where i.tenant_id = {} and i.code = {} and i.run_id = r.id)",
                [id(tenant).into(), code.into()],
            );
        }
        if let Some(text) = self.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            match text.parse::<RunId>() {
                Ok(run) => query.with(" and id = {}", [id(run).into()]),
                Err(_) => {
                    let pattern = anywhere(text);
                    query.with(
                        r" and (label ilike {} escape '\' or target ilike {} escape '\')",
                        [pattern.as_str().into(), pattern.as_str().into()],
                    )
                }
            };
        }
    }
}
