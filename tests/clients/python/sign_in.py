"""Microsoft's sign-in libraries for Python, as published, over https: by secret and by certificate, and refused."""

import logging
import os
import sys
from importlib.metadata import version
from pathlib import Path

import msal
import requests
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError
from azure.identity import CertificateCredential, ClientSecretCredential
from msal.authority import Authority

from checks import SIMULATOR, ask, check, equal, finish, tell

TENANT = SIMULATOR["tenants"][0]
TENANT_ID, APP, SECRET = TENANT["tenantId"], TENANT["clientId"], TENANT["clientSecret"]
SCOPE = "https://graph.microsoft.com/.default"
TRUSTED = os.environ["REQUESTS_CA_BUNDLE"]
# The application's own certificate with its key, and one of somebody else.
OWN, FOREIGN = os.environ["CERTIFICATE"], os.environ["FOREIGN_CERTIFICATE"]
# Most of what it would warn of is provoked here.
logging.getLogger("azure.identity").setLevel(logging.CRITICAL)
AUTHORITY = {"authority": SIMULATOR["https"], "disable_instance_discovery": True}


def by_secret(tenant=TENANT_ID, app=APP, secret=SECRET, **options):
    return ClientSecretCredential(tenant, app, secret, **AUTHORITY, **options)


def refused(credential):
    """The library's own error."""
    issued = ask("stats")["tokensIssued"]
    try:
        credential.get_token(SCOPE)
    except ClientAuthenticationError as error:
        equal(ask("stats")["tokensIssued"], issued)
        return error
    raise AssertionError("a token was given")


def opens_the_tenant(token):
    """Whether Graph takes the token, and for the right tenant."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{SIMULATOR['https']}/v1.0/organization", headers=headers, timeout=60)
    equal([one["id"] for one in answer.json()["value"]], [TENANT_ID])


def token_requests():
    return [one for one in ask("exchanges") if one["path"].endswith("/oauth2/v2.0/token")]


@check("a secret signs in, after discovery, and the token is kept")
def _():
    tell("reset", {})
    credential = by_secret(connection_verify=TRUSTED)
    token = credential.get_token(SCOPE)
    paths = [(one["method"], one["path"], one["status"]) for one in ask("exchanges")]
    equal(
        paths,
        [
            ("GET", f"/{TENANT_ID}/v2.0/.well-known/openid-configuration", 200),
            ("POST", f"/{TENANT_ID}/oauth2/v2.0/token", 200),
        ],
    )
    equal(credential.get_token(SCOPE).token, token.token)
    equal(ask("stats")["tokensIssued"], 1)
    opens_the_tenant(token.token)


@check("it is the pinned library, and it came over https")
def _():
    (asked,) = token_requests()
    equal(asked["scheme"], "https")
    wanted = f"azsdk-python-identity/{version('azure-identity')} "
    equal(asked["client"][: len(wanted)], wanted)
    pinned = (Path(__file__).parent.parent / "requirements.txt").read_text().splitlines()
    equal(f"azure-identity=={version('azure-identity')}" in pinned, True)


@check("the tenant may be named by its domain, and the certificate of the service trusted by the environment")
def _():
    opens_the_tenant(by_secret(tenant=TENANT["primaryDomain"]).get_token(SCOPE).token)


@check("a service whose certificate is not trusted gets no secret")
def _():
    tell("reset", {})
    del os.environ["REQUESTS_CA_BUNDLE"]
    try:
        by_secret(retry_total=0).get_token(SCOPE)
    except (ServiceRequestError, ClientAuthenticationError) as error:
        equal("CERTIFICATE_VERIFY_FAILED" in str(error), True)
    else:
        raise AssertionError("a token was given")
    finally:
        os.environ["REQUESTS_CA_BUNDLE"] = TRUSTED
    equal(ask("exchanges"), [])


@check("a wrong secret is refused with its number")
def _():
    error = refused(by_secret(secret="wrong"))
    equal("AADSTS7000215: Invalid client secret provided" in error.message, True)


@check("another application is refused with its number")
def _():
    error = refused(by_secret(app="11111111-2222-3333-4444-555555555555"))
    equal("AADSTS700016: " in error.message, True)


@check("an expired secret is refused with its number, and a passing outage is asked again")
def _():
    tell("faults", {"fault": {"matches": {}, "kind": {"tokenError": {"aadsts": 7000222}}, "times": 1}})
    equal("AADSTS7000222: " in refused(by_secret()).message, True)
    tell("faults", {"fault": {"matches": {}, "kind": {"tokenError": {"aadsts": 90033}}, "times": 1}})
    tell("reset", {})
    opens_the_tenant(by_secret().get_token(SCOPE).token)
    equal([one["status"] for one in token_requests()], [503, 200])


@check("a certificate signs in")
def _():
    tell("reset", {})
    credential = CertificateCredential(TENANT_ID, APP, OWN, **AUTHORITY)
    opens_the_tenant(credential.get_token(SCOPE).token)
    equal(ask("stats")["tokensIssued"], 1)


@check("a certificate that is not the application's is refused with its number")
def _():
    error = refused(CertificateCredential(TENANT_ID, APP, FOREIGN, **AUTHORITY))
    equal("AADSTS700027: " in error.message, True)


def by_msal(pem):
    """What stands below azure-identity, used directly: PS256 with `x5t#S256`."""
    return msal.ConfidentialClientApplication(
        APP,
        authority=f"{SIMULATOR['https']}/{TENANT_ID}",
        client_credential={"private_key": pem, "public_certificate": pem},
        instance_discovery=False,
    )


@check("MSAL signs in with a certificate by PS256")
def _():
    tell("reset", {})
    answer = by_msal(Path(OWN).read_text()).acquire_token_for_client([SCOPE])
    opens_the_tenant(answer["access_token"])
    equal([one["status"] for one in token_requests()], [200])


@check("MSAL, told where to ask about a service it does not know, finds the tenant")
def _():
    # Its application asks a fixed host besides, so that only this part of it can be tried without the internet.
    found = Authority(
        f"{SIMULATOR['https']}/{TENANT_ID}",
        requests.Session(),
        instance_discovery=f"{SIMULATOR['https']}/common/discovery/instance",
    )
    equal(found.token_endpoint, f"{SIMULATOR['https']}/{TENANT_ID}/oauth2/v2.0/token")
    equal(found.tenant, TENANT_ID)


@check("MSAL tells the number of a refusal")
def _():
    answer = by_msal(Path(FOREIGN).read_text()).acquire_token_for_client([SCOPE])
    equal((answer["error"], answer["error_codes"]), ("invalid_client", [700027]))


sys.exit(finish())
