//! Clouds are data, not a closed list: Microsoft adds some, and the simulator is one (facts: learn.microsoft.com/graph/deployments).

use std::collections::BTreeMap;

/// Where one cloud answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    /// Stable key, stored with a tenant.
    pub key: String,
    /// What a person reads.
    pub label: String,
    /// Origin of the sign-in service, without a trailing slash.
    pub login_url: String,
    /// Origin of Microsoft Graph, without a trailing slash and version.
    pub graph_url: String,
    /// Nobody enforces Microsoft's limits there: it is a server of one's own, as a simulator is.
    pub unlimited: bool,
}

/// The clouds that this installation knows.
#[derive(Debug, Clone)]
pub struct Clouds(BTreeMap<String, Cloud>);

const BUILT_IN: [(&str, &str, &str, &str); 4] = [
    ("global", "Global", "https://login.microsoftonline.com", "https://graph.microsoft.com"),
    ("us_gov_l4", "US Government L4 (GCC High)", "https://login.microsoftonline.us", "https://graph.microsoft.us"),
    ("us_gov_l5", "US Government L5 (DoD)", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    (
        "china",
        "China (21Vianet)",
        "https://login.partner.microsoftonline.cn",
        "https://microsoftgraph.chinacloudapi.cn",
    ),
];

impl Default for Clouds {
    fn default() -> Self {
        let mut clouds = Self(BTreeMap::new());
        for (key, label, login, graph) in BUILT_IN {
            clouds.add(Cloud {
                key: key.into(),
                label: label.into(),
                login_url: login.into(),
                graph_url: graph.into(),
                unlimited: false,
            });
        }
        clouds
    }
}

impl Clouds {
    /// Adds or replaces one.
    pub fn add(&mut self, cloud: Cloud) {
        self.0.insert(cloud.key.clone(), cloud);
    }

    /// The cloud of that key.
    pub fn get(&self, key: &str) -> Option<&Cloud> {
        self.0.get(key)
    }

    /// All, by key.
    pub fn iter(&self) -> impl Iterator<Item = &Cloud> {
        self.0.values()
    }
}
