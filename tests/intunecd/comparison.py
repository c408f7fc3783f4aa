"""What IntuneCD wrote, beside what the simulator holds."""

import json
from pathlib import Path

# The collections whose objects IntuneCD writes one by one.
COLLECTIONS = [
    "deviceManagement/configurationPolicies",
    "deviceManagement/deviceConfigurations",
    "deviceManagement/deviceCompliancePolicies",
    "deviceManagement/compliancePolicies",
    "deviceManagement/notificationMessageTemplates",
    "deviceManagement/groupPolicyConfigurations",
    "deviceManagement/deviceManagementScripts",
    "deviceManagement/deviceShellScripts",
    "deviceManagement/deviceHealthScripts",
    "deviceManagement/assignmentFilters",
    "deviceManagement/roleScopeTags",
    "deviceManagement/intents",
    "identity/conditionalAccess/policies",
    "deviceAppManagement/iosManagedAppProtections",
    "deviceAppManagement/androidManagedAppProtections",
]

# Properties that IntuneCD takes away, by its own list.
REMOVED = {
    "id", "version", "createdDateTime", "lastModifiedDateTime", "modifiedDateTime", "isAssigned", "supportsScopeTags",
    "isGlobalScript", "highestAvailableVersion", "deployedAppCount", "deviceHealthScriptType",
}

# Properties that IntuneCD writes in a form of its own; they are compared apart, or it replaces ids in them by names.
RESHAPED = {"assignments", "roleScopeTagIds", "roleScopeTags", "settings", "definitionValues",
            "scheduledActionsForRule", "localizedNotificationMessages", "omaSettings", "apps"}

# Certificate profiles that a profile points at: the object does not return them, and IntuneCD does not ask for them.
UNREAD = {"rootCertificate", "rootCertificateForClientValidation", "rootCertificateForServerValidation",
          "rootCertificatesForServerValidation", "identityCertificate", "identityCertificateForClientAuthentication"}

# Of an intent, IntuneCD writes these and no more.
INTENT = {"displayName", "description", "templateId"}


def files_by_id(folder):
    """The backed-up objects of a run with --append-id, by the id at the end of the file name."""
    found = {}
    for path in Path(folder).rglob("*.json"):
        _, separator, identity = path.stem.rpartition("__")
        if separator:
            found.setdefault(identity, []).append(path)
    return found


def load(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def difference(collection, item, copy):
    """What the copy lacks or has otherwise; None when it is the same object."""
    kept = {key: value for key, value in item.items() if key not in REMOVED | RESHAPED | UNREAD}
    if collection.endswith("/intents"):
        kept = {key: value for key, value in kept.items() if key in INTENT}
    for key, value in kept.items():
        if key not in copy:
            return f"{key} is missing"
        if copy[key] != value:
            return f"{key} is {copy[key]!r} instead of {value!r}"
    return parts_difference(collection, item, copy)


def parts_difference(collection, item, copy):
    """The same for settings, definition values, actions, messages and assignments."""
    if collection.endswith("/configurationPolicies") and copy.get("settings", []) != item["settings"]:
        return "the settings differ"
    if collection.endswith("/intents") and len(copy["settingsDelta"]) != len(item["settings"]):
        return "the settings differ in number"
    if collection.endswith("/groupPolicyConfigurations"):
        if definitions(copy["definitionValues"]) != definitions(item.get("definitionValues") or []):
            return "the definition values differ"
    for name in ("scheduledActionsForRule", "localizedNotificationMessages", "assignments", "omaSettings"):
        if len(copy.get(name) or []) != len(item.get(name) or []):
            return f"{name} differ in number"
    return None


def definitions(values):
    """Definition, state and presentation values of an administrative template."""
    return [
        (
            value["definition"].get("displayName"),
            value["enabled"],
            [presentation.get("value") for presentation in value.get("presentationValues") or []],
        )
        for value in values
    ]
