//! `GET /t/{tenant}/backups`

use super::import;
use app::inventory::Selection;
use axum::extract::State;
use maud::{Markup, html};
use model::access::Capability;
use store::{BackupSet, BackupStatus, TenantScope};

use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::badge::{Badge, badge};
use crate::kit::button::{Button, Press, button, why_off};
use crate::kit::counts::linked_number;
use crate::kit::facts::section;
use crate::kit::form::{Field, csrf, field, tick};
use crate::kit::header::{Crumb, Header, header};
use crate::kit::notice::empty_state;
use crate::kit::pager::{Pager, pager};
use crate::kit::table::{Column, MainCell, cell, main_cell, row, state_cell, table};
use crate::kit::time::{Now, relative_time};
use crate::pages::form_error::FormError;
use crate::state::Shared;

const ROWS: usize = 25;
const COLUMNS: [Column; 5] = [
    Column::new("State", "c-state"),
    Column::new("Backup set", ""),
    Column::new("Items", "num"),
    Column::new("Not captured", "num"),
    Column::new("Made", "c-at"),
];
const NAME: &[&str] = &["backup.name"];

/// The sets, newest first, and the form for another.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, &asked, &Fields::default(), &FormError::default()).await
}

pub(super) async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    asked: &Fields,
    values: &Fields,
    error: &FormError,
) -> Result<Markup, WebError> {
    render_with(shared, ctx, scope, asked, values, error, &FormError::default()).await
}

/// The page with what is wrong with either of its forms.
pub(super) async fn render_with(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    asked: &Fields,
    values: &Fields,
    error: &FormError,
    import_error: &FormError,
) -> Result<Markup, WebError> {
    let place = Place::tenant(shared, ctx, scope, asked, Section::Backups);
    let path = format!("{}/backups", place.base());
    let before = asked.get("before").and_then(|id| id.parse().ok());
    let mut sets = shared.db().tenant(scope).backups().list(before, ROWS + 1).await?;
    let more = sets.len() > ROWS;
    sets.truncate(ROWS);
    let now = place.now();
    let ids: Vec<_> = sets.iter().map(|set| set.id).collect();
    let origins = shared.db().tenant(scope).backups().origins(&ids).await?;
    let rows: Vec<Markup> = sets.iter().map(|set| set_row(&now, &path, set, origins.contains_key(&set.id))).collect();
    let next = more
        .then(|| sets.last())
        .flatten()
        .map(|last| Fields::default().with("before", last.id.to_string()).href(&path));
    let pages = Pager {
        shown: rows.len() as u64,
        noun: ("backup set", "backup sets"),
        order: "newest first",
        zone: now.zone_name().to_owned(),
        words: Some(("Newest", "Older")),
        previous: before.is_some().then(|| path.clone()),
        next,
        ..Pager::default()
    };
    let main = html! {
        (header(&Header { crumbs: vec![Crumb::text("Configuration")], title: "Backups".into(), summary: None, actions: None }))
        @if rows.is_empty() {
            (empty_state("archive", "No backup yet", "A backup keeps every object, its assignments and what they refer to, for ever and unchanged.", None, false))
        } @else { (table("Backup sets, newest first", &COLUMNS, true, &rows)) (pager(&pages)) }
        (section("new", "Back up now", "", &form(&place, values, error)))
        (section("import", "Import files as a backup set", "", &import::form(&place, import_error)))
    };
    place.page("Backups", &main).await
}

fn set_row(now: &Now, path: &str, set: &BackupSet, imported: bool) -> Markup {
    let name = MainCell {
        name: set.name.clone(),
        href: format!("{path}/{}", set.id),
        target: format!("{}by {}", if imported { "imported " } else { "" }, set.creator_name),
        ..MainCell::default()
    };
    row(
        &set.id.to_string(),
        &[
            state_cell(&badge(state(set))),
            main_cell(&name),
            cell("num", "items", &linked_number(set.items, &format!("{path}/{}", set.id), "items in this set")),
            cell(
                "num",
                "not captured",
                &linked_number(set.incomplete, &format!("{path}/{}#missing", set.id), "objects that were not captured"),
            ),
            cell("nowrap", "", &relative_time(now, set.created_at)),
        ],
    )
}

pub(super) fn state(set: &BackupSet) -> Badge {
    match set.status {
        BackupStatus::Writing if set.open => Badge::Open,
        BackupStatus::Writing => Badge::Running,
        BackupStatus::Complete => Badge::Complete,
        BackupStatus::Partial => Badge::PartiallySucceeded,
    }
}

fn form(place: &Place<'_>, values: &Fields, error: &FormError) -> Markup {
    if let Some(off) = place.start_off(Capability::BackupsCreate, "why-backup") {
        return html! { (button(&Button::new("Back up", Press::Submit).off_when(Some(off.clone())))) (why_off(&off)) };
    }
    let Press::Post { action, .. } = place.start(&format!("{}/backups", place.base())) else { return html! {} };
    let default = format!("Backup of {}", place.now().day(place.ctx.now_ms));
    let name = Field {
        name: "name".into(),
        label: "Name".into(),
        value: values.get("name").unwrap_or(&default).to_owned(),
        autocomplete: "off",
        required: true,
        ..Field::default()
    };
    html! {
        form.form method="post" action=(action) {
            (error.summary(&[("name", NAME)]))
            (csrf(&place.ctx.csrf))
            (field(&error.at(NAME, name)))
            details.more {
                summary { (crate::kit::icon::icon("chevron-right")) "Only some types" }
                fieldset.opts {
                    legend { "Types; none ticked means all" }
                    @for contract in Selection::all().contracts() {
                        label { input type="checkbox" name="type" value=(contract.key) checked[values.has("type", &contract.key)]; (contract.label_plural) }
                    }
                }
            }
            (tick("keep_open", "Leave the set open, to add policies before it is closed", values.has("keep_open", "yes")))
            p.help { "What was read in the last 15 minutes is used as it is; the rest is synced first." }
            div.row-acts { (button(&Button::primary("Back up", Press::Submit).with_icon("archive"))) }
        }
    }
}
