"""IntuneCD puts back what an administrator deleted: its writes judge the simulator, as its reads do.

It stops at any status code but the one it expects, and sends what works in its users' tenants.
"""

import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Collections that IntuneCD creates objects of, below deviceManagement, and the property with their name.
CREATED = {
    "assignmentFilters": "displayName",
    "compliancePolicies": "name",
    "configurationPolicies": "name",
    "deviceCategories": "displayName",
    "deviceCompliancePolicies": "displayName",
    "deviceComplianceScripts": "displayName",
    "deviceConfigurations": "displayName",
    "deviceCustomAttributeShellScripts": "displayName",
    "deviceHealthScripts": "displayName",
    "deviceManagementScripts": "displayName",
    "deviceShellScripts": "displayName",
    "groupPolicyConfigurations": "displayName",
    "notificationMessageTemplates": "displayName",
    "reusablePolicySettings": "displayName",
    "windowsDriverUpdateProfiles": "displayName",
    "windowsFeatureUpdateProfiles": "displayName",
    "windowsQualityUpdateProfiles": "displayName",
}

# What it does not put back itself: it assigns shell scripts and custom attributes in the wrong collection, which the
# service and the simulator answer with 404, and it does not assign compliance scripts.
NOT_ASSIGNED = {"deviceShellScripts", "deviceCustomAttributeShellScripts", "deviceComplianceScripts"}


def own_objects(simulator, collection):
    """Objects that an administrator made."""
    everything = simulator.ask("objects", collection=f"deviceManagement/{collection}")
    return [item for item in everything if not item.get("isBuiltIn") and not item.get("isGlobalScript")]


def remove(simulator, collection, item):
    change = {"collection": f"deviceManagement/{collection}", "id": item["id"], "remove": True}
    simulator.tell("change", change)


def summary(collection, item):
    """What has to be the same of an object that was put back."""
    counted = ["settings", "definitionValues", "scheduledActionsForRule", "localizedNotificationMessages"]
    counted += [] if collection in NOT_ASSIGNED else ["assignments"]
    return (item[CREATED[collection]], item.get("@odata.type"), *(len(item.get(name) or []) for name in counted))


# What others refer to. IntuneCD works on all folders at once and looks for names: what is not there yet is lost for whoever
# refers to it. Who restores a whole tenant puts these back first.
REFERRED_TO = ["Filters", "Compliance Policies/Message Templates", "Compliance Policies/Scripts"]


def update(results, command, simulator, folder):
    """Runs IntuneCD's restore from a folder."""
    environment = dict(os.environ, TENANTATLAS_SIMULATOR_URL=simulator.address, PYTHONPATH=str(HERE))
    arguments = [command.with_name("IntuneCD-startupdate"), "-m", "1", "-t", "anytoken", "-u", "-p", folder]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=900)
    results.check("restore: exit code", f"it is {done.returncode}" if done.returncode else None)


def prove(results, command, simulator, backup, in_order=False):
    """Everything of these collections is removed, IntuneCD restores its backup, and everything is there again."""
    before = {collection: own_objects(simulator, collection) for collection in CREATED}
    writes = len(simulator.ask("journal"))
    for collection, items in before.items():
        for item in items:
            remove(simulator, collection, item)
    if in_order:
        first = backup.with_name(f"{backup.name}-first")
        for folder in REFERRED_TO:
            shutil.copytree(backup / folder, first / folder)
        update(results, command, simulator, first)
    update(results, command, simulator, backup)
    for collection, items in before.items():
        wanted = sorted(summary(collection, item) for item in items)
        found = sorted(summary(collection, item) for item in own_objects(simulator, collection))
        lost = [one for one in wanted if one not in found]
        problem = f"{len(found)} of {len(wanted)} are there; {lost[:2]}" if wanted != found else None
        results.check(f"restore: {collection}", problem)
    count = sum(len(items) for items in before.values())
    print(f"restore: {count} objects put back by {len(simulator.ask('journal')) - writes} writes")
