//! Whether one item of a set could be written back today, and what stands in the way: a pure function of its contract, its
//! content and what there is around it. How much of a type can be restored at all is read from the registry.

use std::collections::{HashMap, HashSet};

use model::registry::content::{self, Reference};
use model::registry::{Contract, CreateMode, Mode};
use model::restore::Why;
use serde_json::Value;
use store::LinkedObject;

/// References of one item that are named one by one.
const NAMED_MAX: usize = 5;
/// Characters of an id that stand for it.
const SHORT_ID: usize = 8;

/// How much of an item could be written back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Restorable {
    /// All of it.
    Yes,
    /// Something is missing or has to be decided.
    Partly,
    /// Nothing.
    No,
}

/// The answer about one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How much.
    pub answer: Restorable,
    /// Why not all of it; empty for a yes.
    pub why: Vec<Why>,
}

/// What there is around an item.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// Objects and groups that were seen in the tenant, also those that are missing now.
    pub seen: HashMap<Reference, LinkedObject>,
    /// Objects that the set holds with their content.
    pub in_set: HashSet<Reference>,
    /// What an earlier restore made of an object that is gone, where that is there.
    pub made: HashSet<Reference>,
    /// Whether the directory's groups were ever read.
    pub groups_read: bool,
}

/// What is judged.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The object itself.
    pub this: &'a Reference,
    /// Its contract; absent when this version does not know its type.
    pub contract: Option<&'a Contract>,
    /// Its content; absent when it was not captured.
    pub document: Option<&'a Value>,
}

impl Surroundings {
    /// Whether it, or what a restore made of it, is there now, as last observed.
    fn is_there(&self, reference: &Reference) -> bool {
        let seen = self.seen.get(reference).is_some_and(|seen| seen.missing_since.is_none());
        seen || self.made.contains(reference)
    }
}

/// Judges one item.
pub fn judge(subject: &Subject<'_>, around: &Surroundings) -> Verdict {
    let Some(document) = subject.document else {
        return no("restore.not_captured", "It was not captured, so there is nothing to write back");
    };
    let Some(contract) = subject.contract else {
        return no("restore.type_unknown", "This version of TenantAtlas does not know its type");
    };
    let mut why = Vec::new();
    if let Err(refused) = mode(contract, &mut why) {
        return refused;
    }
    let is_there = around.is_there(subject.this);
    if let Err(refused) = way_back(contract, document, is_there, &mut why) {
        return refused;
    }
    not_in_the_backup(contract, document, is_there, &mut why);
    references(contract, document, around, &mut why);
    Verdict { answer: if why.is_empty() { Restorable::Yes } else { Restorable::Partly }, why }
}

fn no(code: &str, message: impl Into<String>) -> Verdict {
    Verdict { answer: Restorable::No, why: vec![reason(code, message)] }
}

fn reason(code: &str, message: impl Into<String>) -> Why {
    Why { code: code.to_owned(), message: message.into() }
}

/// What the registry says of the type.
fn mode(contract: &Contract, why: &mut Vec<Why>) -> Result<(), Verdict> {
    match &contract.restore {
        Mode::Enabled => {}
        Mode::PreviewOnly { reason: text } => {
            why.push(reason("restore.preview_only", format!("Only a plan can be made. {text}")));
        }
        Mode::Unsupported { reason: text } => return Err(no("restore.unsupported", text.as_str())),
    }
    Ok(())
}

