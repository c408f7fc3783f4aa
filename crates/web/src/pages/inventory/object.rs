//! `GET /t/{tenant}/inventory/{type}/{id}` and one version of it.

use app::inventory::Excluded;
use axum::extract::State;
use maud::{Markup, html};
use model::AppError;
use model::access::Capability;
use model::ids::VersionId;
use model::registry::content::{Definitions, definition_ids};
use model::registry::{Contract, Registry, content};
use serde::Deserialize;
use serde_json::Value;
use store::{Exclusion, ObjectDetail, TenantScope, VersionRow};

use super::export::export_menu;
use super::filter::{platform_label, type_label};
use super::list::object_badge;
use super::object_parts::{
    assignments_section, identity, incompleteness, scope_tag_names, settings_section, version_list,
};
use super::references::{object_path, references};
use crate::auth::Ctx;
use crate::errors::WebError;
use crate::extract::{Asked, InTenant, PathId, PathText};
use crate::fields::Fields;
use crate::frame::{Place, Section};
use crate::kit::badge::badge;
use crate::kit::button::{Button, Press, WhyOff, button, why_off};
use crate::kit::facts::{columns, section};
use crate::kit::header::{Crumb, Header, header};
use crate::kit::json::json_viewer;
use crate::kit::notice::{Notice, empty_state, notice};
use crate::kit::tabs::{Tab, tabs};
use crate::kit::time::relative_time;
use crate::kit::tone::Tone;
use crate::state::Shared;

/// Which object.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ObjectPath {
    /// The contract's key.
    #[serde(rename = "type")]
    pub(crate) type_key: String,
    /// Graph's id.
    pub(crate) id: String,
}

/// Which type.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct TypePath {
    /// The contract's key.
    #[serde(rename = "type")]
    pub(crate) type_key: String,
}

/// Everything the page is made of.
pub(crate) struct Loaded {
    pub(crate) object: ObjectDetail,
    pub(crate) versions: Vec<VersionRow>,
    /// The version that is shown, with its number.
    pub(crate) shown: Option<(VersionRow, u64)>,
    pub(crate) document: Option<Value>,
    pub(crate) contract: Option<&'static Contract>,
    /// What the tenant calls the settings of the document.
    pub(crate) names: Definitions,
    /// Why nothing of its type is observed any more; absent while it is.
    pub(crate) excluded: Option<Exclusion>,
}

impl Loaded {
    /// Whether the directory had the object from the start.
    pub(super) fn is_built_in(&self) -> bool {
        let both = self.contract.zip(self.document.as_ref());
        both.is_some_and(|(contract, document)| content::is_built_in(contract, document))
    }
}

/// The current version.
pub(crate) async fn page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathText(path): PathText<ObjectPath>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, &path, None, &asked).await
}

/// An earlier version, as it was.
pub(crate) async fn version_page(
    State(shared): State<Shared>,
    InTenant(ctx, scope): InTenant,
    PathText(path): PathText<ObjectPath>,
    PathId(version): PathId<VersionId>,
    Asked(asked): Asked,
) -> Result<Markup, WebError> {
    render(&shared, &ctx, &scope, &path, Some(version), &asked).await
}

/// Reads object, versions and the content of one version.
pub(crate) async fn load(
    shared: &Shared,
    scope: &TenantScope,
    path: &ObjectPath,
    version: Option<VersionId>,
) -> Result<Loaded, AppError> {
    let tenant = shared.db().tenant(scope);
    let object = tenant.inventory().get(&path.type_key, &path.id).await?;
    let mut versions = tenant.versions().of(&path.type_key, &path.id).await?;
    versions.sort_by_key(|each| std::cmp::Reverse(each.id));
    let wanted = version.or(object.row.version);
    let position = versions.iter().position(|each| Some(each.id) == wanted);
    if version.is_some() && position.is_none() {
        // A version of another object is not a version of this one.
        return Err(AppError::not_found());
    }
    let shown = position.map(|at| (versions[at].clone(), (versions.len() - at) as u64));
    let document = match &shown {
        Some((row, _)) => {
            let bytes = tenant.versions().document(row.id).await?;
            Some(serde_json::from_slice(&bytes).map_err(AppError::internal)?)
        }
        None => None,
    };
    let contract = Registry::embedded().get(&path.type_key);
    let settings = contract.zip(document.as_ref()).map(|(contract, document)| definition_ids(contract, document));
    let names = tenant.definitions().names(settings.iter().flatten().copied()).await?;
    let excluded = Excluded::of(shared.db(), scope).await?.get(&path.type_key).cloned();
    Ok(Loaded { object, versions, shown, document, contract, names, excluded })
}

