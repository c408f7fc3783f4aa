"""Microsoft's Graph SDKs for Python, as published, over https. `graph_sdk.py v1.0` tries msgraph-sdk, `graph_sdk.py beta` msgraph-beta-sdk.

Every answer goes through their generated models: what does not parse into its type is a defect of the simulator.
"""

import asyncio
import sys
from datetime import datetime
from importlib import import_module
from importlib.metadata import version as installed_version
from pathlib import Path

from azure.identity import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph_core.tasks.page_iterator import PageIterator

from checks import SIMULATOR, ask, check, equal, finish, tell

VERSION = sys.argv[1]
SDK, PACKAGE = {"v1.0": ("msgraph", "msgraph-sdk"), "beta": ("msgraph_beta", "msgraph-beta-sdk")}[VERSION]
MODELS = f"{SDK}.generated.models"
TENANT = SIMULATOR["tenants"][0]
CONFIGURATIONS = "deviceManagement/deviceConfigurations"
COMPLIANCE = "deviceManagement/deviceCompliancePolicies"
CATALOG = "deviceManagement/configurationPolicies"


def model(name):
    """A generated class, from the module that has its name in another spelling."""
    module = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    return getattr(import_module(f"{MODELS}.{module}"), name)


def odata_error():
    return getattr(import_module(f"{MODELS}.o_data_errors.o_data_error"), "ODataError")


def connect():
    """The client, signed in by azure-identity, and what it sends with. Only the addresses differ from every day."""
    credential = ClientSecretCredential(
        TENANT["tenantId"],
        TENANT["clientId"],
        TENANT["clientSecret"],
        authority=SIMULATOR["https"],
        disable_instance_discovery=True,
    )
    scopes = ["https://graph.microsoft.com/.default"]
    provider = AzureIdentityAuthenticationProvider(credential, scopes=scopes, allowed_hosts=["127.0.0.1"])
    package = import_module(SDK)
    adapter = package.GraphRequestAdapter(provider)
    adapter.base_url = f"{SIMULATOR['https']}/{VERSION}"
    return package.GraphServiceClient(request_adapter=adapter), adapter


CLIENT, ADAPTER = connect()
LOOP = asyncio.new_event_loop()
wait = LOOP.run_until_complete


def page_of(builder, size, **options):
    """The first page of a list."""
    inner = type(builder)
    parameters = next(getattr(inner, name) for name in dir(inner) if name.endswith("RequestBuilderGetQueryParameters"))
    configuration = import_module("kiota_abstractions.base_request_configuration").RequestConfiguration
    return wait(builder.get(request_configuration=configuration(query_parameters=parameters(top=size, **options))))


def every(builder, size):
    """All objects of a list, by the SDK's own iterator."""
    found = []
    iterator = PageIterator(page_of(builder, size), ADAPTER)
    wait(iterator.iterate(lambda one: found.append(one) or True))
    return found


def stored(collection):
    return ask("objects", collection=collection)


def graph_requests():
    return [one for one in ask("exchanges") if one["path"].startswith(f"/{VERSION}/")]


def refused(request):
    """The SDK's own error."""
    try:
        wait(request)
    except odata_error() as error:
        return error
    raise AssertionError("it was not refused")


def typed_as_stored(found, objects):
    """Every object came as the class of its type, unless this SDK has none; how many types were met."""
    types = {one["id"]: one["@odata.type"] for one in objects}
    met = set()
    for one in found:
        name = types[one.id].removeprefix("#microsoft.graph.")
        equal(one.odata_type, types[one.id])
        try:
            wanted = model(name[0].upper() + name[1:])
        except ModuleNotFoundError:
            continue
        equal(type(one).__name__, wanted.__name__)
        met.add(name)
    return len(met)