/// What is there is changed and keeps its id; what is gone has to be made anew.
fn way_back(contract: &Contract, document: &Value, is_there: bool, why: &mut Vec<Why>) -> Result<(), Verdict> {
    if is_there {
        let update = &contract.update;
        return if update.method == "none" { Err(no("restore.cannot_change", update.reason.as_str())) } else { Ok(()) };
    }
    if content::is_built_in(contract, document) {
        let text = "It is not in the tenant, and what every directory has is changed, never made";
        return Err(no("restore.cannot_make", text));
    }
    match contract.create.mode {
        CreateMode::Yes => Ok(()),
        CreateMode::Partial => {
            let text = format!("It is not in the tenant and is made anew. {}", contract.create.reason);
            why.push(reason("restore.made_partly", text));
            Ok(())
        }
        CreateMode::PatchOnly | CreateMode::Never => {
            let text = format!("It is not in the tenant and cannot be made anew. {}", contract.create.reason);
            Err(no("restore.cannot_make", text))
        }
    }
}

/// What Graph does not give away. Of values that it conceals the document says where they are.
fn not_in_the_backup(contract: &Contract, document: &Value, is_there: bool, why: &mut Vec<Why>) {
    let masked: Vec<&str> = contract
        .masked
        .iter()
        .filter(|path| !content::path::values(document, path).is_empty())
        .map(String::as_str)
        .collect();
    if !masked.is_empty() {
        why.push(reason("restore.secrets", format!("Secret values have to be given again: {}", masked.join(", "))));
    } else if conceals(document) {
        why.push(reason("restore.secrets", "Values of secret settings have to be given again"));
    }
    // What an update leaves alone stays as it is; only a new object lacks it.
    let contents: Vec<&str> =
        contract.unread.iter().map(String::as_str).filter(|each| !each.contains("value")).collect();
    if !is_there && !contents.is_empty() {
        why.push(reason("restore.unread", format!("Not in the backup: {}", contents.join(", "))));
    }
}

/// Whether a value in it is a token in place of what was entered: a secret setting of the settings catalog, an encrypted
/// OMA-URI value.
fn conceals(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(conceals),
        Value::Object(map) => {
            let kind = map.get("@odata.type").and_then(Value::as_str).unwrap_or_default();
            let encrypted = map.get("isEncrypted").and_then(Value::as_bool).unwrap_or_default();
            encrypted || kind.ends_with("SecretSettingValue") || map.values().any(conceals)
        }
        _ => false,
    }
}

/// What it names and what is neither in the tenant nor in the set. What has no type here cannot be judged.
fn references(contract: &Contract, document: &Value, around: &Surroundings, why: &mut Vec<Why>) {
    let named = content::references(contract, document);
    let (groups, objects): (Vec<_>, Vec<_>) = named.into_iter().partition(|named| named.kind == "groups");
    if !groups.is_empty() && !around.groups_read {
        let text = "The directory's groups were never read, so nobody knows whether those that it names are there";
        why.push(reason("restore.groups_unknown", text));
    }
    let groups = groups.into_iter().filter(|named| around.groups_read && !around.is_there(named));
    let objects = objects.into_iter().filter(|named| {
        !is_everywhere(named) && !around.is_there(named) && !around.in_set.contains(named) && has_type(named)
    });
    let gone: Vec<Reference> = groups.chain(objects).collect();
    why.extend(gone.iter().take(NAMED_MAX).map(|named| reason("restore.reference_gone", refers_to(named, around))));
    if gone.len() > NAMED_MAX {
        let text = format!("Refers to {} more that are not there", gone.len() - NAMED_MAX);
        why.push(reason("restore.reference_gone", text));
    }
}

/// The default scope tag.
fn is_everywhere(named: &Reference) -> bool {
    named.kind == "scopeTags" && named.external_id == "0"
}

fn has_type(named: &Reference) -> bool {
    model::registry::Registry::embedded().get(&named.kind).is_some_and(|contract| contract.inventory)
}

fn refers_to(named: &Reference, around: &Surroundings) -> String {
    let label = model::registry::Registry::embedded().label(&named.kind);
    let name = around.seen.get(named).and_then(|seen| seen.name.clone()).filter(|name| !name.is_empty());
    let name = name.map_or_else(|| short(&named.external_id), |name| format!("“{name}”"));
    let place =
        if named.kind == "groups" { "not in the directory any more" } else { "neither in the tenant nor in this set" };
    format!("Refers to {label} {name}, which is {place}")
}

