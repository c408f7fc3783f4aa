//! Scripts and remediations.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::assignments;
use super::generate::Maker;
use super::names::description;
use super::objects::{assigned, plain};

const WINDOWS: &[(&str, &str)] = &[
    ("Set time zone", "Set-TimeZone -Id 'W. Europe Standard Time'"),
    ("Remove consumer apps", "Get-AppxPackage -AllUsers *xbox* | Remove-AppxPackage -AllUsers"),
    ("Map network drives", "New-PSDrive -Name H -PSProvider FileSystem -Root '\\\\files\\home' -Persist"),
    ("Enable .NET 3.5", "Enable-WindowsOptionalFeature -Online -FeatureName NetFx3 -NoRestart"),
    (
        "Install root certificate",
        "Import-Certificate -FilePath .\\root.cer -CertStoreLocation Cert:\\LocalMachine\\Root",
    ),
    ("Rename computer", "Rename-Computer -NewName ('CTS-' + (Get-CimInstance Win32_BIOS).SerialNumber)"),
];

const SHELL: &[(&str, &str)] = &[
    (
        "Install Company Portal",
        "curl -L -o /tmp/portal.pkg https://go.contoso.com/portal && installer -pkg /tmp/portal.pkg -target /",
    ),
    ("Set Dock", "defaults write com.apple.dock autohide -bool true && killall Dock"),
    ("Rotate logs", "find /var/log/contoso -mtime +30 -delete"),
    ("Enable SSH for support", "systemsetup -setremotelogin on"),
];

const REMEDIATIONS: &[(&str, &str, &str)] = &[
    ("Stale Group Policy", "gpresult /r | Select-String 'Last time'", "gpupdate /force"),
    ("Low disk space", "if ((Get-PSDrive C).Free -lt 10GB) { exit 1 }", "cleanmgr /sagerun:1"),
    ("Expired certificates", "Get-ChildItem Cert:\\LocalMachine\\My -ExpiringInDays 0", "certutil -pulse"),
    ("Time drift", "w32tm /stripchart /computer:time.contoso.com /samples:1", "w32tm /resync"),
];

fn encoded(maker: &mut Maker, first: &str, body: &str) -> String {
    let number = maker.random.below(10_000);
    STANDARD.encode(format!("{first}\n# change {number}\n{body}\n"))
}

pub(crate) fn windows(maker: &mut Maker) -> Value {
    let id = maker.random.guid();
    let (topic, body) = *maker.random.pick(WINDOWS);
    let (created, modified) = maker.moments();
    let name = maker.name("WIN", topic);
    json!({
        "enforceSignatureCheck": maker.random.chance(10),
        "runAs32Bit": maker.random.chance(20),
        "id": id,
        "displayName": name,
        "description": description(&mut maker.random, topic),
        "scriptContent": encoded(maker, "#Requires -Version 5.1", body),
        "createdDateTime": created,
        "lastModifiedDateTime": modified,
        "runAsAccount": maker.random.pick(&["system", "user"]),
        "fileName": file_name(&name, "ps1"),
        "roleScopeTagIds": maker.scope_tags(),
        "assignments": assignments::bare(maker, &id),
    })
}

pub(crate) fn shell(maker: &mut Maker) -> Value {
    let id = maker.random.guid();
    let (topic, body) = *maker.random.pick(SHELL);
    let (created, modified) = maker.moments();
    let name = maker.name("MAC", topic);
    json!({
        "executionFrequency": maker.random.pick(&["PT0S", "P1D", "P7D"]),
        "retryCount": maker.random.below(4),
        "blockExecutionNotifications": maker.random.chance(70),
        "id": id,
        "displayName": name,
        "description": description(&mut maker.random, topic),
        "scriptContent": encoded(maker, "#!/bin/zsh", body),
        "createdDateTime": created,
        "lastModifiedDateTime": modified,
        "runAsAccount": "system",
        "fileName": file_name(&name, "sh"),
        "roleScopeTagIds": maker.scope_tags(),
        "assignments": assignments::bare(maker, &id),
    })
}

pub(crate) fn remediation(maker: &mut Maker) -> Value {
    let id = maker.random.guid();
    let (topic, detect, remediate) = *maker.random.pick(REMEDIATIONS);
    let (created, modified) = maker.moments();
    let mut assignments = assignments::bare(maker, &id);
    for assignment in &mut assignments {
        assignment["runRemediationScript"] = json!(maker.random.chance(80));
        assignment["runSchedule"] = json!({
            "@odata.type": "#microsoft.graph.deviceHealthScriptDailySchedule",
            "interval": 1 + maker.random.below(7),
            "useUtc": false,
            "time": "01:00:00.0000000",
        });
    }
    json!({
        "id": id,
        "publisher": "Contoso Workplace",
        "version": "1",
        "displayName": maker.name("WIN", topic),
        "description": description(&mut maker.random, topic),
        "detectionScriptContent": encoded(maker, "# detection", detect),
        "remediationScriptContent": encoded(maker, "# remediation", remediate),
        "createdDateTime": created,
        "lastModifiedDateTime": modified,
        "runAsAccount": "system",
        "enforceSignatureCheck": false,
        "runAs32Bit": false,
        "roleScopeTagIds": maker.scope_tags(),
        "isGlobalScript": false,
        "highestAvailableVersion": null,
        "deviceHealthScriptType": "deviceHealthScript",
        "detectionScriptParameters": [],
        "remediationScriptParameters": [],
        "assignments": assignments,
    })
}

pub(super) fn compliance(maker: &mut Maker, _: usize) -> Value {
    let body =
        "$hash = @{ BiosVersion = (Get-CimInstance Win32_BIOS).SMBIOSBIOSVersion }; $hash | ConvertTo-Json -Compress";
    let own = json!({
        "publisher": "Contoso Workplace",
        "version": "1",
        "runAsAccount": "system",
        "enforceSignatureCheck": false,
        "runAs32Bit": false,
        "platform": "windows10",
        "detectionScriptContent": encoded(maker, "# discovery", body),
    });
    let object = plain(maker, "WIN", "BIOS version", own);
    assigned(maker, object, assignments::bare)
}

pub(super) fn custom_attribute(maker: &mut Maker, index: usize) -> Value {
    const ATTRIBUTES: &[(&str, &str, &str)] = &[
        ("Battery cycles", "integer", "system_profiler SPPowerDataType | awk '/Cycle Count/ {print $3}'"),
        ("FileVault user", "string", "fdesetup list | head -n 1 | cut -d, -f1"),
        ("Last restart", "dateTime", "date -u -r $(sysctl -n kern.boottime | awk '{print $4}' | tr -d ,) +%FT%TZ"),
    ];
    let (topic, kind, body) = ATTRIBUTES[index % ATTRIBUTES.len()];
    let own = json!({
        "customAttributeName": topic,
        "customAttributeType": kind,
        "runAsAccount": "system",
        "scriptContent": encoded(maker, "#!/bin/zsh", body),
    });
    let mut object = plain(maker, "MAC", topic, own);
    object["fileName"] = json!(file_name(object["displayName"].as_str().unwrap_or_default(), "sh"));
    assigned(maker, object, assignments::bare)
}

fn file_name(name: &str, extension: &str) -> String {
    let plain: String = name.chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '-' }).collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    format!("{}.{extension}", words.join("-"))
}
