//! The parts of an object's page.

use std::collections::HashMap;

use maud::{Markup, html};
use model::change::AuthorKind;
use model::registry::Contract;
use model::registry::content::{
    self, Assignment, Definitions, FilterMode, PROPERTIES, TargetKind, assignments, definition_ids, settings_in_words,
};
use serde_json::Value;
use store::{ObjectDetail, VersionAuthor, VersionRow};

use super::list::part_words;
use super::object::Loaded;
use crate::errors::{WebError, sentence};
use crate::fields::Fields;
use crate::frame::Place;
use crate::kit::badge::tag;
use crate::kit::code::copyable;
use crate::kit::facts::{facts, section};
use crate::kit::notice::{Notice, empty_state, notice};
use crate::kit::number::{counted, size};
use crate::kit::settings::{SettingGroup, SettingRow, setting_groups};
use crate::kit::table::{Column, cell, row, table};
use crate::kit::time::{Now, exact_time};
use crate::kit::tone::Tone;
use crate::kit::versions::{Version, versions};

const ASSIGNMENTS: [Column; 4] =
    [Column::new("Group", ""), Column::new("Mode", ""), Column::new("Filter", ""), Column::new("Intent", "")];

/// Settings in words. With `details` each says what it does and what Graph calls it.
pub(super) fn settings_section(loaded: &Loaded, document: &Value, path: &str, details: bool) -> Markup {
    let Some(contract) = loaded.contract else {
        let text = "This version of TenantAtlas does not know the type. The JSON is complete.";
        return empty_state("file-text", "Settings cannot be put in words", text, None, true);
    };
    let settings = settings_in_words(contract, document, &loaded.names);
    let set = settings.iter().filter(|each| each.group != PROPERTIES && !each.value.is_empty()).count();
    let body = if settings.is_empty() {
        html! { p.muted { "It sets nothing." } }
    } else {
        let by_id = definition_ids(contract, document).iter().filter(|id| loaded.names.get(id).is_none()).count();
        html! {
            (unnamed(by_id))
            p { a href=(details_address(path, !details)) { @if details { "Hide ids" } @else { "Show ids" } } }
            (setting_groups(&under_headings(settings, &loaded.names, details)))
        }
    };
    section("settings", "Settings", &counted(set as u64, "setting", "settings"), &body)
}

fn details_address(path: &str, details: bool) -> String {
    let shown = Fields::default();
    let shown = if details { shown.with("ids", "1") } else { shown };
    format!("{}#settings", shown.href(path))
}

/// Said once for all of them.
fn unnamed(by_id: usize) -> Markup {
    html! {
        @if by_id > 0 {
            p.help {
                (counted(by_id as u64, "setting is", "settings are")) " shown by id: "
                "what the tenant calls them has not been read. Coverage says why; the next sync tries again."
            }
        }
    }
}

/// Each heading once, in the order in which it comes first.
fn under_headings(settings: Vec<content::SettingRow>, names: &Definitions, details: bool) -> Vec<SettingGroup> {
    let mut groups: Vec<SettingGroup> = Vec::new();
    for each in settings {
        let setting = each.id.split_whitespace().next().unwrap_or_default();
        let about = names.get(setting).map(|definition| definition.description.clone());
        let row = SettingRow {
            name: each.name,
            values: each.value.lines().map(str::to_owned).collect(),
            depth: u8::try_from(each.depth).unwrap_or(u8::MAX),
            mark: String::new(),
            about: about.filter(|_| details).unwrap_or_default(),
            ids: if details { each.id } else { String::new() },
        };
        match groups.iter_mut().find(|group| group.title == each.group) {
            Some(group) => group.rows.push(row),
            None => groups.push(SettingGroup { title: each.group, rows: vec![row] }),
        }
    }
    groups
}

