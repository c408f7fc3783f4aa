"""Runs checks one after the other, and asks the simulator what really happened."""

import json
import os
import traceback
import urllib.parse
import urllib.request

# What the simulator said of itself when it was ready.
SIMULATOR = json.loads(os.environ["SIMULATOR"])

_counts = {"passed": 0, "failed": 0}


def check(what):
    """Runs the function below it at once; it holds when nothing is raised."""

    def run(proof):
        try:
            proof()
            _counts["passed"] += 1
        except Exception:
            _counts["failed"] += 1
            print(f"FAILED {what}: {traceback.format_exc()}")
        return proof

    return run


def equal(found, expected):
    """Like an assertion, and says both sides."""
    if found != expected:
        raise AssertionError(f"{found!r} instead of {expected!r}")


def finish():
    """The last line, and the program's exit code."""
    print(f"{_counts['passed']} passed, {_counts['failed']} failed")
    return 0 if _counts["passed"] and not _counts["failed"] else 1


def ask(path, **query):
    """What the control surface answers."""
    with urllib.request.urlopen(f"{SIMULATOR['http']}/_sim/{path}?{urllib.parse.urlencode(query)}") as response:
        return json.load(response)


def tell(path, body):
    """Turns one of its controls."""
    data = json.dumps(body).encode()
    urllib.request.urlopen(urllib.request.Request(f"{SIMULATOR['http']}/_sim/{path}", data)).close()
