//! The layout of IntuneManagement: full types, links instead of definitions, a table of groups to find them by name elsewhere.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Object, Problem, Source, SourceFile, folders, group_policy, names, plain_text};
use crate::registry::Registry;
use crate::registry::content::references;

/// Windows PowerShell reads text without a mark as the machine's old code page.
const MARK: &str = "\u{feff}";

/// Its path and text.
pub(super) fn file(object: &Object, source: &Source) -> Result<(String, String), Problem> {
    let no_place = || Problem::new("export.no_place", "IntuneManagement does not keep objects of this type");
    let folder = folders::intune_management(&object.type_key).ok_or_else(no_place)?;
    let mut document = object.document.clone();
    group_policy::to_links(&mut document, &source.graph_url);
    if let (Some(map), Some(contract)) = (document.as_object_mut(), Registry::embedded().get(&object.type_key))
        && !map.contains_key("@odata.type")
    {
        map.shift_insert(0, "@odata.type".to_owned(), json!(format!("#microsoft.graph.{}", contract.entity)));
    }
    let mut text = plain_text(&document);
    if !source.directory_id.is_empty() {
        text = text.replace(&source.directory_id, "%OrganizationId%");
    }
    let name = names::safe(&object.name);
    Ok((format!("{folder}/{name}_{}.json", names::file_id(&object.external_id)), format!("{MARK}{text}")))
}

/// The groups that an object names.
pub(super) fn groups(object: &Object) -> impl Iterator<Item = String> {
    let contract = Registry::embedded().get(&object.type_key);
    let named = contract.map(|contract| references(contract, &object.document)).unwrap_or_default();
    named.into_iter().filter(|one| one.kind == "groups").map(|one| one.external_id)
}

/// `MigrationTable.json`: what the ids of groups mean, by which an import finds them in another directory.
pub(super) fn table(source: &Source, groups: &BTreeSet<String>) -> SourceFile {
    let known = groups.iter().filter_map(|id| Some((id, source.groups.get(id)?)));
    let objects: Vec<Value> =
        known.map(|(id, name)| json!({ "Id": id, "DisplayName": name, "Type": "#microsoft.graph.group" })).collect();
    let table = json!({ "TenantId": source.directory_id, "Organization": source.organisation, "Objects": objects });
    SourceFile { path: "MigrationTable.json".to_owned(), bytes: format!("{MARK}{}", plain_text(&table)).into_bytes() }
}
