"""TenantAtlas as a program, on a database of its own, connected to a simulated tenant."""

import json
import os
import subprocess

PASSWORD = "correct horse battery staple"


class Atlas:
    """Its tenant is read once: inventory and groups."""

    def __init__(self, program, simulator, folder):
        self.program = program
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        address = simulator.address
        self.environment = dict(
            os.environ,
            TENANTATLAS_DATABASE=str(folder / "atlas.db"),
            TENANTATLAS_CLOUDS=f"simulator={address},{address}",
        )
        self.run("migrate")
        self.run("user", "add", "ada@example.com", "--name", "Ada", given=PASSWORD)
        tenant = simulator.ready["tenants"][0]
        settings = {
            "--name": "Contoso", "--directory-id": tenant["tenantId"], "--domain": tenant["primaryDomain"],
            "--cloud": "simulator", "--client-id": tenant["clientId"],
        }
        self.run("tenant", "add", *(word for pair in settings.items() for word in pair), given=tenant["clientSecret"])
        self.sync()

    def run(self, *arguments, given=None, codes=(0,)):
        """One command; its JSON, of which the last line counts."""
        command = [self.program, "--json", *map(str, arguments)]
        done = subprocess.run(command, env=self.environment, input=given, capture_output=True, text=True, timeout=900)
        if done.returncode not in codes:
            raise RuntimeError(f"{arguments}: {done.returncode}: {done.stdout[-500:]} {done.stderr[-500:]}")
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        return json.loads(lines[-1]) if lines else None

    def sync(self):
        """Reads the tenant as it is now."""
        self.run("sync", "Contoso")
        self.run("sync", "Contoso", "--groups")

    def imported(self, files, name):
        """Makes a set of these files: how the run ended, and the objects of the set."""
        run = self.run("import", "Contoso", files, "--name", name, codes=(0, 3))
        sets = self.run("backup", "list", "Contoso")
        found = next(one["id"] for one in sets if one["name"] == name)
        return run, self.objects(name, "--set", found)

    def objects(self, name, *arguments):
        """Name and content of every object of an export in our own layout, by type and id."""
        folder = self.folder / name
        self.run("export", "Contoso", "--to", folder, *arguments, codes=(0, 3))
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return {
            (one["type"], one["id"]): (one["name"], json.loads((folder / one["path"]).read_text(encoding="utf-8")))
            for one in manifest["objects"]
        }
