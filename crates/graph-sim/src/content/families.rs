//! Settings catalog settings that generated policies use, by family: ids and names as Microsoft's catalog has them.

/// What a setting holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// Off or on.
    Switch,
    /// One of these, numbered from 0.
    Choice(&'static [&'static str]),
    /// A number within bounds.
    Number(usize, usize),
    /// One of these texts.
    Text(&'static [&'static str]),
    /// Several of these texts.
    Texts(&'static [&'static str]),
    /// A group of other settings that may repeat: id endings and their forms.
    Group(&'static [(&'static str, &'static str, Form)]),
}

/// A family of settings: platforms and technologies of the policies it is found in, the topic, id prefix, members.
pub(crate) struct Family {
    pub(crate) platforms: &'static str,
    pub(crate) technologies: &'static str,
    pub(crate) label: &'static str,
    pub(crate) topic: &'static str,
    pub(crate) prefix: &'static str,
    pub(crate) members: &'static [(&'static str, &'static str, Form)],
}

const FIREWALL_RULE: &[(&str, &str, Form)] = &[
    ("_name", "Name", Form::Text(&["Allow RDP from management", "Block legacy SMB", "Allow print services"])),
    ("_enabled", "Enabled", Form::Switch),
    (
        "_direction",
        "Direction",
        Form::Choice(&["The rule applies to inbound traffic", "The rule applies to outbound traffic"]),
    ),
    ("_localportranges", "Local port ranges", Form::Texts(&["3389", "445", "9100", "5985-5986"])),
];

