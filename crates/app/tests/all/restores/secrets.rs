//! Values that no version has: entered for one restore, sent, and found nowhere afterwards.

use app::restores::{
    EnteredSecret, Mapping, MissingSecret, ObjectKey, ShownPlan, Source, discard, enter_secrets, gates, mapping, open,
};
use graph_sim::{Fault, FaultKind, FaultMatch};
use model::ids::RestoreId;
use model::restore::Action;
use model::run::{ItemOutcome, Outcome};
use secrecy::SecretString;
use serde_json::{Value, json};
use testkit::restoring::{begun, executed, planned, previewed, revision};
use testkit::{TestDatabase, World, on_both_databases};

use crate::support::{CATALOG, id_at};

on_both_databases!(
    what_was_entered_is_written_and_found_nowhere,
    what_nobody_entered_is_left_out_and_said,
    a_policy_that_is_replaced_as_a_whole_needs_its_secrets,
    a_lost_answer_about_nothing_but_a_secret_is_not_guessed,
    what_is_no_secret_is_refused,
    what_was_entered_is_for_one_restore,
);

const CONFIGURATIONS: &str = "deviceManagement/deviceConfigurations";
const ENTERED: [&str; 4] = ["entered-key-of-wifi-91", "entered-password-92", "<entered xml='93'/>", "entered-blob-94"];

/// A tenant with a set in which four values are missing: the key of a Wi-Fi profile, two OMA-URI values, a secret setting.
struct Masked {
    world: World,
    source: Source,
    wifi: String,
    kiosk: String,
    policy: String,
}

impl Masked {
    async fn new(database: &TestDatabase) -> Self {
        let world = World::seeded(database, 160).await;
        let all = world.simulator.objects(world.directory(), CONFIGURATIONS);
        let id = |fits: &dyn Fn(&Value) -> bool| {
            let found = all.iter().find(|object| fits(object)).expect("the tenant has one");
            found["id"].as_str().expect("an id").to_owned()
        };
        let wifi = id(&|object| object.get("preSharedKey").is_some());
        let kiosk =
            id(&|object| object["displayName"].as_str().is_some_and(|name| name.contains("Kiosk administrator")));
        let policy = id_at(&world, CATALOG, 0);
        world.simulator.change(world.directory(), CONFIGURATIONS, &kiosk, |object| {
            let row = json!({ "@odata.type": "#microsoft.graph.omaSettingStringXml", "displayName": "Profile", "description": "",
                "omaUri": "./Device/Profile", "fileName": "p.xml", "secretReferenceValueId": "x", "isEncrypted": true, "value": "****" });
            object["omaSettings"].as_array_mut().expect("rows").push(row);
        });
        world.simulator.change(world.directory(), CATALOG, &policy, |object| {
            let value = json!({ "@odata.type": "#microsoft.graph.deviceManagementConfigurationSecretSettingValue",
                "value": "b2f1d4f0-0000-4000-8000-000000000001", "valueState": "encryptedValueToken" });
            let instance = json!({ "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
                "settingDefinitionId": "device_vendor_msft_onboarding_blob", "simpleSettingValue": value });
            let settings = object["settings"].as_array_mut().expect("settings");
            settings.push(json!({ "id": settings.len().to_string(), "settingInstance": instance }));
            object["settingCount"] = json!(object["settings"].as_array().map(Vec::len));
        });
        let (row, set) = world.back_up("before").await;
        assert_eq!(row.outcome, Outcome::Succeeded, "{:?}", row.reason);
        let source = Source::Set { tenant: world.tenants[0].id, set, objects: None };
        Self { world, source, wifi, kiosk, policy }
    }

    /// Those three objects are gone.
    fn lose(&self) {
        for (collection, id) in [(CONFIGURATIONS, &self.wifi), (CONFIGURATIONS, &self.kiosk), (CATALOG, &self.policy)] {
            assert!(self.world.simulator.remove(self.world.directory(), collection, id));
        }
    }

    async fn begin(&self) -> RestoreId {
        begun(&self.world, self.source.clone()).await
    }

    async fn mapping(&self, restore: RestoreId) -> Mapping {
        let scope = self.world.scope().await;
        let opened = open(&self.world.db, &scope, restore).await.unwrap();
        mapping(&self.world.db, &scope, &opened).await.unwrap()
    }

    /// What is missing of our objects, in the order of [`ENTERED`].
    async fn missing(&self, restore: RestoreId) -> Vec<MissingSecret> {
        let all = self.mapping(restore).await.secrets;
        let places = [
            (&self.wifi, "/preSharedKey"),
            (&self.kiosk, "/omaSettings/0/value"),
            (&self.kiosk, "/omaSettings/1/value"),
            (&self.policy, "simpleSettingValue/value"),
        ];
        let one = |(id, end): (&String, &str)| {
            let found = all.iter().find(|secret| secret.object.id == *id && secret.pointer.ends_with(end));
            found.unwrap_or_else(|| panic!("{id}{end} is missing: {all:#?}")).clone()
        };
        places.into_iter().map(one).collect()
    }