fn short(id: &str) -> String {
    let start: String = id.chars().take(SHORT_ID).collect();
    if start.len() < id.len() { format!("{start}…") } else { start }
}

#[cfg(test)]
mod tests {
    use model::registry::Registry;
    use serde_json::json;

    use super::*;

    fn reference(kind: &str, id: &str) -> Reference {
        Reference { kind: kind.into(), external_id: id.into() }
    }

    /// A contract that may be restored, whatever the registry says of it today.
    fn contract(key: &str) -> Contract {
        let contract = Registry::embedded().get(key).expect("contract").clone();
        Contract { restore: Mode::Enabled, ..contract }
    }

    fn around(there: &[Reference], gone: &[Reference]) -> Surroundings {
        let object = |missing: Option<i64>| {
            move |reference: &Reference| {
                let name = Some(format!("Name of {}", reference.external_id));
                (reference.clone(), LinkedObject { reference: reference.clone(), name, missing_since: missing })
            }
        };
        let seen = there.iter().map(object(None)).chain(gone.iter().map(object(Some(1)))).collect();
        Surroundings { seen, in_set: HashSet::new(), made: HashSet::new(), groups_read: true }
    }

    fn judged(contract: &Contract, document: &Value, around: &Surroundings) -> (Restorable, Vec<String>) {
        let this = reference(&contract.key, "a");
        let verdict = judge(&Subject { this: &this, contract: Some(contract), document: Some(document) }, around);
        (verdict.answer, verdict.why.into_iter().map(|why| format!("{}: {}", why.code, why.message)).collect())
    }

    #[test]
    fn what_is_there_or_can_be_made_with_all_that_it_names_is_restored() {
        let contract = contract("settingsCatalog");
        let document = json!({ "roleScopeTagIds": ["0"], "assignments": [{ "target": { "groupId": "g" } }] });
        let there = around(&[reference("settingsCatalog", "a"), reference("groups", "g")], &[]);
        assert_eq!(judged(&contract, &document, &there), (Restorable::Yes, Vec::new()));
        let made = around(&[reference("groups", "g")], &[]);
        assert_eq!(
            judged(&contract, &document, &made),
            (Restorable::Yes, Vec::new()),
            "values of no secret are missing"
        );
    }

    #[test]
    fn what_it_names_and_what_is_gone_is_said_by_name() {
        let contract = contract("settingsCatalog");
        let target = json!({ "groupId": "g-12345678", "deviceAndAppManagementAssignmentFilterType": "include",
            "deviceAndAppManagementAssignmentFilterId": "f" });
        let document = json!({ "roleScopeTagIds": ["7"], "assignments": [{ "target": target }] });
        let mut gone = around(&[], &[reference("assignmentFilters", "f")]);
        let (answer, why) = judged(&contract, &document, &gone);
        assert_eq!(answer, Restorable::Partly);
        assert_eq!(
            why,
            [
                "restore.reference_gone: Refers to Group g-123456…, which is not in the directory any more",
                "restore.reference_gone: Refers to Assignment filter “Name of f”, which is neither in the tenant nor in this set",
                "restore.reference_gone: Refers to Scope tag 7, which is neither in the tenant nor in this set",
            ]
        );
        gone.in_set.extend([reference("assignmentFilters", "f"), reference("scopeTags", "7")]);
        gone.groups_read = false;
        let (answer, why) = judged(&contract, &document, &gone);
        assert_eq!((answer, why.len()), (Restorable::Partly, 1), "the set brings them back");
        assert!(why[0].starts_with("restore.groups_unknown"), "{why:?}");
    }