@check("all pages of a list, no page twice, each object as the class of its type")
def _():
    objects = stored(CONFIGURATIONS)
    wait(CLIENT.organization.get())
    tell("reset", {})
    found = every(CLIENT.device_management.device_configurations, 4)
    equal(sorted(one.id for one in found), sorted(one["id"] for one in objects))
    equal(len(graph_requests()), -(-len(objects) // 4))
    equal(len(graph_requests()) >= 4, True)
    equal(typed_as_stored(found, objects) >= 3, True)
    names = {one["id"]: (one["displayName"], one["version"]) for one in objects}
    for one in found:
        equal((one.display_name, one.version), names[one.id])
        equal(type(one.created_date_time), datetime)


LISTS = {
    COMPLIANCE: CLIENT.device_management.device_compliance_policies,
    "deviceAppManagement/mobileApps": CLIENT.device_app_management.mobile_apps,
    "deviceManagement/notificationMessageTemplates": CLIENT.device_management.notification_message_templates,
    "deviceManagement/deviceEnrollmentConfigurations": CLIENT.device_management.device_enrollment_configurations,
    "deviceManagement/roleDefinitions": CLIENT.device_management.role_definitions,
    "identity/conditionalAccess/policies": CLIENT.identity.conditional_access.policies,
    "groups": CLIENT.groups,
}
if VERSION == "beta":
    LISTS |= {
        CATALOG: CLIENT.device_management.configuration_policies,
        "deviceManagement/deviceManagementScripts": CLIENT.device_management.device_management_scripts,
        "deviceManagement/groupPolicyConfigurations": CLIENT.device_management.group_policy_configurations,
        "deviceManagement/assignmentFilters": CLIENT.device_management.assignment_filters,
        "deviceManagement/roleScopeTags": CLIENT.device_management.role_scope_tags,
    }


@check("other lists parse as well")
def _():
    for collection, builder in LISTS.items():
        objects = stored(collection)
        equal(len(objects) > 0, True)
        equal(sorted(one.id for one in every(builder, 5)), sorted(one["id"] for one in objects))


def kept(collection, made):
    """What the simulator holds of an object that was made."""
    (found,) = [one for one in stored(collection) if one["id"] == made.id]
    return found


@check("a compliance policy is made, changed and deleted")
def _():
    before = len(ask("journal"))
    policy = model("Windows10CompliancePolicy")(
        odata_type="#microsoft.graph.windows10CompliancePolicy",
        display_name="Made by the SDK",
        password_required=True,
        password_minimum_length=12,
        scheduled_actions_for_rule=[
            model("DeviceComplianceScheduledActionForRule")(
                rule_name="PasswordRequired",
                scheduled_action_configurations=[
                    model("DeviceComplianceActionItem")(
                        action_type=model("DeviceComplianceActionType").Block,
                        grace_period_hours=24,
                    )
                ],
            )
        ],
    )
    policies = CLIENT.device_management.device_compliance_policies
    made = wait(policies.post(policy))
    equal((type(made).__name__, made.password_minimum_length), ("Windows10CompliancePolicy", 12))
    found = kept(COMPLIANCE, made)
    equal(found["@odata.type"], "#microsoft.graph.windows10CompliancePolicy")
    equal((found["displayName"], found["passwordRequired"]), ("Made by the SDK", True))
    (rule,) = found["scheduledActionsForRule"]
    equal(rule["scheduledActionConfigurations"][0]["gracePeriodHours"], 24)
    one = policies.by_device_compliance_policy_id(made.id)
    change = model("Windows10CompliancePolicy")(
        odata_type="#microsoft.graph.windows10CompliancePolicy", display_name="Changed by the SDK"
    )
    wait(one.patch(change))
    read = wait(one.get())
    equal((read.display_name, read.password_minimum_length), ("Changed by the SDK", 12))
    wait(one.delete())
    equal(refused(one.get()).response_status_code, 404)
    effects = ask("journal")[before:]
    equal([(one["method"], one["id"]) for one in effects], [(name, made.id) for name in ("POST", "PATCH", "DELETE")])


@check("a device configuration of a derived type is made")
def _():
    configuration = model("Windows10GeneralConfiguration")(
        odata_type="#microsoft.graph.windows10GeneralConfiguration",
        display_name="General, made by the SDK",
        bluetooth_blocked=True,
        password_minimum_length=8,
    )
    made = wait(CLIENT.device_management.device_configurations.post(configuration))
    equal((type(made).__name__, made.bluetooth_blocked), ("Windows10GeneralConfiguration", True))
    found = kept(CONFIGURATIONS, made)
    equal((found["bluetoothBlocked"], found["passwordMinimumLength"]), (True, 8))


def settings_catalog():
    """A policy of the settings catalog with one setting, read back through the SDK with its settings."""
    value = model("DeviceManagementConfigurationChoiceSettingValue")(
        odata_type="#microsoft.graph.deviceManagementConfigurationChoiceSettingValue",
        value="device_vendor_msft_policy_config_defender_allowarchivescanning_1",
        children=[],
    )
    instance = model("DeviceManagementConfigurationChoiceSettingInstance")(
        odata_type="#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
        setting_definition_id="device_vendor_msft_policy_config_defender_allowarchivescanning",
        choice_setting_value=value,
    )
    policy = model("DeviceManagementConfigurationPolicy")(
        name="Catalog, made by the SDK",
        platforms=model("DeviceManagementConfigurationPlatforms").Windows10,
        technologies=model("DeviceManagementConfigurationTechnologies").Mdm,
        settings=[model("DeviceManagementConfigurationSetting")(setting_instance=instance)],
    )
    policies = CLIENT.device_management.configuration_policies
    made = wait(policies.post(policy))
    found = kept(CATALOG, made)
    equal((found["name"], found["platforms"], found["technologies"]), ("Catalog, made by the SDK", "windows10", "mdm"))
    (setting,) = wait(policies.by_device_management_configuration_policy_id(made.id).settings.get()).value
    equal(type(setting.setting_instance).__name__, "DeviceManagementConfigurationChoiceSettingInstance")
    equal(setting.setting_instance.choice_setting_value.value, value.value)


if VERSION == "beta":
    check("a settings catalog policy is made, and its settings are read as their types")(settings_catalog)


@check("errors are ODataErrors with status, code, message and the id of the request")
def _():
    configurations = CLIENT.device_management.device_configurations
    missing = refused(configurations.by_device_configuration_id("none").get())
    equal((missing.response_status_code, missing.error.code), (404, "ResourceNotFound"))
    equal("'none' does not exist" in missing.error.message, True)
    equal(missing.error.inner_error.request_id, missing.response_headers["request-id"])
    try:
        page_of(configurations, 5, filter="displayName eq")
    except odata_error() as wrong:
        equal((wrong.response_status_code, wrong.error.code), (400, "BadRequest"))
    else:
        raise AssertionError("it was not refused")


@check("Retry-After is waited for")
def _():
    # Longer than the three to four and a half seconds that the SDK would wait by itself.
    kind = {"status": {"status": 429, "code": "TooManyRequests", "retryAfter": 5}}
    tell("faults", {"fault": {"matches": {"path": "organization"}, "kind": kind, "times": 1}})
    tell("reset", {})
    organization = wait(CLIENT.organization.get())
    equal([one.id for one in organization.value], [TENANT["tenantId"]])
    refusal, granted = graph_requests()
    equal((refusal["status"], refusal["retryAfter"], granted["status"]), (429, "5", 200))
    waited = granted["arrivedMs"] - refusal["answeredMs"]
    equal((waited >= 5000, waited), (True, waited))


@check("it is the pinned SDK, and it came over https")
def _():
    pinned = (Path(__file__).parent.parent / "requirements.txt").read_text().splitlines()
    equal(f"{PACKAGE}=={installed_version(PACKAGE)}" in pinned, True)
    requests = graph_requests()
    # To other hosts than Microsoft's it names only the library below it.
    wanted = f"kiota-python/{installed_version('microsoft-kiota-http')}"
    equal({(one["scheme"], one["client"].split()[-1]) for one in requests}, {("https", wanted)})


sys.exit(finish())
