"""What the third-party stages share: the simulator as a program, and other people's packages in a folder of their own."""

import json
import os
import signal
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def build():
    """The programs that third-party and browser tests run; their paths by name. All build the same: they share the work.

    They are built unless TENANTATLAS_BIN_DIR says where they are.
    """
    if folder := os.environ.get("TENANTATLAS_BIN_DIR"):
        return {program.name: program for program in Path(folder).iterdir() if os.access(program, os.X_OK)}
    packages = ["-p", "tenantatlas", "-p", "graph-sim", "-p", "testkit", "--bins"]
    command = ["cargo", "build", "--locked", *packages, "--message-format=json-render-diagnostics"]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return {Path(message["executable"]).stem: message["executable"] for message in messages if message.get("executable")}


def python_environment(folder, requirements):
    """A virtual environment with these packages; the folder of its commands. What is there is left alone."""
    stamp = folder / "installed-requirements.txt"
    wanted = f"# {folder}\n{requirements.read_text()}"
    if not stamp.is_file() or stamp.read_text() != wanted:
        subprocess.run(["python3", "-m", "venv", "--clear", folder], check=True)
        pip = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
        # Microsoft's packages have tens of thousands of files: those that are used are compiled when they are.
        subprocess.run([*pip, "--no-compile", "-r", requirements], check=True)
        stamp.write_text(wanted)
    return folder / "bin"


def node_packages(folder):
    """Installs what the lock file of this folder says. What is there is left alone."""
    lock, stamp = folder / "package-lock.json", folder / "node_modules" / ".installed-lock"
    if not stamp.is_file() or stamp.read_bytes() != lock.read_bytes():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, check=True)
        stamp.write_bytes(lock.read_bytes())


class Simulator:
    """The program while it runs. `ready` is what it said of itself when it was."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True)
        self.ready = json.loads(self.process.stdout.readline())
        self.address = self.ready["http"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def ask(self, path, **query):
        """What its control surface answers."""
        address = f"{self.address}/_sim/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(address) as response:
            return json.load(response)

    def tell(self, path, body):
        """Turns one of its controls."""
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/_sim/{path}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as response:
            return json.load(response)


def shared(name):
    """A folder of what is not part of the repository, whether it is there or not."""
    return Path(os.environ.get("TENANTATLAS_SHARED", ROOT.parent / "shared")) / name