/// Assignments with the names of groups and filters, as far as they are known.
pub(crate) async fn assignments_section(
    place: &Place<'_>,
    contract: Option<&Contract>,
    document: &Value,
) -> Result<Markup, WebError> {
    let (Some(contract), Some(scope)) = (contract, place.scope) else { return Ok(html! {}) };
    let list = assignments(contract, document);
    if list.is_empty() {
        return Ok(section("assignments", "Assignments", "", &html! { p.muted { "Not assigned to anything." } }));
    }
    let ids: Vec<String> = list.iter().filter_map(|each| each.group_id.clone()).collect();
    let groups = place.shared.db().tenant(scope).groups().names(&ids).await?;
    let filter_ids: Vec<String> = list.iter().filter_map(|each| each.filter_id.clone()).collect();
    let filters = object_names(place, "assignmentFilters", &filter_ids).await?;
    let rows: Vec<Markup> = list.iter().map(|each| assignment_row(place, each, &groups, &filters)).collect();
    let body = html! {
        (table("Assignments with groups and filters", &ASSIGNMENTS, false, &rows))
        p.help { "Names come from the last read of the directory's groups. Read them again if a group is shown by its id." }
    };
    Ok(section("assignments", "Assignments", &counted(rows.len() as u64, "assignment", "assignments"), &body))
}

fn assignment_row(
    place: &Place<'_>,
    each: &Assignment,
    groups: &HashMap<String, String>,
    filters: &HashMap<String, String>,
) -> Markup {
    let who = match (&each.target, &each.group_id) {
        (TargetKind::AllDevices, _) => html! { b { "All devices" } },
        (TargetKind::AllUsers, _) => html! { b { "All users" } },
        (_, Some(id)) => {
            let href = Fields::default().with("group", id.as_str()).href(&format!("{}/inventory", place.base()));
            html! { a.row-a href=(href) { @match groups.get(id) { Some(name) => { (name) } None => { span.mono { (id) } } } } }
        }
        (kind, None) => html! { b { (kind.to_string()) } },
    };
    let mode = match each.target {
        TargetKind::ExcludedGroup => tag("Exclude", "minus", Tone::Warn),
        _ => tag("Include", "plus", Tone::Ok),
    };
    let filter = match (&each.filter_id, each.filter_mode) {
        (Some(id), mode) => {
            let words = if mode == Some(FilterMode::Exclude) { "Exclude" } else { "Include" };
            html! { (words) " “" (filters.get(id).unwrap_or(id)) "”" }
        }
        (None, _) => html! { span.muted { "No filter" } },
    };
    let intent = html! { @match &each.intent { Some(intent) => { (intent) } None => { span.muted { "–" } } } };
    row("", &[cell("c-main", "", &who), cell("", "", &mode), cell("", "filter", &filter), cell("", "intent", &intent)])
}

/// Names of scope tags; one that was not observed keeps its id. The built-in one has no object of its own everywhere.
pub(crate) async fn scope_tag_names(place: &Place<'_>, ids: &[String]) -> Result<Vec<String>, WebError> {
    let names = object_names(place, "scopeTags", ids).await?;
    Ok(ids
        .iter()
        .map(|id| names.get(id).cloned().unwrap_or_else(|| if id == "0" { "Default".to_owned() } else { id.clone() }))
        .collect())
}

async fn object_names(place: &Place<'_>, type_key: &str, ids: &[String]) -> Result<HashMap<String, String>, WebError> {
    let mut names = HashMap::new();
    let Some(scope) = place.scope else { return Ok(names) };
    let tenant = place.shared.db().tenant(scope);
    for id in ids {
        if let Ok(object) = tenant.inventory().get(type_key, id).await {
            names.insert(id.clone(), object.row.name);
        }
    }
    Ok(names)
}

