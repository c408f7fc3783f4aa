//! Parts that only derived types of a device configuration have, from Microsoft's metadata (beta): mostly the
//! certificate profiles that Wi-Fi, VPN and mail profiles point at.

use super::Navigation;

/// A part that leads to other device configurations.
const fn profile(navigation: Navigation, derived: &'static [&'static str]) -> Navigation {
    Navigation { derived, ..navigation.of("deviceManagement/deviceConfigurations") }
}

pub(super) const DERIVED_CREDENTIAL_SETTINGS: Navigation = Navigation {
    derived: &[
        "androidDeviceOwnerDerivedCredentialAuthenticationConfiguration",
        "androidDeviceOwnerEnterpriseWiFiConfiguration",
        "androidDeviceOwnerVpnConfiguration",
        "iosDerivedCredentialAuthenticationConfiguration",
        "iosEasEmailProfileConfiguration",
        "iosEnterpriseWiFiConfiguration",
        "iosVpnConfiguration",
        "iosikEv2VpnConfiguration",
    ],
    ..Navigation::single("derivedCredentialSettings").of("deviceManagement/derivedCredentials")
};

pub(super) const IDENTITY_CERTIFICATE: Navigation = profile(
    Navigation::single("identityCertificate"),
    &[
        "androidDeviceOwnerVpnConfiguration",
        "androidEasEmailProfileConfiguration",
        "androidForWorkGmailEasConfiguration",
        "androidForWorkNineWorkEasConfiguration",
        "androidForWorkVpnConfiguration",
        "androidVpnConfiguration",
        "androidWorkProfileGmailEasConfiguration",
        "androidWorkProfileNineWorkEasConfiguration",
        "androidWorkProfileVpnConfiguration",
        "iosEasEmailProfileConfiguration",
        "iosVpnConfiguration",
        "iosikEv2VpnConfiguration",
        "macOSVpnConfiguration",
        "windows10VpnConfiguration",
        "windowsPhone81VpnConfiguration",
    ],
);

pub(super) const IDENTITY_CERTIFICATE_FOR_CLIENT_AUTHENTICATION: Navigation = profile(
    Navigation::single("identityCertificateForClientAuthentication"),
    &[
        "androidDeviceOwnerEnterpriseWiFiConfiguration",
        "androidEnterpriseWiFiConfiguration",
        "androidForWorkEnterpriseWiFiConfiguration",
        "androidWorkProfileEnterpriseWiFiConfiguration",
        "aospDeviceOwnerEnterpriseWiFiConfiguration",
        "iosDeviceFeaturesConfiguration",
        "iosEnterpriseWiFiConfiguration",
        "iosWiredNetworkConfiguration",
        "macOSEnterpriseWiFiConfiguration",
        "macOSWiredNetworkConfiguration",
        "windowsWifiEnterpriseEAPConfiguration",
        "windowsWiredNetworkConfiguration",
    ],
);

pub(super) const NETWORK_ACCESS_CONFIGURATIONS: Navigation =
    profile(Navigation::list("networkAccessConfigurations"), &["windowsDomainJoinConfiguration"]);

pub(super) const PRIVACY_ACCESS_CONTROLS: Navigation =
    Navigation { derived: &["windows10GeneralConfiguration"], ..Navigation::list("privacyAccessControls") };

pub(super) const ROOT_CERTIFICATE: Navigation = profile(
    Navigation::single("rootCertificate"),
    &[
        "androidDeviceOwnerImportedPFXCertificateProfile",
        "androidDeviceOwnerPkcsCertificateProfile",
        "androidDeviceOwnerScepCertificateProfile",
        "androidForWorkImportedPFXCertificateProfile",
        "androidForWorkPkcsCertificateProfile",
        "androidForWorkScepCertificateProfile",
        "androidImportedPFXCertificateProfile",
        "androidPkcsCertificateProfile",
        "androidScepCertificateProfile",
        "androidWorkProfilePkcsCertificateProfile",
        "androidWorkProfileScepCertificateProfile",
        "aospDeviceOwnerPkcsCertificateProfile",
        "aospDeviceOwnerScepCertificateProfile",
        "iosScepCertificateProfile",
        "macOSScepCertificateProfile",
        "windows81SCEPCertificateProfile",
        "windowsPhone81SCEPCertificateProfile",
    ],
);

pub(super) const ROOT_CERTIFICATE_FOR_CLIENT_VALIDATION: Navigation = profile(
    Navigation::single("rootCertificateForClientValidation"),
    &["windowsWifiEnterpriseEAPConfiguration", "windowsWiredNetworkConfiguration"],
);

pub(super) const ROOT_CERTIFICATE_FOR_SERVER_VALIDATION: Navigation = profile(
    Navigation::single("rootCertificateForServerValidation"),
    &[
        "androidDeviceOwnerEnterpriseWiFiConfiguration",
        "androidEnterpriseWiFiConfiguration",
        "androidForWorkEnterpriseWiFiConfiguration",
        "androidWorkProfileEnterpriseWiFiConfiguration",
        "aospDeviceOwnerEnterpriseWiFiConfiguration",
        "iosWiredNetworkConfiguration",
        "macOSEnterpriseWiFiConfiguration",
        "macOSWiredNetworkConfiguration",
    ],
);

pub(super) const ROOT_CERTIFICATES_FOR_CLIENT_VALIDATION: Navigation =
    profile(Navigation::list("rootCertificatesForClientValidation"), &["windowsZtdnsConfiguration"]);

pub(super) const ROOT_CERTIFICATES_FOR_SERVER_VALIDATION: Navigation = profile(
    Navigation::list("rootCertificatesForServerValidation"),
    &[
        "androidDeviceOwnerEnterpriseWiFiConfiguration",
        "iosEnterpriseWiFiConfiguration",
        "macOSEnterpriseWiFiConfiguration",
        "windowsWifiEnterpriseEAPConfiguration",
        "windowsWiredNetworkConfiguration",
        "windowsZtdnsConfiguration",
    ],
);

pub(super) const SECONDARY_IDENTITY_CERTIFICATE_FOR_CLIENT_AUTHENTICATION: Navigation = profile(
    Navigation::single("secondaryIdentityCertificateForClientAuthentication"),
    &["windowsWiredNetworkConfiguration"],
);

pub(super) const SECONDARY_ROOT_CERTIFICATE_FOR_CLIENT_VALIDATION: Navigation =
    profile(Navigation::single("secondaryRootCertificateForClientValidation"), &["windowsWiredNetworkConfiguration"]);

pub(super) const SINGLE_SIGN_ON_EXTENSION_PKINIT_CERTIFICATE: Navigation = profile(
    Navigation::single("singleSignOnExtensionPkinitCertificate"),
    &["iosDeviceFeaturesConfiguration", "macOSDeviceFeaturesConfiguration"],
);

pub(super) const SMIME_ENCRYPTION_CERTIFICATE: Navigation =
    profile(Navigation::single("smimeEncryptionCertificate"), &["iosEasEmailProfileConfiguration"]);

pub(super) const SMIME_SIGNING_CERTIFICATE: Navigation = profile(
    Navigation::single("smimeSigningCertificate"),
    &["androidEasEmailProfileConfiguration", "iosEasEmailProfileConfiguration"],
);
