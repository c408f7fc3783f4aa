"""IntuneCD and TenantAtlas read each other's files: an import of IntuneCD's backup holds what our own sync holds, and
IntuneCD restores a tenant from our export in its layout."""

import json
import os
import subprocess

import restore

PASSWORD = "correct horse battery staple"

# What our import must hold: type keys of the collections that IntuneCD writes one by one.
TYPES = {
    "settingsCatalog", "deviceConfigurations", "compliancePolicies", "complianceCatalog", "notificationTemplates",
    "groupPolicyConfigurations", "powershellScripts", "shellScripts", "remediations", "assignmentFilters", "scopeTags",
    "intents", "conditionalAccess", "iosAppProtections", "androidAppProtections",
}


class Atlas:
    """The program on a database of its own."""

    def __init__(self, program, simulator, folder):
        self.program = program
        address = simulator.address
        self.environment = dict(
            os.environ,
            TENANTATLAS_DATABASE=str(folder / "atlas.db"),
            TENANTATLAS_CLOUDS=f"simulator={address},{address}",
        )
        self.run("migrate")
        self.run("user", "add", "ada@example.com", "--name", "Ada", input=PASSWORD)
        tenant = simulator.ready["tenants"][0]
        self.run(
            "tenant", "add", "--name", "Contoso", "--directory-id", tenant["tenantId"], "--domain", tenant["primaryDomain"],
            "--cloud", "simulator", "--client-id", tenant["clientId"], input=tenant["clientSecret"],
        )

    def run(self, *arguments, input=None, codes=(0,)):
        """One command; its JSON, of which the last line counts."""
        done = subprocess.run(
            [self.program, "--json", *map(str, arguments)], env=self.environment, input=input, capture_output=True, text=True,
            timeout=900,
        )
        if done.returncode not in codes:
            raise RuntimeError(f"{arguments}: {done.returncode}: {done.stdout[-500:]} {done.stderr[-500:]}")
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        return json.loads(lines[-1]) if lines else None


def objects(atlas, folder, *arguments):
    """Type and id of every object of an export in our own layout."""
    atlas.run("export", "Contoso", "--to", folder, *arguments, codes=(0, 3))
    manifest = json.loads((folder / "manifest.json").read_text())
    return {(item["type"], item["id"]): item for item in manifest["objects"]}


def prove_import(results, atlas, backup, folder):
    """IntuneCD's backup comes in whole."""
    atlas.run("sync", "Contoso")
    run = atlas.run("import", "Contoso", backup, "--name", "IntuneCD", codes=(0,))
    results.check("import: outcome", None if run["outcome"] == "succeeded" else run["outcome"])
    sets = atlas.run("backup", "list", "Contoso")
    imported = objects(atlas, folder / "imported", "--set", sets[0]["set"])
    own = objects(atlas, folder / "own")
    for key, item in own.items():
        if key[0] in TYPES:
            results.check(f"import: {key[0]} {key[1]}", None if key in imported else f"“{item['name']}” is not in the set")
    print(f"import: {len(imported)} objects of IntuneCD's backup in the set, {len(own)} of our own sync")


def prove_restore(results, atlas, command, simulator, folder):
    """Our export in IntuneCD's layout is what IntuneCD restores a tenant from."""
    files = folder / "for-intunecd"
    atlas.run("export", "Contoso", "--to", files, "--layout", "intunecd", codes=(0, 3))
    restore.prove(results, command, simulator, files)
