//! Endpoint security and configuration beside the catalog: intents, Linux compliance, reusable settings, imported ADMX,
//! BIOS configuration, the properties catalog.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::assignments;
use super::generate::Maker;
use super::names::description;
use super::objects::{assigned, marked, plain, without};
use crate::random::Random;

const NO_TEMPLATE: &str = "00000000-0000-0000-0000-000000000000";

/// A legacy endpoint security policy, made from a template of Microsoft's.
pub(super) fn intent(maker: &mut Maker, index: usize) -> Value {
    const SETTINGS: &[(&str, bool)] = &[
        ("windows10EndpointProtectionConfiguration_firewallBlockStatefulFTP", true),
        ("windows10EndpointProtectionConfiguration_bitLockerEncryptDevice", true),
        ("windows10GeneralConfiguration_defenderRequireRealTimeMonitoring", true),
        ("windowsIdentityProtectionConfiguration_useSecurityKeyForSignin", false),
    ];
    const TEMPLATES: &[(&str, &str)] = &[
        ("Disk encryption", "d02f2162-fcac-48db-9b7b-b0a3f76f6c6e"),
        ("Antivirus", "804339ad-1553-4478-a742-138fb5807418"),
    ];
    let (topic, template) = TEMPLATES[index % TEMPLATES.len()];
    let setting = |maker: &mut Maker, name: &str, value: bool| {
        json!({
            "@odata.type": "#microsoft.graph.deviceManagementBooleanSettingInstance",
            "id": maker.random.guid(),
            "definitionId": format!("deviceConfiguration--{name}"),
            "valueJson": value.to_string(),
            "value": value,
        })
    };
    let settings: Vec<Value> = SETTINGS.iter().map(|(name, value)| setting(maker, name, *value)).collect();
    let own = json!({ "templateId": template, "isMigratingToConfigurationPolicy": false, "settings": settings });
    let object = plain(maker, "WIN", topic, own);
    without(marked(maker, object, assignments::bare), &["createdDateTime"])
}

/// A compliance policy for Linux.
pub(super) fn linux_compliance(maker: &mut Maker, _: usize) -> Value {
    let id = maker.random.guid();
    let (created, modified) = maker.moments();
    let choice = |id: &str, value: &str| {
        json!({
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
            "settingDefinitionId": id, "settingInstanceTemplateReference": null,
            "choiceSettingValue": {
                "settingValueTemplateReference": null, "value": format!("{id}_{value}"), "children": [],
            },
        })
    };
    let settings = [
        choice("linux_deviceencryption_required", "true"),
        choice("linux_passwordpolicy_minimumlength", if maker.random.chance(50) { "8" } else { "12" }),
    ];
    let settings: Vec<Value> = settings
        .into_iter()
        .enumerate()
        .map(|(index, instance)| json!({ "id": index.to_string(), "settingInstance": instance }))
        .collect();
    let action = json!({
        "id": maker.random.guid(), "gracePeriodHours": 24 * maker.random.below(3), "actionType": "block",
        "notificationTemplateId": NO_TEMPLATE, "notificationMessageCCList": [],
    });
    let assignments = assignments::make(maker, &id);
    json!({
        "id": id, "createdDateTime": created, "lastModifiedDateTime": modified, "creationSource": null,
        "name": maker.name("LNX", "Compliance"), "description": description(&mut maker.random, "Compliance"),
        "platforms": "linux", "technologies": "linuxMdm", "roleScopeTagIds": maker.scope_tags(),
        "settingCount": settings.len(), "isAssigned": !assignments.is_empty(), "settings": settings,
        "scheduledActionsForRule": [{ "id": maker.random.guid(), "ruleName": null, "scheduledActionConfigurations": [action] }],
        "assignments": assignments,
    })
}

