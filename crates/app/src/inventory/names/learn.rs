//! Reading the definitions of settings: once each, and again after a day, in as few requests as their policies allow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::RunCtx;
use graph::{GraphError, ObservedObject, TenantGraph};
use model::registry::content::Definition;
use model::run::ItemOutcome;
use store::{ItemRecord, StoreError};

use super::super::make_texts::SLICE;
use super::round::{Answers, Round};
use super::{Names, Way};

/// A definition that was read longer ago is read again, in milliseconds: Microsoft changes them some times a year.
const READ_AGAIN_MS: i64 = 24 * 60 * 60 * 1000;

/// Takes notice of what the objects set, and reads what is not known of it, or all of it with `again`; records it. What
/// was recorded before is to be found by new names, too: that is made again when the type is over. A name is a help for
/// readers: where it cannot be read the id stands for it, and nothing is incomplete.
pub(in crate::inventory) async fn learn(
    names: &mut Names<'_>,
    graph: &TenantGraph,
    objects: &[ObservedObject],
    again: bool,
) -> Result<(), StoreError> {
    notice(names, objects, again).await?;
    while let Some(round) = Round::next(names) {
        let answers = round.ask(graph, names.contract).await;
        let learned = take(names, answers);
        learned.record(names.ctx).await?;
    }
    Ok(())
}

/// Takes notice of what the objects set. Gives back what is to be asked for on their account.
pub(super) async fn notice(
    names: &mut Names<'_>,
    objects: &[ObservedObject],
    again: bool,
) -> Result<Vec<String>, StoreError> {
    let mut settings: Vec<_> = names.meet(objects).await?.into_iter().collect();
    let now = names.ctx.run.database_now_ms;
    settings.retain(|setting| names.read_at.get(setting).is_none_or(|read_at| again || now - read_at >= READ_AGAIN_MS));
    names.wanted.extend(settings.iter().map(|setting| (setting.clone(), Way::WithObject)));
    Ok(settings)
}

/// What a round told, as it is recorded.
pub(in crate::inventory) struct Learned {
    type_key: &'static str,
    found: BTreeMap<String, Option<Definition>>,
    /// Objects that set what has another name now.
    users: BTreeSet<Arc<str>>,
}

impl Learned {
    /// Records it. What was recorded before is marked to be made again.
    pub(in crate::inventory) async fn record(self, ctx: &RunCtx) -> Result<(), StoreError> {
        let users = self.users.iter().map(|user| &**user).collect();
        let definitions = ctx.db.tenant(&ctx.scope).definitions();
        definitions.record(&ctx.lease, &self.found, &BTreeMap::from([(self.type_key, users)])).await
    }
}

/// Takes what a round told: from now on settings are called so.
pub(super) fn take(names: &mut Names<'_>, answers: Answers) -> Learned {
    let Answers { mut found, left, categories, error } = answers;
    names.service.categories = names.service.categories.take().or(categories);
    file_under_categories(names, &mut found);
    names.wanted.retain(|setting, _| !found.contains_key(setting));
    names.wanted.extend(left.into_iter().map(|setting| (setting, Way::Alone)));
    let is_new = |(setting, found): &(&String, &Option<Definition>)| names.known.get(setting) != found.as_ref();
    let renamed = found.iter().filter(is_new).filter_map(|(setting, _)| names.users.get(setting));
    let users: BTreeSet<Arc<str>> = renamed.flatten().cloned().collect();
    names.service.hear(error, &found, !users.is_empty());
    let known = Arc::make_mut(&mut names.known);
    for (setting, definition) in &found {
        match definition {
            Some(definition) => known.extend([(setting.clone(), definition.clone())]),
            None => known.forget(setting),
        }
    }
    Learned { type_key: &names.contract.key, found, users }
}

/// What was recorded before is found by the new names, too.
pub(in crate::inventory) async fn rename(names: &Names<'_>) -> Result<(), StoreError> {
    let tenant = names.ctx.db.tenant(&names.ctx.scope);
    while names.service.renamed && tenant.inventory().make_texts(SLICE).await? > 0 {}
    Ok(())
}

/// The type is over: of how many settings there is no name is told with the coverage when every object was read, and in the
/// run when it was refused.
pub(in crate::inventory) async fn conclude(names: &Names<'_>, whole: bool) -> Result<(), StoreError> {
    rename(names).await?;
    let error = names.service.error.as_ref();
    if whole || error.is_some() { tell(names, error).await } else { Ok(()) }
}

async fn tell(names: &Names<'_>, error: Option<&GraphError>) -> Result<(), StoreError> {
    let tenant = names.ctx.db.tenant(&names.ctx.scope);
    let contract = names.contract;
    let unnamed = names.users.keys().filter(|setting| names.known.get(setting).is_none()).count();
    let code = error.map_or("graph.not_found", |error| error.code);
    let inventory = tenant.inventory();
    inventory.note_unnamed(&names.ctx.lease, &contract.key, unnamed, (unnamed > 0).then_some(code)).await?;
    if let Some(error) = error {
        let item = ItemRecord {
            key: format!("names/{}", contract.key),
            label: format!("Names of settings of {}", contract.label_plural),
            kind: "Names of settings".to_owned(),
            outcome: ItemOutcome::Skipped,
            code: Some(error.code.to_owned()),
            message: Some(format!("{}. Settings are shown by their ids", error.message)),
            detail: None,
        };
        names.ctx.db.ledger().record(&names.ctx.lease, vec![item]).await?;
    }
    Ok(())
}

/// Without its name a category keeps the one that it had.
fn file_under_categories(names: &Names<'_>, found: &mut BTreeMap<String, Option<Definition>>) {
    let paths = names.service.categories.as_ref().and_then(|categories| categories.as_ref().ok());
    for (setting, found) in found {
        let Some(found) = found else { continue };
        let known = names.known.get(setting).filter(|known| known.category_id == found.category_id);
        let path = paths.and_then(|paths| paths.get(&found.category_id)).or(known.map(|known| &known.category));
        found.category = path.cloned().unwrap_or_default();
    }
}