    async fn enter(&self, restore: RestoreId, given: &[(MissingSecret, Option<&str>)]) -> Result<i64, model::AppError> {
        let scope = self.world.scope().await;
        let revision = revision(&self.world, &scope, restore).await;
        let secret = |(secret, value): &(MissingSecret, Option<&str>)| EnteredSecret {
            object: secret.object.clone(),
            pointer: secret.pointer.clone(),
            value: value.map(SecretString::from),
        };
        enter_secrets(&self.world.db, &scope, restore, revision, given.iter().map(secret).collect()).await
    }

    async fn enter_all(&self, restore: RestoreId) {
        let missing = self.missing(restore).await;
        let given: Vec<_> = missing.into_iter().zip(ENTERED.map(Some)).collect();
        self.enter(restore, &given).await.unwrap();
    }

    fn sent(&self) -> Vec<String> {
        self.world.simulator.kept_secrets(self.world.directory()).into_values().collect()
    }
}

fn of<'a>(plan: &'a ShownPlan, key: &str, id: &str) -> (Action, usize, &'a [String]) {
    let item = planned(plan, key, id);
    (item.action, item.secrets().count(), &item.secrets_missing)
}

async fn what_was_entered_is_written_and_found_nowhere(database: &TestDatabase) {
    let masked = Masked::new(database).await;
    ENTERED.iter().for_each(|value| database.forbid(*value));
    database.forbid("PGVudGVyZWQgeG1sPSc5Mycvg==".get(..20).unwrap());
    masked.lose();
    let restore = masked.begin().await;
    masked.enter_all(restore).await;
    let (_, plan) = previewed(&masked.world, restore).await;
    assert_eq!(of(&plan, "deviceConfigurations", &masked.wifi), (Action::Create, 1, &[][..]));
    assert_eq!(of(&plan, "deviceConfigurations", &masked.kiosk), (Action::Create, 2, &[][..]));
    assert_eq!(of(&plan, "settingsCatalog", &masked.policy), (Action::Create, 1, &[][..]));
    for value in ENTERED {
        assert!(database.places_of(value).await.is_empty(), "{value} waits encrypted");
    }
    let run = executed(&masked.world, &plan).await;
    let items = masked.world.items(run.id).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?} {items:#?}", run.reason);
    let sent = masked.sent();
    let xml = "PGVudGVyZWQgeG1sPSc5MycvPg==";
    for value in [ENTERED[0], ENTERED[1], xml, ENTERED[3]] {
        assert!(sent.iter().any(|one| one == value), "{value} in {sent:?}");
    }
    let about = |id: &str| items.iter().find(|item| item.key.ends_with(id)).and_then(|item| item.message.clone());
    assert!(about(&masked.wifi).unwrap_or_default().contains("Secrets in it cannot be compared"), "{items:#?}");
    let scope = masked.world.scope().await;
    let kept = masked.world.db.tenant(&scope).restores().secrets_kept(restore).await.unwrap();
    assert!(kept.is_empty(), "the restore is over: {kept:?}");
}