/// A group of firewall addresses that several policies use.
pub(super) fn reusable_setting(maker: &mut Maker, _: usize) -> Value {
    let definition = "vendor_msft_firewall_mdmstore_dynamickeywords_addresses_{id}";
    let text = |ending: &str, value: &str| {
        json!({
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
            "settingDefinitionId": format!("{definition}_{ending}"), "settingInstanceTemplateReference": null,
            "simpleSettingValue": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue",
                "settingValueTemplateReference": null, "value": value,
            },
        })
    };
    let keyword = *maker.random.pick(&["update.contoso.com", "erp.contoso.com", "time.contoso.com"]);
    let own = json!({
        "settingDefinitionId": definition,
        "version": 1 + maker.random.below(4),
        "referencingConfigurationPolicyCount": 0,
        "settingInstance": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationGroupSettingCollectionInstance",
            "settingDefinitionId": definition, "settingInstanceTemplateReference": null,
            "groupSettingCollectionValue": [{
                "settingValueTemplateReference": null,
                "children": [text("id", &format!("{{{}}}", maker.random.guid())), text("keyword", keyword)],
            }],
        },
    });
    without(plain(maker, "WIN", "Firewall addresses", own), &["roleScopeTagIds"])
}

/// An ADMX file that an administrator imported; its content does not come back.
pub(super) fn admx(maker: &mut Maker, index: usize) -> Value {
    const FILES: &[(&str, &str, &str)] = &[
        ("chrome.admx", "Google.Policies.Chrome", "chrome"),
        ("firefox.admx", "Mozilla.Policies.Firefox", "firefox"),
        ("zoom.admx", "Zoom.Policies", "zoom"),
    ];
    let (file, namespace, prefix) = FILES[index % FILES.len()];
    let (uploaded, modified) = maker.moments();
    json!({
        "id": maker.random.guid(), "displayName": maker.namer.unique(file.to_owned()), "description": "",
        "languageCodes": ["en-US"], "targetPrefix": prefix, "targetNamespace": namespace, "policyType": "admxIngested",
        "revision": "1.0", "lastModifiedDateTime": modified, "fileName": file, "status": "available", "content": null,
        "uploadDateTime": uploaded, "defaultLanguageCode": "en-US",
        "groupPolicyUploadedLanguageFiles": [{
            "id": Random::from_text(file).guid(), "fileName": file.replace(".admx", ".adml"), "languageCode": "en-US",
            "content": null, "lastModifiedDateTime": modified,
        }],
    })
}

pub(super) fn bios(maker: &mut Maker, index: usize) -> Value {
    let own = json!({
        "version": 1 + index, "fileName": "contoso-latitude.cctk", "hardwareConfigurationFormat": "dell",
        "perDevicePasswordDisabled": maker.random.chance(30),
        "configurationFileContent": STANDARD.encode("[cctk]\nSecureBoot=Enabled\nTpmSecurity=Enabled\nWakeOnLan=LanOnly\n"),
    });
    let object = plain(maker, "WIN", "BIOS settings", own);
    assigned(maker, object, assignments::bare)
}

/// Which properties devices report; Microsoft's metadata does not list the type.
pub(super) fn inventory(maker: &mut Maker, _: usize) -> Value {
    let id = maker.random.guid();
    let (created, modified) = maker.moments();
    let areas = maker.several(&["battery", "bios", "cpu", "disk", "encryptablevolume", "tpm", "memory"], 4);
    let settings: Vec<Value> = areas
        .into_iter()
        .enumerate()
        .map(|(index, area)| {
            let definition = format!("inventory_properties_{area}");
            json!({ "id": index.to_string(), "settingInstance": {
                "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
                "settingDefinitionId": definition, "settingInstanceTemplateReference": null,
                "choiceSettingValue": {
                    "settingValueTemplateReference": null, "value": format!("{definition}_1"), "children": [],
                },
            }})
        })
        .collect();
    json!({
        "id": id, "createdDateTime": created, "lastModifiedDateTime": modified,
        "name": maker.name("WIN", "Properties catalog"),
        "description": description(&mut maker.random, "Properties catalog"),
        "platforms": "windows10", "technologies": "mdm", "roleScopeTagIds": maker.scope_tags(),
        "settingCount": settings.len(), "settings": settings, "assignments": assignments::make(maker, &id),
    })
}
