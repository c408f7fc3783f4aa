//! Certificate profiles, the Wi-Fi and VPN profiles that point at them, and a profile with a secret value.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::assignments;
use super::generate::Maker;
use super::objects::{assigned, merge, typed};

const PROFILES: &str = "deviceManagement/deviceConfigurations";

/// One after the other, so that what is pointed at is there first.
const ORDER: &[fn(&mut Maker) -> Value] = &[
    |maker| root(maker, "windows81TrustedRootCertificate", "WIN"),
    |maker| scep(maker, "windows81SCEPCertificateProfile", "windows81TrustedRootCertificate", "WIN"),
    windows_wifi,
    windows_vpn,
    secret,
    |maker| root(maker, "iosTrustedRootCertificate", "IOS"),
    |maker| scep(maker, "iosScepCertificateProfile", "iosTrustedRootCertificate", "IOS"),
    |maker| apple_wifi(maker, "ios", "iosEnterpriseWiFiConfiguration", "IOS"),
    |maker| root(maker, "macOSTrustedRootCertificate", "MAC"),
    |maker| scep(maker, "macOSScepCertificateProfile", "macOSTrustedRootCertificate", "MAC"),
    |maker| apple_wifi(maker, "macOS", "macOSEnterpriseWiFiConfiguration", "MAC"),
];

/// How many of them make a whole set for Windows.
pub(super) const LEAST: usize = 5;

/// How many different ones there are.
pub(super) const ALL: usize = ORDER.len();

pub(super) fn make(maker: &mut Maker, index: usize) -> Value {
    ORDER[index % ORDER.len()](maker)
}

fn profile(maker: &mut Maker, kind: &str, platform: &str, topic: &str, own: Value) -> Value {
    let version = 1 + maker.random.below(6);
    let mut object = typed(
        maker,
        kind,
        platform,
        topic,
        json!({
            "supportsScopeTags": true,
            "deviceManagementApplicabilityRuleOsEdition": null,
            "deviceManagementApplicabilityRuleOsVersion": null,
            "deviceManagementApplicabilityRuleDeviceMode": null,
            "version": version,
        }),
    );
    merge(&mut object, own);
    assigned(maker, object, assignments::make)
}

fn first(maker: &Maker, kind: &str) -> Vec<String> {
    maker.sources.of_kind(PROFILES, kind).into_iter().take(1).map(|one| one.id).collect()
}

fn root(maker: &mut Maker, kind: &str, platform: &str) -> Value {
    let body = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", maker.random.guid());
    let mut own = json!({ "certFileName": "Contoso-Root-CA-G2.cer", "trustedRootCertificate": STANDARD.encode(body) });
    if platform == "WIN" {
        own["destinationStore"] = json!("computerCertStoreRoot");
    }
    profile(maker, kind, platform, "Trusted root certificate", own)
}

fn scep(maker: &mut Maker, kind: &str, root: &str, platform: &str) -> Value {
    let mut own = json!({
        "renewalThresholdPercentage": 20,
        "subjectNameFormat": "custom",
        "subjectNameFormatString": "CN={{UserPrincipalName}},O=Contoso",
        "certificateValidityPeriodValue": 1 + maker.random.below(2),
        "certificateValidityPeriodScale": "years",
        "certificateStore": "user",
        "keySize": "size2048",
        "keyUsage": "keyEncipherment,digitalSignature",
        "scepServerUrls": ["https://ndes.contoso.com/certsrv/mscep/mscep.dll"],
        "extendedKeyUsages": [{ "name": "Client Authentication", "objectIdentifier": "1.3.6.1.5.5.7.3.2" }],
        "customSubjectAlternativeNames": [{ "sanType": "userPrincipalName", "name": "{{UserPrincipalName}}" }],
        "rootCertificate": first(maker, root).pop(),
    });
    if platform == "WIN" {
        own["keyStorageProvider"] = json!("useTpmKspOtherwiseUseSoftwareKsp");
        own["hashAlgorithm"] = json!("sha2");
    }
    profile(maker, kind, platform, "SCEP certificate", own)
}