pub(crate) static FAMILIES: &[Family] = &[
    Family {
        platforms: "windows10",
        technologies: "mdm",
        label: "WIN",
        topic: "BitLocker",
        prefix: "device_vendor_msft_bitlocker_",
        members: &[
            ("requiredeviceencryption", "Require Device Encryption", Form::Switch),
            ("allowwarningforotherdiskencryption", "Allow Warning For Other Disk Encryption", Form::Switch),
            ("allowstandarduserencryption", "Allow Standard User Encryption", Form::Switch),
            (
                "configurerecoverypasswordrotation",
                "Configure Recovery Password Rotation",
                Form::Choice(&[
                    "Refresh off",
                    "Refresh on for Azure AD-joined devices",
                    "Refresh on for both Azure AD-joined and hybrid-joined devices",
                ]),
            ),
            (
                "removabledrivesrequireencryption",
                "Deny write access to removable drives not protected by BitLocker",
                Form::Switch,
            ),
            ("systemdrivesminimumpinlength", "Configure minimum PIN length for startup", Form::Number(4, 20)),
            (
                "systemdrivesrecoverymessage",
                "Configure pre-boot recovery message and URL",
                Form::Text(&["Call the service desk on 1500", "https://aka.ms/myrecoverykey"]),
            ),
            (
                "fixeddrivesencryptiontype",
                "Enforce drive encryption type on fixed data drives",
                Form::Choice(&["Allow user to choose", "Full encryption", "Used space only encryption"]),
            ),
        ],
    },
    Family {
        platforms: "windows10",
        technologies: "mdm,microsoftSense",
        label: "WIN",
        topic: "Defender Antivirus",
        prefix: "device_vendor_msft_policy_config_defender_",
        members: &[
            ("allowarchivescanning", "Allow Archive Scanning", Form::Switch),
            ("allowbehaviormonitoring", "Allow Behavior Monitoring", Form::Switch),
            ("allowcloudprotection", "Allow Cloud Protection", Form::Switch),
            ("allowemailscanning", "Allow Email Scanning", Form::Switch),
            ("allowfullscanonmappednetworkdrives", "Allow Full Scan On Mapped Network Drives", Form::Switch),
            ("allowfullscanremovabledrivescanning", "Allow Full Scan Removable Drive Scanning", Form::Switch),
            ("allowintrusionpreventionsystem", "Allow Intrusion Prevention System", Form::Switch),
            ("allowioavprotection", "Allow scanning of all downloaded files and attachments", Form::Switch),
            ("allowrealtimemonitoring", "Allow Realtime Monitoring", Form::Switch),
            ("allowscanningnetworkfiles", "Allow Scanning Network Files", Form::Switch),
            ("allowscriptscanning", "Allow Script Scanning", Form::Switch),
            ("avgcpuloadfactor", "Avg CPU Load Factor", Form::Number(5, 100)),
            ("checkforsignaturesbeforerunningscan", "Check For Signatures Before Running Scan", Form::Switch),
            (
                "cloudblocklevel",
                "Cloud Block Level",
                Form::Choice(&["Not configured", "High", "High plus", "Zero tolerance"]),
            ),
            ("cloudextendedtimeout", "Cloud Extended Timeout", Form::Number(0, 50)),
            ("daystoretaincleanedmalware", "Days To Retain Cleaned Malware", Form::Number(0, 90)),
            ("disablecatchupfullscan", "Disable Catchup Full Scan", Form::Switch),
            ("enablelowcpupriority", "Enable Low CPU Priority", Form::Switch),
            (
                "enablenetworkprotection",
                "Enable Network Protection",
                Form::Choice(&["Disabled", "Enabled (block mode)", "Enabled (audit mode)"]),
            ),
            ("excludedextensions", "Excluded Extensions", Form::Texts(&["vhdx", "mdf", "ldf", "pst"])),
            (
                "excludedpaths",
                "Excluded Paths",
                Form::Texts(&["C:\\Program Files\\Backup", "D:\\Databases", "C:\\BuildAgent\\_work"]),
            ),
            (
                "puaprotection",
                "PUA Protection",
                Form::Choice(&["PUA Protection off", "PUA Protection on", "Audit mode"]),
            ),
            (
                "realtimescandirection",
                "Real Time Scan Direction",
                Form::Choice(&["Monitor all files", "Monitor incoming files", "Monitor outgoing files"]),
            ),
            ("scheduleweeklyscanday", "Schedule Scan Day", Form::Choice(&["Every day", "Sunday", "Monday", "Tuesday"])),
            ("signatureupdateinterval", "Signature Update Interval", Form::Number(0, 24)),
            (
                "submitsamplesconsent",
                "Submit Samples Consent",
                Form::Choice(&[
                    "Always prompt",
                    "Send safe samples automatically",
                    "Never send",
                    "Send all samples automatically",
                ]),
            ),
        ],
    },
    Family {
        platforms: "windows10",
        technologies: "mdm",
        label: "WIN",
        topic: "Firewall",
        prefix: "vendor_msft_firewall_mdmstore_",
        members: &[
            ("domainprofile_enablefirewall", "Enable Domain Network Firewall", Form::Switch),
            (
                "domainprofile_defaultinboundaction",
                "Default Inbound Action for Domain Profile",
                Form::Choice(&["Allow", "Block"]),
            ),
            ("domainprofile_logmaxfilesize", "Log Max File Size", Form::Number(1024, 32767)),
            ("privateprofile_enablefirewall", "Enable Private Network Firewall", Form::Switch),
            ("publicprofile_enablefirewall", "Enable Public Network Firewall", Form::Switch),
            ("publicprofile_allowlocalpolicymerge", "Allow Local Policy Merge", Form::Switch),
            ("global_presharedkeyencoding", "Preshared Key Encoding", Form::Choice(&["None", "UTF-8"])),
            ("firewallrules_{firewallrulename}", "Firewall rule", Form::Group(FIREWALL_RULE)),
        ],
    },
    Family {
        platforms: "windows10",
        technologies: "mdm",
        label: "WIN",
        topic: "Edge",
        prefix: "device_vendor_msft_policy_config_microsoft_edgev77.3~policy~microsoft_edge_",
        members: &[
            ("passwordmanagerenabled", "Enable saving passwords to the password manager", Form::Switch),
            ("smartscreenenabled", "Configure Microsoft Defender SmartScreen", Form::Switch),
            (
                "smartscreenpuaenabled",
                "Configure Microsoft Defender SmartScreen to block potentially unwanted apps",
                Form::Switch,
            ),
            ("preventsmartscreenpromptoverride", "Prevent bypassing SmartScreen prompts for sites", Form::Switch),
            ("sslversionmin", "Minimum TLS version enabled", Form::Choice(&["TLS 1.0", "TLS 1.1", "TLS 1.2"])),
            (
                "homepagelocation",
                "Configure the home page URL",
                Form::Text(&["https://intranet.contoso.com", "https://start.contoso.com"]),
            ),
            ("homepageisnewtabpage", "Set the new tab page as the home page", Form::Switch),
            ("autofillcreditcardenabled", "Enable AutoFill for payment instruments", Form::Switch),
            ("autofilladdressenabled", "Enable AutoFill for addresses", Form::Switch),
            (
                "browsersignin",
                "Browser sign-in settings",
                Form::Choice(&["Disable browser sign-in", "Enable browser sign-in", "Force users to sign-in"]),
            ),
            ("syncdisabled", "Disable synchronization of data using Microsoft sync services", Form::Switch),
            ("importonfirstrun", "Automatically import another browser's data", Form::Switch),
            ("hidefirstrunexperience", "Hide the First-run experience and splash screen", Form::Switch),
            (
                "downloadrestrictions",
                "Allow download restrictions",
                Form::Choice(&[
                    "No special restrictions",
                    "Block malicious downloads",
                    "Block potentially dangerous downloads",
                    "Block all downloads",
                ]),
            ),
            (
                "extensioninstallblocklist",
                "Control which extensions cannot be installed",
                Form::Texts(&["*", "abcdefghijklmnopabcdefghijklmnop"]),
            ),
            (
                "extensioninstallallowlist",
                "Allow specific extensions to be installed",
                Form::Texts(&["odfafepnkmbhccpbejgmiehpchacaeak", "ppnbnpeolgkicgegkbkbjmhlideopiji"]),
            ),
            ("defaultpopupssetting", "Default pop-up window setting", Form::Switch),
            ("edgefollowenabled", "Enable Follow service", Form::Switch),
            ("edgeshoppingassistantenabled", "Shopping in Microsoft Edge Enabled", Form::Switch),
            (
                "inprivatemodeavailability",
                "Configure InPrivate mode availability",
                Form::Choice(&["Available", "Disabled", "Forced"]),
            ),
            ("proxymode", "Configure proxy server settings", Form::Switch),
            (
                "trackingprevention",
                "Block tracking of users' web-browsing activity",
                Form::Choice(&["Off", "Basic", "Balanced", "Strict"]),
            ),
            ("startupboostenabled", "Enable startup boost", Form::Switch),
            ("siteperprocess", "Enable site isolation for every site", Form::Switch),
            ("screencaptureallowed", "Allow or deny screen capture", Form::Switch),
            ("quicallowed", "Allow QUIC protocol", Form::Switch),
            ("metricsreportingenabled", "Enable usage and crash-related data reporting", Form::Switch),
            ("bookmarkbarenabled", "Enable favorites bar", Form::Switch),
        ],
    },
    Family {
        platforms: "windows10",
        technologies: "mdm",
        label: "WIN",
        topic: "Device restrictions",
        prefix: "device_vendor_msft_policy_config_",
        members: &[
            ("abovelock_allowcortanaabovelock", "Allow Cortana Above Lock", Form::Switch),
            (
                "accounts_allowaddingnonmicrosoftaccountsmanually",
                "Allow Adding Non Microsoft Accounts Manually",
                Form::Switch,
            ),
            (
                "applicationmanagement_allowdeveloperunlock",
                "Allow Developer Unlock",
                Form::Choice(&["Explicit deny", "Explicit allow unlock", "Not configured"]),
            ),
            ("authentication_allowaadpasswordreset", "Allow Aad Password Reset", Form::Switch),
            ("bluetooth_allowadvertising", "Allow Advertising", Form::Switch),
            ("camera_allowcamera", "Allow Camera", Form::Switch),
            ("connectivity_allowusbconnection", "Allow USB Connection", Form::Switch),
            (
                "deliveryoptimization_dodownloadmode",
                "DO Download Mode",
                Form::Choice(&["HTTP only", "LAN", "Group", "Internet"]),
            ),
            ("deliveryoptimization_domaxcachesize", "DO Max Cache Size", Form::Number(1, 100)),
            ("devicelock_devicepasswordexpiration", "Device Password Expiration", Form::Number(0, 730)),
            ("devicelock_maxinactivitytimedevicelock", "Max Inactivity Time Device Lock", Form::Number(1, 999)),
            ("devicelock_mindevicepasswordlength", "Min Device Password Length", Form::Number(4, 16)),
            ("experience_allowcortana", "Allow Cortana", Form::Switch),
            ("experience_allowwindowsspotlight", "Allow Windows Spotlight", Form::Switch),
            (
                "experience_configurechaticon",
                "Configure Chat Icon",
                Form::Choice(&["Not configured", "Show", "Hide", "Disabled"]),
            ),
            (
                "localpoliciessecurityoptions_interactivelogon_messagetextforusersattemptingtologon",
                "Interactive Logon Message Text",
                Form::Text(&["This system is for authorised use only.", "Your use may be monitored."]),
            ),
            ("privacy_disableadvertisingid", "Disable Advertising ID", Form::Switch),
            ("search_allowfindmyfiles", "Allow Find My Files", Form::Switch),
            ("storage_removablediskdenywriteaccess", "Removable Disk Deny Write Access", Form::Switch),
            ("system_allowtelemetry", "Allow Telemetry", Form::Choice(&["Security", "Basic", "Enhanced", "Full"])),
            ("update_activehoursstart", "Active Hours Start", Form::Number(0, 23)),
            ("update_deferfeatureupdatesperiodindays", "Defer Feature Updates Period In Days", Form::Number(0, 365)),
            ("update_deferqualityupdatesperiodindays", "Defer Quality Updates Period In Days", Form::Number(0, 30)),
            ("windowsai_disableaidataanalysis", "Disable AI Data Analysis", Form::Switch),
            ("wirelessdisplay_allowprojectiontopc", "Allow Projection To PC", Form::Switch),
        ],
    },
    Family {
        platforms: "macOS",
        technologies: "mdm,appleRemoteManagement",
        label: "MAC",
        topic: "Security and privacy",
        prefix: "com.apple.",
        members: &[
            ("mcx.filevault2_enable", "FileVault Enable", Form::Choice(&["On", "Off"])),
            ("mcx.filevault2_showrecoverykey", "Show Recovery Key", Form::Switch),
            ("security.firewall_enablefirewall", "Enable Firewall", Form::Switch),
            ("security.firewall_enablestealthmode", "Enable Stealth Mode", Form::Switch),
            ("systempolicy.control_enableassessment", "Enable Assessment", Form::Switch),
            ("screensaver_askforpassworddelay", "Ask For Password Delay", Form::Number(0, 60)),
            ("screensaver_loginwindowidletime", "Login Window Idle Time", Form::Number(60, 3600)),
            ("applicationaccess_allowairdrop", "Allow AirDrop", Form::Switch),
            ("applicationaccess_allowcamera", "Allow Camera", Form::Switch),
            ("applicationaccess_allowcloudbackup", "Allow Cloud Backup", Form::Switch),
            (
                "loginwindow_loginwindowtext",
                "Login Window Text",
                Form::Text(&["Property of Contoso", "Call 1500 for help"]),
            ),
            (
                "servicemanagement_rules",
                "Managed login items",
                Form::Group(&[
                    (
                        "_item_ruletype",
                        "Rule Type",
                        Form::Choice(&["Bundle Identifier", "Label Prefix", "Team Identifier"]),
                    ),
                    ("_item_rulevalue", "Rule Value", Form::Text(&["com.microsoft", "UBF8T346G9"])),
                ]),
            ),
        ],
    },
    Family {
        platforms: "iOS",
        technologies: "mdm,appleRemoteManagement",
        label: "IOS",
        topic: "Restrictions",
        prefix: "com.apple.applicationaccess_",
        members: &[
            ("allowaccountmodification", "Allow Account Modification", Form::Switch),
            ("allowappinstallation", "Allow App Installation", Form::Switch),
            ("allowassistant", "Allow Assistant", Form::Switch),
            ("allowdiagnosticsubmission", "Allow Diagnostic Submission", Form::Switch),
            ("allowerasecontentandsettings", "Allow Erase Content And Settings", Form::Switch),
            ("allowopenfrommanagedtounmanaged", "Allow Open From Managed To Unmanaged", Form::Switch),
            ("enforcedsoftwareupdatedelay", "Enforced Software Update Delay", Form::Number(1, 90)),
            (
                "blockedappbundleids",
                "Blocked App Bundle IDs",
                Form::Texts(&["com.zhiliaoapp.musically", "com.toyopagroup.picaboo"]),
            ),
        ],
    },
];
