//! Folders made here, and the corpus of real exports.

use std::path::PathBuf;

use serde_json::json;

use super::*;

fn load_files(files: &[(&str, &[u8])]) -> (Store, LoadReport) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut store = Store::default();
    let report = load(&mut store, folder.path()).unwrap();
    (store, report)
}

#[test]
fn the_second_object_with_an_id_gets_another_and_the_report_says_so() {
    let object = br##"{"@odata.type":"#microsoft.graph.iosCompliancePolicy","id":"1","displayName":"x"}"##;
    let (store, report) = load_files(&[("a.json", object), ("b/c.json", object)]);
    assert_eq!(store.collection("deviceManagement/deviceCompliancePolicies").unwrap().len(), 2);
    assert_eq!(report.placed[0].id, "1");
    assert_ne!(report.placed[1].id, "1");
    assert!(report.placed[1].note.as_ref().unwrap().contains("another object has 1"));
}

#[test]
fn an_export_of_what_every_tenant_has_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let tag = br##"{"@odata.type":"#microsoft.graph.roleScopeTag","id":"0","displayName":"Default","description":"exported"}"##;
    std::fs::write(folder.path().join("tag.json"), tag).unwrap();
    let spec = crate::TenantSpec::named("Contoso", crate::Content::Empty);
    let mut store = crate::content::base(&spec);
    let report = load(&mut store, folder.path()).unwrap();
    assert_eq!((report.placed[0].id.as_str(), &report.placed[0].note), ("0", &None));
    let tags = store.all("deviceManagement/roleScopeTags");
    assert_eq!((tags.len(), &tags[0]["description"]), (1, &json!("exported")));
}

#[test]
fn what_has_no_place_is_listed_with_the_reason() {
    let (_, report) = load_files(&[
        ("broken.json", b"{\"a\":"),
        ("empty.json", b""),
        ("list.json", b"[]"),
        ("number.json", b"7"),
        ("other.json", br#"{"name":"package","version":"1.0.0"}"#),
        ("type.json", br##"{"@odata.type":"#microsoft.graph.user"}"##),
        ("abstract.json", br##"{"@odata.type":"#microsoft.graph.managedAppPolicy"}"##),
        ("readme.txt", b"not looked at"),
    ]);
    assert!(report.placed.is_empty(), "{:?}", report.placed);
    assert_eq!(report.unplaced.len(), 7, "{:?}", report.unplaced);
    assert!(report.unplaced.iter().all(|miss| !miss.reason.is_empty()));
}

#[test]
fn objects_without_a_type_are_placed_by_context_or_shape() {
    let (store, report) = load_files(&[
        ("page.json", br#"{"@odata.context":"https://graph.microsoft.com/beta/$metadata#deviceManagement/deviceCategories","value":[{"id":"1","displayName":"a"},{"id":"2","displayName":"b"}]}"#),
        ("portal.json", br#"{"name":"p","platforms":"windows10","technologies":"mdm","settings":{"settingInstance":{}}}"#),
        ("ca.json", br#"{"displayName":"CA","state":"disabled","conditions":{},"grantControls":null}"#),
        ("filter.json", br#"{"displayName":"f","platform":"iOS","rule":"(x)"}"#),
    ]);
    assert!(report.unplaced.is_empty(), "{:?}", report.unplaced);
    assert_eq!(store.collection("deviceManagement/deviceCategories").unwrap().len(), 2);
    let policy = &store.all("deviceManagement/configurationPolicies")[0];
    assert_eq!(policy["settings"][0]["id"], "0");
    assert_eq!(policy["settingCount"], 1);
}

#[test]
fn an_exported_administrative_template_becomes_definition_values_again() {
    let (store, _) = load_files(&[(
        "a.json",
        br##"{"@odata.type":"#microsoft.graph.groupPolicyConfiguration","id":"g","displayName":"a","definitionValues":{
            "enabled":true,"#Definition_Id":"d","#Definition_displayName":"Name","#Definition_classType":"machine",
            "definition@odata.bind":"https://graph.microsoft.com/beta/deviceManagement/groupPolicyDefinitions('d')",
            "presentationValues":[{"value":"1","presentation@odata.bind":"https://x/definitions('d')/presentations('p')","#Presentation_Label":"L"}]}}"##,
    )]);
    let value = &store.all("deviceManagement/groupPolicyConfigurations")[0]["definitionValues"][0];
    assert_eq!(value["definition"], json!({ "id": "d", "displayName": "Name", "classType": "machine" }));
    assert!(value["id"].is_string());
    assert_eq!(value["presentationValues"][0]["value"], "1");
    assert_eq!(value["presentationValues"][0]["presentation"]["label"], "L");
    assert_eq!(value["presentationValues"][0]["presentation"]["id"], "p");
}

#[test]
fn the_corpus_of_real_exports_is_placed_whole() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let shared = std::env::var_os("TENANTATLAS_SHARED").map_or_else(|| root.join("shared"), PathBuf::from);
    let corpus = shared.join("corpus");
    if !corpus.is_dir() {
        println!("SKIPPED: there is no corpus at ../shared/corpus; set TENANTATLAS_SHARED");
        return;
    }
    let mut store = Store::default();
    let report = load(&mut store, &corpus).unwrap();
    // The index of the corpus is a JSON file as well, and no policy.
    let missed: Vec<&str> = report.unplaced.iter().map(|miss| miss.file.as_str()).collect();
    assert_eq!(missed, ["INDEX.json"], "{:?}", report.unplaced);
    assert_eq!(report.placed.len(), 166);
    let templates = usize::from(store.collection("deviceManagement/templates").is_some());
    assert_eq!(templates, 1, "the templates of the intents are there");
}