/// What of the object was not read, or since when it is missing.
pub(super) fn incompleteness(object: &ObjectDetail, has_version: bool) -> Markup {
    let row = &object.row;
    if let Some(missing) = &row.missing {
        let text = if missing.high_confidence {
            "The last complete pass did not find it."
        } else {
            "The last pass did not find it, but that pass was partial, so this is not certain."
        };
        return notice(&Notice {
            tone: Tone::Warn,
            icon: "help-circle",
            title: "Missing".into(),
            text: format!("{text} Its versions stay."),
            code: String::new(),
            actions: None,
        });
    }
    let Some(first) = row.missing_parts.first() else { return html! {} };
    let parts: Vec<String> = row
        .missing_parts
        .iter()
        .map(|part| format!("Not read: {}. {}", part_words(part), sentence(&part.message)))
        .collect();
    // Without a version the place of the settings says so itself.
    let shown = if has_version { " The last complete version is shown." } else { "" };
    notice(&Notice {
        tone: Tone::Warn,
        icon: "progress",
        title: "Not read completely by the last pass".into(),
        text: format!("{}{shown}", parts.join(" ")),
        code: first.code.clone(),
        actions: None,
    })
}

/// Versions, newest first.
pub(super) fn version_list(place: &Place<'_>, loaded: &Loaded, object_path: &str) -> Markup {
    let all = loaded.versions.len() as u64;
    let shown = loaded.shown.as_ref().map(|(row, _)| row.id);
    let view: Vec<Version> = loaded
        .versions
        .iter()
        .zip((1..=all).rev())
        .map(|(each, number)| Version {
            number,
            href: format!("{object_path}/versions/{}", each.id),
            by: by(each),
            what: each.author.as_ref().map(|by| (what(by), by.author.at)),
            at_ms: each.first_seen_at,
            note: format!("{}, “{}”", size(each.bytes), each.name),
            current: loaded.object.row.version == Some(each.id),
            shown: shown == Some(each.id),
        })
        .collect();
    let body = if view.is_empty() {
        html! { p.muted { "None yet." } }
    } else {
        versions(&place.now(), &view)
    };
    section("versions", "Versions", "", &body)
}

/// Who made it, or that this is not known.
fn by(version: &VersionRow) -> String {
    let Some(VersionAuthor { author, .. }) = &version.author else { return "Author unknown".to_owned() };
    let name = author.name.clone().or_else(|| author.id.clone()).unwrap_or_default();
    match author.kind {
        AuthorKind::Person => name,
        AuthorKind::Application => format!("{name} (application)"),
        AuthorKind::TenantAtlas => "TenantAtlas".to_owned(),
        AuthorKind::Unknown => "Author unknown".to_owned(),
    }
}

/// "Patch DeviceConfiguration and 2 other changes".
fn what(VersionAuthor { author, others }: &VersionAuthor) -> String {
    let activity = if author.activity.is_empty() { "Changed" } else { author.activity.as_str() };
    match others {
        0 => activity.to_owned(),
        others => format!("{activity} and {}", counted(*others, "other change", "other changes")),
    }
}

/// Intune's own time in the reader's zone; one that cannot be read stays as it was sent.
fn modified(now: &Now, text: &str) -> Markup {
    match text.parse::<jiff::Timestamp>() {
        Ok(at) => exact_time(now, at.as_millisecond()),
        Err(_) => html! { (text) },
    }
}

/// Ids and times.
pub(super) fn identity(now: &Now, loaded: &Loaded) -> Markup {
    let row = &loaded.object.row;
    let mut rows = vec![
        ("Object id", copyable(&row.external_id, "object id")),
        ("Type", html! { code { (row.type_key) } }),
        ("Category", html! { (row.category) }),
        (
            "Modified in Intune",
            html! { @match &row.modified_at { Some(at) => { (modified(now, at)) } None => { span.muted { "Not said" } } } },
        ),
        ("First seen", exact_time(now, row.first_seen_at)),
        ("Last seen", exact_time(now, row.last_seen_at)),
    ];
    if loaded.is_built_in() {
        rows.push(("Built in", html! { "Every directory has it: it is changed, never made or deleted" }));
    }
    section("identity", "Identity", "", &facts(&rows))
}