    #[test]
    fn many_that_are_gone_are_counted() {
        let contract = contract("settingsCatalog");
        let targets: Vec<_> = (0..8).map(|number| json!({ "target": { "groupId": format!("g{number}") } })).collect();
        let (_, why) = judged(&contract, &json!({ "assignments": targets }), &around(&[], &[]));
        assert_eq!(why.len(), NAMED_MAX + 1);
        assert!(why[NAMED_MAX].ends_with("Refers to 3 more that are not there"), "{why:?}");
    }

    #[test]
    fn secrets_are_given_again_where_the_content_has_one() {
        let wifi = contract("deviceConfigurations");
        let there = around(&[reference("deviceConfigurations", "a")], &[]);
        let (answer, why) = judged(&wifi, &json!({ "preSharedKey": null }), &there);
        assert_eq!(
            (answer, why.as_slice()),
            (
                Restorable::Partly,
                &["restore.secrets: Secret values have to be given again: preSharedKey".to_owned()][..]
            )
        );
        assert_eq!(judged(&wifi, &json!({ "omaSettings": [{ "isEncrypted": false }] }), &there).0, Restorable::Yes);
        for concealed in [
            json!({ "omaSettings": [{ "isEncrypted": true }] }),
            json!({ "settings": [{ "value": { "@odata.type": "#microsoft.graph.deviceManagementConfigurationSecretSettingValue" } }] }),
        ] {
            let (answer, why) = judged(&wifi, &concealed, &there);
            assert!(answer == Restorable::Partly && why[0].starts_with("restore.secrets"), "{why:?}");
        }
    }

    #[test]
    fn the_registry_says_what_of_a_type_can_be_written() {
        let code = |contract: &Contract, document: Value, around: &Surroundings| {
            let (answer, why) = judged(contract, &document, around);
            (answer, why.first().map(|why| why.split(':').next().unwrap_or_default().to_owned()).unwrap_or_default())
        };
        let nothing = around(&[], &[]);
        let preview = Contract { restore: Mode::PreviewOnly { reason: "Not yet".into() }, ..contract("scopeTags") };
        assert_eq!(code(&preview, json!({}), &nothing), (Restorable::Partly, "restore.preview_only".into()));
        let unsupported = Contract { restore: Mode::Unsupported { reason: "Never".into() }, ..contract("scopeTags") };
        assert_eq!(code(&unsupported, json!({}), &nothing), (Restorable::No, "restore.unsupported".into()));
        let built_in = json!({ "isBuiltIn": true });
        assert_eq!(code(&contract("scopeTags"), built_in, &nothing), (Restorable::No, "restore.cannot_make".into()));
        let templates = contract("notificationTemplates");
        assert_eq!(templates.create.mode, CreateMode::Partial, "else this proves nothing");
        assert_eq!(code(&templates, json!({}), &nothing), (Restorable::Partly, "restore.made_partly".into()));
        let there = around(&[reference("notificationTemplates", "a")], &[]);
        assert_eq!(code(&templates, json!({}), &there), (Restorable::Yes, String::new()), "it is changed in place");
        let apps = contract("mobileApps");
        let (_, why) = judged(&apps, &json!({}), &nothing);
        assert!(why.iter().any(|why| why == "restore.unread: Not in the backup: installers"), "{why:?}");
        assert_eq!(code(&apps, json!({}), &around(&[reference("mobileApps", "a")], &[])).0, Restorable::Yes);
    }

    #[test]
    fn what_was_not_captured_or_is_not_known_cannot_be_restored() {
        let this = reference("somethingNew", "a");
        let around = around(&[], &[]);
        let empty = judge(&Subject { this: &this, contract: None, document: None }, &around);
        assert_eq!((empty.answer, empty.why[0].code.as_str()), (Restorable::No, "restore.not_captured"));
        let unknown = judge(&Subject { this: &this, contract: None, document: Some(&json!({})) }, &around);
        assert_eq!((unknown.answer, unknown.why[0].code.as_str()), (Restorable::No, "restore.type_unknown"));
    }
}
