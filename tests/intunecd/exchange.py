"""TenantAtlas and IntuneCD read each other's files: an import of IntuneCD's backup is what our own sync has seen, and
IntuneCD restores a tenant from our export in its layout."""

import json
from collections import defaultdict

import comparison
import restore

# Types that IntuneCD does not keep, or keeps with the rights of a person at Microsoft's sign-in alone.
NOT_KEPT = {
    "adminConsentRequests", "admxFiles", "androidEnrollment", "appCategories", "appleUserEnrollment", "applications",
    "approvalPolicies", "authContexts", "authStrengths", "authenticationFlows", "authenticationMethods",
    "authorizationPolicy", "branding", "cleanupRules", "companyBranding", "crossTenantAccess", "deviceRegistration",
    "domains", "externalIdentities", "groupSettings", "hardwareConfigurations", "inventoryPolicies", "namedLocations",
    "policySets", "qualityPolicies", "roleAssignments", "securityDefaults", "termsAndConditions", "termsOfUse",
    "threatConnectors", "windows365Provisioning", "windows365UserSettings",
}

# What IntuneCD takes out of every object, by its own list.
REMOVED = comparison.REMOVED | {"certificate", "companyCodes", "token", "topicIdentifier"}

# What it does not ask for, or takes out, of objects of a type.
NOT_WRITTEN = {
    "androidAppProtections": {"apps"},
    "appConfigApps": {"apps"},
    "appleAde": {"appleIdentifier", "dataSharingConsentGranted", "roleScopeTagIds", "shareTokenWithSchoolDataSyncService",
                 "tokenExpirationDateTime", "tokenName", "tokenType"},
    "complianceScripts": {"assignments"},
    "deviceConfigurations": comparison.UNREAD | {"privacyAccessControls"},
    "informationProtections": {"exemptAppLockerFiles", "protectedAppLockerFiles"},
    "iosAppProtections": {"apps"},
    "mdmInformationProtections": {"exemptAppLockerFiles", "protectedAppLockerFiles"},
    "mobileApps": {"categories", "description", "relationships"},
    "roles": {"permissions"},
    "windowsAppProtections": {"apps"},
}

# What it writes into an object and Graph has in another one.
ADDED = {"roles": {"roleAssignments"}}

# Lists without an order, whose elements IntuneCD writes without ids.
SETS = ("assignments", "localizedNotificationMessages", "scheduledActionsForRule", "scheduledActionConfigurations")


def ordered(value):
    return json.dumps(value, sort_keys=True)


def without_ids(items):
    """Elements of a list, in an order that does not depend on ids."""
    kept = []
    for item in items or []:
        item = {key: value for key, value in item.items() if key not in ("id", "sourceId")}
        for name in SETS:
            if name in item:
                item[name] = without_ids(item[name])
        kept.append(item)
    return sorted(kept, key=ordered)


def written(type_key, content):
    """What IntuneCD writes of an object."""
    left_out = REMOVED | NOT_WRITTEN.get(type_key, set()) | ADDED.get(type_key, set())
    kept = {key: value for key, value in content.items() if key not in left_out}
    for name in SETS:
        if name in kept:
            kept[name] = without_ids(kept[name])
    # An object that nobody has is written without the list.
    if not kept.get("assignments"):
        kept.pop("assignments", None)
    if type_key == "roles":
        kept["rolePermissions"] = [
            {key: value for key, value in one.items() if key != "actions"} for one in kept["rolePermissions"]
        ]
    return kept


def lacking(type_key, own, imported):
    """What an imported object has otherwise than our own; None when it is the same."""
    after_all = NOT_WRITTEN.get(type_key, set()) & set(imported)
    if after_all:
        return f"IntuneCD writes {sorted(after_all)} after all"
    own, imported = written(type_key, own), written(type_key, imported)
    # It keeps one app of those that a configuration is for.
    if type_key == "appConfigDevices" and set(imported["targetedMobileApps"]) <= set(own["targetedMobileApps"]):
        own.pop("targetedMobileApps")
        imported.pop("targetedMobileApps")
    # It asks for secrets and writes them as they are; we never have them.
    for mine, other in zip(own.get("omaSettings") or [], imported.get("omaSettings") or []):
        if mine.get("isEncrypted"):
            for name in ("isEncrypted", "secretReferenceValueId", "value"):
                mine.pop(name)
                other.pop(name)
    return first_difference(own, imported)