async fn what_nobody_entered_is_left_out_and_said(database: &TestDatabase) {
    let masked = Masked::new(database).await;
    let restore = masked.begin().await;
    let missing = masked.missing(restore).await;
    let names: Vec<&str> = missing.iter().map(|secret| secret.name.as_str()).collect();
    assert_eq!(names[..3], ["Pre shared key", "Local administrator password", "Profile"]);
    assert!(names[3].to_lowercase().contains("blob"), "{names:?}");
    assert!(missing.iter().all(|secret| !secret.for_new && !secret.entered), "what is there keeps what it has");
    masked.lose();
    masked.world.sync().await;
    assert!(masked.missing(restore).await.iter().all(|secret| secret.lines == (secret.name == "Profile")));
    masked.enter(restore, &[(missing[1].clone(), Some(ENTERED[1]))]).await.unwrap();
    let (_, plan) = previewed(&masked.world, restore).await;
    assert_eq!(
        of(&plan, "deviceConfigurations", &masked.wifi),
        (Action::Create, 0, &["Pre shared key".to_owned()][..])
    );
    assert_eq!(of(&plan, "deviceConfigurations", &masked.kiosk), (Action::Create, 1, &["Profile".to_owned()][..]));
    let run = executed(&masked.world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?} {:#?}", run.reason, masked.world.items(run.id).await);
    assert_eq!(masked.sent(), [ENTERED[1]]);
}

async fn a_policy_that_is_replaced_as_a_whole_needs_its_secrets(database: &TestDatabase) {
    let masked = Masked::new(database).await;
    let restore = masked.begin().await;
    masked.world.simulator.change(masked.world.directory(), CATALOG, &masked.policy, |policy| {
        policy["description"] = json!("changed");
    });
    let (_, plan) = previewed(&masked.world, restore).await;
    let item = planned(&plan, "settingsCatalog", &masked.policy);
    assert_eq!((item.action, item.why[0].code.as_str()), (Action::Impossible, "restore.secret_needed"));
    let missing = masked.missing(restore).await;
    masked.enter(restore, &[(missing[3].clone(), Some(ENTERED[3]))]).await.unwrap();
    let (_, plan) = previewed(&masked.world, restore).await;
    assert_eq!(of(&plan, "settingsCatalog", &masked.policy), (Action::Update, 1, &[][..]));
    let run = executed(&masked.world, &plan).await;
    assert_eq!(run.outcome, Outcome::Succeeded, "{:?} {:#?}", run.reason, masked.world.items(run.id).await);
    assert_eq!(masked.sent(), [ENTERED[3]]);
}

async fn a_lost_answer_about_nothing_but_a_secret_is_not_guessed(database: &TestDatabase) {
    let masked = Masked::new(database).await;
    for kind in [FaultKind::AnswerLost, FaultKind::Reset] {
        let restore = masked.begin().await;
        let missing = masked.missing(restore).await;
        masked.enter(restore, &[(missing[0].clone(), Some(ENTERED[0]))]).await.unwrap();
        let (_, plan) = previewed(&masked.world, restore).await;
        assert_eq!(of(&plan, "deviceConfigurations", &masked.wifi), (Action::Update, 1, &[][..]), "it is set again");
        let matches = FaultMatch { path: CONFIGURATIONS.into(), method: Some("PATCH".into()), ..FaultMatch::default() };
        let fault = Fault { matches, times: Some(1), ..Fault::on(CONFIGURATIONS, kind) };
        masked.world.simulator.add_fault(masked.world.directory(), fault);
        let run = executed(&masked.world, &plan).await;
        let items = masked.world.items(run.id).await;
        let item = items.iter().find(|item| item.key.ends_with(&masked.wifi)).expect("its item");
        assert_eq!((item.outcome, item.code.as_deref()), (ItemOutcome::Unknown, Some("restore.unknown")), "{items:#?}");
        masked.world.simulator.clear_faults(masked.world.directory());
    }
}

async fn what_is_no_secret_is_refused(database: &TestDatabase) {
    let masked = Masked::new(database).await;
    let restore = masked.begin().await;
    let wifi = masked.missing(restore).await.remove(0);
    let elsewhere = MissingSecret { pointer: "/displayName".into(), ..wifi.clone() };
    let nowhere = MissingSecret { object: ObjectKey::new("deviceConfigurations", "gone"), ..wifi.clone() };
    let long = "x".repeat(65_537);
    for (secret, value, code) in [
        (&elsewhere, "x", "restore.no_secret_there"),
        (&nowhere, "x", "restore.no_secret_there"),
        (&wifi, "****", "restore.secret_masked"),
        (&wifi, "", "restore.secret_value"),
        (&wifi, long.as_str(), "restore.secret_value"),
    ] {
        let error = masked.enter(restore, &[(secret.clone(), Some(value))]).await.unwrap_err();
        assert_eq!(error.code, code);
        assert!(!format!("{error:?}").contains(&long), "a value is in no error");
    }
    let scope = masked.world.scope().await;
    assert_eq!(revision(&masked.world, &scope, restore).await, 2, "nothing was kept");
    let error = enter_secrets(&masked.world.db, &scope, restore, 1, Vec::new()).await.unwrap_err();
    assert_eq!(error.code, "restore.changed_meanwhile");
}

async fn what_was_entered_is_for_one_restore(database: &TestDatabase) {
    let masked = Masked::new(database).await;
    masked.lose();
    let (restore, scope) = (masked.begin().await, masked.world.scope().await);
    masked.enter_all(restore).await;
    let kept = || async { masked.world.db.tenant(&scope).restores().secrets_kept(restore).await.unwrap().len() };
    assert_eq!(kept().await, 4);
    let missing = masked.missing(restore).await;
    assert!(missing.iter().all(|secret| secret.entered));
    let (_, plan) = previewed(&masked.world, restore).await;
    masked.enter(restore, &[(missing[0].clone(), Some("another")), (missing[1].clone(), None)]).await.unwrap();
    assert_eq!(kept().await, 3, "one was replaced, one forgotten");
    let row = masked.world.db.tenant(&scope).restores().get(restore).await.unwrap();
    assert!(!row.has_current_plan(), "another value makes the plan stale");
    assert!(
        gates(&masked.world.db, &scope, &row)
            .await
            .unwrap()
            .iter()
            .any(|gate| gate.code == "restore.secret_gone" && gate.open)
    );
    // A later look at the same set starts without them.
    let other = masked.begin().await;
    assert!(masked.missing(other).await.iter().all(|secret| !secret.entered));
    assert!(
        !String::from_utf8_lossy(&masked.world.db.tenant(&scope).restores().plan(restore).await.unwrap())
            .contains(ENTERED[0])
    );
    drop(plan);
    masked.world.db.tenant(&scope).restores().forget_secrets(restore).await.unwrap();
    let closed = gates(&masked.world.db, &scope, &row).await.unwrap();
    assert!(closed.iter().any(|gate| gate.code == "restore.secret_gone" && !gate.open), "{closed:?}");
    discard(&masked.world.db, &scope, restore).await.unwrap();
}
