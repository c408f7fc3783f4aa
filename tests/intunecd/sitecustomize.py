"""Sends the three hosts that IntuneCD has written into its code to the simulator.

Python imports this file by itself when its folder is on PYTHONPATH. IntuneCD stays as it was published.
The simulator's address is in TENANTATLAS_SIMULATOR_URL.
"""

import os
from urllib.parse import urlsplit, urlunsplit

FIXED_HOSTS = {"graph.microsoft.com", "login.microsoftonline.com", "main.iam.ad.ext.azure.com"}


def redirected(url, simulator):
    """The address with the simulator's scheme and host, when its own host is one of the fixed ones."""
    parts = urlsplit(url)
    if parts.hostname not in FIXED_HOSTS:
        return url
    target = urlsplit(simulator)
    return urlunsplit((target.scheme, target.netloc, parts.path, parts.query, parts.fragment))


def install(simulator):
    """Rewrites the address of every request just before it is sent."""
    from requests.adapters import HTTPAdapter

    send = HTTPAdapter.send

    def send_to_simulator(self, request, **options):
        request.url = redirected(request.url, simulator)
        return send(self, request, **options)

    HTTPAdapter.send = send_to_simulator


if os.environ.get("TENANTATLAS_SIMULATOR_URL"):
    install(os.environ["TENANTATLAS_SIMULATOR_URL"])