fn windows_wifi(maker: &mut Maker) -> Value {
    let own = json!({
        "preSharedKey": null, "wifiSecurityType": "wpa2Enterprise", "meteredConnectionLimit": "unrestricted",
        "ssid": "CONTOSO-CORP", "networkName": "CONTOSO-CORP", "connectAutomatically": true,
        "connectToPreferredNetwork": false, "connectWhenNetworkNameIsHidden": false, "forceFIPSCompliance": false,
        "proxySetting": "none", "proxyManualAddress": null, "proxyManualPort": null,
        "proxyAutomaticConfigurationUrl": null, "authenticationMethod": "certificate", "authenticationType": "user",
        "eapType": "eapTls", "innerAuthenticationProtocolForEAPTTLS": null, "cacheCredentials": true,
        "maximumAuthenticationFailures": 3, "networkSingleSignOn": "disabled", "performServerValidation": true,
        "requireCryptographicBinding": false, "promptForAdditionalAuthenticationCredentials": null,
        "trustedServerCertificateNames": ["nps.contoso.com"], "userBasedVirtualLan": null,
        "rootCertificatesForServerValidation": first(maker, "windows81TrustedRootCertificate"),
        "rootCertificateForClientValidation": first(maker, "windows81TrustedRootCertificate").pop(),
        "identityCertificateForClientAuthentication": first(maker, "windows81SCEPCertificateProfile").pop(),
    });
    profile(maker, "windowsWifiEnterpriseEAPConfiguration", "WIN", "Wi-Fi 802.1X", own)
}

fn windows_vpn(maker: &mut Maker) -> Value {
    let own = json!({
        "connectionName": "Contoso Always On VPN",
        "servers": [{ "description": "Primary", "address": "vpn.contoso.com", "isDefaultServer": true }],
        "customXml": null, "profileTarget": "user", "connectionType": "ikEv2", "enableSplitTunneling": true,
        "enableAlwaysOn": true, "enableDeviceTunnel": false, "enableDnsRegistration": true,
        "dnsSuffixes": ["contoso.com"], "authenticationMethod": "certificate", "rememberUserCredentials": true,
        "enableConditionalAccess": false, "enableSingleSignOnWithAlternateCertificate": false,
        "onlyAssociatedAppsCanUseConnection": false, "associatedApps": [], "trafficRules": [], "dnsRules": [],
        "routes": [{ "destinationPrefix": "10.0.0.0", "prefixSize": 8 }], "trustedNetworkDomains": ["contoso.com"],
        "proxyServer": null, "eapXml": null, "cryptographySuite": null, "singleSignOnEku": null,
        "singleSignOnIssuerHash": null, "windowsInformationProtectionDomain": null, "microsoftTunnelSiteId": null,
        "identityCertificate": first(maker, "windows81SCEPCertificateProfile").pop(),
    });
    profile(maker, "windows10VpnConfiguration", "WIN", "VPN", own)
}

/// A value that is encrypted, masked, and read one by one.
fn secret(maker: &mut Maker) -> Value {
    let (first, second, third) = (maker.random.guid(), maker.random.guid(), maker.random.guid());
    let own = json!({ "omaSettings": [{
        "@odata.type": "#microsoft.graph.omaSettingString",
        "displayName": "Local administrator password",
        "description": "Break-glass account on kiosks",
        "omaUri": "./Device/Vendor/MSFT/Accounts/Users/kiosk-admin/Password",
        "secretReferenceValueId": format!("{first}_{second}_{third}"),
        "isEncrypted": true,
        "value": "****",
    }] });
    profile(maker, "windows10CustomConfiguration", "WIN", "Kiosk administrator", own)
}

fn apple_wifi(maker: &mut Maker, prefix: &str, kind: &str, platform: &str) -> Value {
    let own = json!({
        "networkName": "CONTOSO-CORP", "ssid": "CONTOSO-CORP", "connectAutomatically": true,
        "connectWhenNetworkNameIsHidden": false, "wiFiSecurityType": "wpa2Enterprise", "proxySettings": "none",
        "proxyManualAddress": null, "proxyManualPort": null, "proxyAutomaticConfigurationUrl": null,
        "preSharedKey": null, "eapType": "eapTls", "eapFastConfiguration": null,
        "trustedServerCertificateNames": ["nps.contoso.com"], "authenticationMethod": "certificate",
        "innerAuthenticationProtocolForEapTtls": null, "outerIdentityPrivacyTemporaryValue": null,
        "rootCertificatesForServerValidation": first(maker, &format!("{prefix}TrustedRootCertificate")),
        "identityCertificateForClientAuthentication": first(maker, &format!("{prefix}ScepCertificateProfile")).pop(),
    });
    profile(maker, kind, platform, "Wi-Fi 802.1X", own)
}
