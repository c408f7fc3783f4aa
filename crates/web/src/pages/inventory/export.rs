//! Exporting configuration: the menu of layouts, and its start.

use app::backups::PolicyKey;
use app::exchange::{Chosen, export_run, layout_named, start_configuration_export};
use app::inventory::{OBJECT_NAMES, ObjectQuery};
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use model::AppError;
use model::exchange::Layout;

use crate::errors::WebError;
use crate::extract::{Asked, InTenant, Posted};
use crate::fields::Fields;
use crate::frame::{Place, answer, extra};
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::menu::{MenuAct, MenuItem, menu_button};
use crate::state::Shared;

const LAYOUTS: [(Layout, &str); 4] = [
    (Layout::Ours, "a file for each object, with a manifest"),
    (Layout::Portal, "JSON as the portal exports it"),
    (Layout::IntuneManagement, "its folders and full types"),
    (Layout::Intunecd, "its folders, with names of groups"),
];

/// The menu over what is exported: `kept` names a set, objects, or the filter of the inventory.
pub(crate) fn export_menu(place: &Place<'_>, kept: &Fields) -> Markup {
    if let Some(off) = place.start_off(export_run::DEFINITION.capability, "why-export") {
        return html! { (button(&Button::new("Export", Press::Submit).with_icon("download").off_when(Some(off.clone())))) (why_off(&off)) };
    }
    let path = format!("{}/inventory/export", place.base());
    let items: Vec<MenuItem> = LAYOUTS
        .iter()
        .filter_map(|(layout, note)| {
            let address = kept.clone().with("layout", layout.to_string());
            let Press::Post { action, csrf } = place.start_with(&path, address) else { return None };
            let item = MenuItem::new(layout.label(), "download", MenuAct::Start { action, csrf });
            Some(MenuItem { note: (*note).to_owned(), ..item })
        })
        .collect();
    menu_button("export", "Export", "download", false, &items)
}

/// `POST /t/{tenant}/inventory/export`: what and how stands in the address.
pub(crate) async fn start(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
    Posted(form): Posted,
) -> Result<Response, WebError> {
    let layout = layout_named(asked.get("layout").unwrap_or("ours"))?;
    let started =
        start_configuration_export(shared.db(), &scope, chosen(&asked)?, layout, extra(&asked, &form)?).await?;
    answer(&shared, &ctx, &scope, started, "/inventory").await
}

fn chosen(asked: &Fields) -> Result<Chosen, AppError> {
    let set = asked.get("set").map(|set| set.parse().map_err(|_| AppError::not_found())).transpose()?;
    let policy = |text: &str| {
        let why =
            || AppError::invalid("export.policies", "An object is named TYPE/ID").hint("Open it and export again");
        PolicyKey::parse(text).ok_or_else(why)
    };
    let policies = asked.all("policy").map(policy).collect::<Result<Vec<_>, _>>()?;
    Ok(Chosen { set, policies, query: ObjectQuery::of(asked.only(&OBJECT_NAMES).pairs()) })
}