def prove_import(results, atlas, folders):
    """IntuneCD's backups come in whole, from JSON and from YAML, as what our own sync has seen."""
    sets = {}
    for name, folder in folders.items():
        run, sets[name] = atlas.imported(folder, name)
        told = None if run["outcome"] == "succeeded" else f"{run['outcome']}: {run['failures']}"
        results.check(f"import of {name}: every file is told", told)
    first, *others = sets
    for name in others:
        results.check(f"import of {name}: the same as of {first}", None if sets[name] == sets[first] else "it differs")
    own, imported = atlas.objects("own"), sets[first]
    # Of what there is one of, IntuneCD writes no id.
    singles = {type_key: found for (type_key, _), found in imported.items()}
    for key, (name, content) in own.items():
        if key[0] not in NOT_KEPT:
            found = imported.get(key) or (singles.get(key[0]) if key[0] == "apnsCertificate" else None)
            problem = lacking(key[0], content, found[1]) if found else f"“{name}” is not in the set"
            results.check(f"import: {key[0]} {key[1]}", problem)
    kept = sum(key[0] not in NOT_KEPT for key in own)
    results.check("import: nothing else", None if len(imported) == kept else f"{len(imported)} objects, not {kept}")
    print(f"import: {len(imported)} objects of IntuneCD's backup are what our own sync has, of {len(own)}")


# Our types of the collections that IntuneCD creates objects of.
RESTORED = {
    "assignmentFilters", "complianceCatalog", "complianceScripts", "compliancePolicies", "customAttributes",
    "deviceCategories", "deviceConfigurations", "driverUpdates", "featureUpdates", "groupPolicyConfigurations",
    "notificationTemplates", "powershellScripts", "qualityExpedite", "remediations", "reusableSettings",
    "settingsCatalog", "shellScripts",
}


# What IntuneCD does not assign, as `restore.NOT_ASSIGNED` says of the collections.
NOT_ASSIGNED = {"complianceScripts", "customAttributes", "shellScripts"}

# What IntuneCD takes out of the settings of Linux policies before it sends them.
TEMPLATES = {"settingInstanceTemplateReference", "settingValueTemplateReference"}

# Of a target Graph says these also where nothing was sent.
UNFILTERED = {"deviceAndAppManagementAssignmentFilterId": None, "deviceAndAppManagementAssignmentFilterType": "none"}


def without(names, value):
    """The value without these properties, however deep they are."""
    if isinstance(value, list):
        return [without(names, one) for one in value]
    if isinstance(value, dict):
        return {key: without(names, one) for key, one in value.items() if key not in names}
    return value


def restored(type_key, content):
    """What has to be the same of an object that IntuneCD has made again."""
    kept = written(type_key, content)
    if type_key in NOT_ASSIGNED:
        kept.pop("assignments", None)
    for assignment in kept.get("assignments", []):
        assignment["target"] = UNFILTERED | assignment["target"]
    if "assignments" in kept:
        kept["assignments"] = sorted(kept["assignments"], key=ordered)
    if type_key == "complianceCatalog":
        kept["settings"] = without(TEMPLATES, kept["settings"])
    # A secret has another place, and the simulator does not add what the service says of every setting.
    for setting in kept.get("omaSettings") or []:
        setting.pop("isReadOnly", None)
        setting.pop("secretReferenceValueId", None)
    if "definitionValues" in kept:
        kept["definitionValues"] = sorted(comparison.definitions(kept["definitionValues"]), key=ordered)
    return kept


def by_name(objects):
    """Contents of the types that were restored, by type and name, with names in the place of ids."""
    names = {identity: f"{type_key} {name}" for (type_key, identity), (name, _) in objects.items()}

    def named(value):
        if isinstance(value, dict):
            return {key: named(one) for key, one in value.items()}
        if isinstance(value, list):
            return [named(one) for one in value]
        return names.get(value, value) if isinstance(value, str) else value

    found = defaultdict(list)
    for (type_key, _), (name, content) in objects.items():
        if type_key in RESTORED:
            found[type_key, name].append(ordered(restored(type_key, named(content))))
    return {key: sorted(contents) for key, contents in found.items()}


def prove_restore(results, atlas, command, simulator):
    """Our export in IntuneCD's layout is what IntuneCD restores a tenant from: it is what it was."""
    before = by_name(atlas.objects("before"))
    files = atlas.folder / "for-intunecd"
    atlas.run("export", "Contoso", "--to", files, "--layout", "intunecd", codes=(0, 3))
    restore.prove(results, command, simulator, files, in_order=True)
    atlas.sync()
    after = by_name(atlas.objects("after"))
    for key, contents in before.items():
        problem = difference(contents, after.get(key, []))
        results.check(f"restore from our export: {key[0]} “{key[1]}”", problem)
    count = sum(len(contents) for contents in before.values())
    print(f"restore from our export: {count} objects read back")


def difference(before, after):
    if len(before) != len(after):
        return f"{len(after)} instead of {len(before)}"
    found = (first_difference(*map(json.loads, pair)) for pair in zip(before, after))
    return next(filter(None, found), None)


def first_difference(one, other):
    """The first property in which two objects differ; None when they are the same."""
    for key in sorted(one.keys() | other.keys()):
        if one.get(key) != other.get(key):
            return f"{key}: {one.get(key)!r} is {other.get(key)!r}"[:400]
    return None
