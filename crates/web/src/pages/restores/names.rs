//! `GET /t/{tenant}/restores/{restore}/names`: what is offered while somebody types what an answer is.

use std::collections::HashMap;

use app::restores::{Candidate, offered};
use axum::extract::State;
use maud::{Markup, html};
use model::ids::RestoreId;

use super::mapping::{REFERENCE_ID, TARGET_ID};
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId};
use crate::kit::code::short_id;
use crate::state::Shared;

/// Lines of the list.
const OFFERED: usize = 20;

/// The lines of a field's list. The field says by its name of what kind the answer is.
pub(crate) async fn names(
    State(shared): State<Shared>,
    InTenant(_, scope): InTenant,
    PathId(id): PathId<RestoreId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    shared.db().tenant(&scope).restores().get(id).await?;
    let field = asked.every_name().find_map(|name| {
        let key = name.strip_prefix(TARGET_ID).or_else(|| name.strip_prefix(REFERENCE_ID))?;
        Some((key.split_once('/')?.0, asked.text(name)))
    });
    let Some((kind, text)) = field else { return Ok(html! {}) };
    let found = offered(shared.db(), &scope, kind, text, OFFERED).await?;
    let mut called: HashMap<&str, usize> = HashMap::new();
    found.iter().for_each(|one| *called.entry(&one.name).or_default() += 1);
    Ok(html! { @for one in &found { (line(one, called[one.name.as_str()] == 1)) } })
}

/// A name that two have says nothing: then the id is what is chosen.
fn line(one: &Candidate, alone: bool) -> Markup {
    if alone {
        html! { option value=(one.name) { (short_id(&one.id)) } }
    } else {
        html! { option value=(one.id) { (one.name) } }
    }
}