async fn render(
    shared: &Shared,
    ctx: &Ctx,
    scope: &TenantScope,
    path: &ObjectPath,
    version: Option<VersionId>,
    asked: &Fields,
) -> Result<Markup, WebError> {
    let place = Place::tenant(shared, ctx, scope, asked, Section::Inventory);
    let loaded = load(shared, scope, path, version).await?;
    let object_path = object_path(&place.base(), &path.type_key, &path.id);
    let shown_path = version.map_or_else(|| object_path.clone(), |version| format!("{object_path}/versions/{version}"));
    let as_json = asked.has("view", "json");
    let name = loaded.object.row.name.as_str();
    let content = match &loaded.document {
        None => empty_state(
            "file-text",
            "No complete version yet",
            "Nothing was read completely so far. What could not be read is named above.",
            None,
            true,
        ),
        Some(document) if as_json => {
            section("json", "JSON", "as Graph sent it", &json_viewer(document, &format!("JSON of {name}")))
        }
        Some(document) => html! {
            (settings_section(&loaded, document, &shown_path, asked.has("ids", "1")))
            (assignments_section(&place, loaded.contract, document).await?)
        },
    };
    let view = Fields::default();
    let tab_row = [
        Tab { words: "Settings", count: None, href: view.href(&shown_path), current: !as_json },
        Tab { words: "JSON", count: None, href: view.with("view", "json").href(&shown_path), current: as_json },
    ];
    let aside = html! {
        (version_list(&place, &loaded, &object_path))
        (references(&place, &loaded).await?)
        (identity(&place.now(), &loaded))
    };
    let main = html! {
        (header(&Header { crumbs: crumbs(&place, path), title: if name.is_empty() { "(no name)".into() } else { name.to_owned() }, summary: Some(summary(&place, &loaded, version.is_some_and(|asked| loaded.object.row.version != Some(asked))).await?), actions: Some(actions(&place, &loaded, path, &object_path)) }))
        (exclusion(&place, &loaded))
        (incompleteness(&loaded.object, loaded.shown.is_some()))
        (tabs("Views of this object", &tab_row))
        (columns(&content, "Version history", &aside))
    };
    place.page(name, &main).await
}

/// What is shown is as it was last seen.
fn exclusion(place: &Place<'_>, loaded: &Loaded) -> Markup {
    let Some(exclusion) = &loaded.excluded else { return html! {} };
    let coverage = Press::Link(format!("{}/coverage#{}", place.base(), exclusion.type_key));
    notice(&Notice {
        tone: Tone::Info,
        icon: "circle-minus",
        title: "Its type is excluded from what is observed".to_owned(),
        text: format!(
            "{} excluded it {}: {}. This is what was last seen.",
            exclusion.by_name,
            place.now().relative(exclusion.at),
            exclusion.reason.trim_end_matches('.')
        ),
        code: String::new(),
        actions: Some(button(&Button::new("Open coverage", coverage))),
    })
}

fn crumbs(place: &Place<'_>, path: &ObjectPath) -> Vec<Crumb> {
    let list = format!("{}/inventory", place.base());
    let of_type = Fields::default().with("type", path.type_key.as_str()).href(&list);
    vec![Crumb::link("Inventory", list), Crumb::link(type_label(&path.type_key), of_type)]
}

async fn summary(place: &Place<'_>, loaded: &Loaded, earlier: bool) -> Result<Markup, WebError> {
    let row = &loaded.object.row;
    let now = place.now();
    let tags = scope_tag_names(place, &row.scope_tags).await?;
    Ok(html! {
        (badge(object_badge(row, loaded.excluded.is_some()))) " "
        span { (platform_label(&row.platform)) } " "
        @if !tags.is_empty() { span.muted { "Scope tags: " (tags.join(", ")) } " " }
        @if let Some((version, number)) = &loaded.shown {
            span.muted { "Version " (number) @if earlier { ", an earlier one" } ", first seen " (relative_time(&now, version.first_seen_at)) } " "
        }
        span.muted { "Observed " (relative_time(&now, row.last_seen_at)) }
    })
}

/// Where a restore of the version that is shown begins: here, or in another tenant.
fn restore_action(place: &Place<'_>, loaded: &Loaded) -> Markup {
    let Some((version, _)) = &loaded.shown else { return html! {} };
    let words = if loaded.object.row.version == Some(version.id) { "Restore…" } else { "Restore this version…" };
    let href =
        Fields::default().with("version", version.id.to_string()).href(&format!("{}/restores/new", place.base()));
    button(&Button::new(words, Press::Link(href)).with_icon("arrow-back-up"))
}

fn actions(place: &Place<'_>, loaded: &Loaded, path: &ObjectPath, object_path: &str) -> Markup {
    let why = |id: &str| {
        let sentence = "Its type is excluded from what is observed. It can be included again under Coverage.";
        loaded.excluded.is_some().then(|| WhyOff { id: id.to_owned(), sentence: sentence.to_owned() })
    };
    let off = why("why-capture").or_else(|| place.start_off(Capability::BackupsCreate, "why-capture"));
    let read_off = why("why-read").or_else(|| place.start_off(Capability::InventorySync, "why-read"));
    let read = Button::new("Read again", place.start(&format!("{object_path}/sync"))).with_icon("refresh");
    let this = Fields::default().with("policy", format!("{}/{}", path.type_key, path.id));
    html! {
        (restore_action(place, loaded))
        (export_menu(place, &this))
        (button(&read.off_when(read_off.clone())))
        @if let Some(off) = &read_off { (why_off(off)) }
        (button(&Button::primary("Capture snapshot", place.start(&format!("{object_path}/capture"))).with_icon("archive").off_when(off.clone())))
        @if let Some(off) = &off { (why_off(off)) }
    }
}
