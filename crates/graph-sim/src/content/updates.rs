//! Windows updates beside the update rings: features, expedited updates, hotpatch, drivers.

use serde_json::{Value, json};

use super::assignments;
use super::generate::Maker;
use super::objects::{assigned, plain};

pub(super) fn feature(maker: &mut Maker, index: usize) -> Value {
    const VERSIONS: &[(&str, &str, &str)] = &[
        ("Windows 11, version 24H2", "Windows 11, version 24H2", "2027-10-12T00:00:00Z"),
        ("Windows 11, version 23H2", "Windows 11, version 23H2", "2026-11-10T00:00:00Z"),
        ("Windows 11, version 25H2", "Windows 11, version 25H2", "2028-10-10T00:00:00Z"),
    ];
    let (version, shown, end) = VERSIONS[index % VERSIONS.len()];
    let gradual = maker.random.chance(40).then(|| {
        json!({
            "offerStartDateTimeInUTC": "2026-03-02T00:00:00Z",
            "offerEndDateTimeInUTC": "2026-04-13T00:00:00Z",
            "offerIntervalInDays": 7,
        })
    });
    let own = json!({
        "featureUpdateVersion": version,
        "deployableContentDisplayName": shown,
        "endOfSupportDate": end,
        "installLatestWindows10OnWindows11IneligibleDevice": maker.random.chance(30),
        "installFeatureUpdatesOptional": maker.random.chance(20),
        "rolloutSettings": gradual,
    });
    let object = plain(maker, "WIN", "Feature update", own);
    assigned(maker, object, assignments::bare)
}

pub(super) fn expedited(maker: &mut Maker, index: usize) -> Value {
    const RELEASES: &[(&str, &str, &str)] = &[
        (
            "2026-05-12T00:00:00Z",
            "05/12/2026 - 2026.05 B",
            "05/12/2026 - 2026.05 B Security Updates for Windows 10 and later",
        ),
        (
            "2026-03-10T00:00:00Z",
            "03/10/2026 - 2026.03 B",
            "03/10/2026 - 2026.03 B Security Updates for Windows 10 and later",
        ),
    ];
    let (release, date, content) = RELEASES[index % RELEASES.len()];
    let own = json!({
        "expeditedUpdateSettings": {
            "qualityUpdateRelease": release,
            "daysUntilForcedReboot": maker.random.below(3),
            "qualityUpdateCatalogItemId": maker.random.guid(),
        },
        "releaseDateDisplayName": date,
        "deployableContentDisplayName": content,
    });
    let object = plain(maker, "WIN", "Expedited security update", own);
    assigned(maker, object, assignments::bare)
}

pub(super) fn quality(maker: &mut Maker, index: usize) -> Value {
    let approval = |cadence: &str| {
        json!({
            "windowsQualityUpdateCadence": cadence,
            "windowsQualityUpdateCategory": "all",
            "approvalMethodType": "automatic",
            "deferredDeploymentInDay": 0,
        })
    };
    let own = json!({
        "hotpatchEnabled": index.is_multiple_of(2),
        "approvalSettings": [approval("monthly"), approval("outOfBand")],
    });
    let object = plain(maker, "WIN", "Hotpatch", own);
    assigned(maker, object, assignments::bare)
}

pub(super) fn driver(maker: &mut Maker, index: usize) -> Value {
    let automatic = index.is_multiple_of(2);
    let own = json!({
        "approvalType": if automatic { "automatic" } else { "manual" },
        "deploymentDeferralInDays": automatic.then(|| 3 + maker.random.below(12)),
        "newUpdates": maker.random.below(40),
        "deviceReporting": maker.random.below(900),
        "inventorySyncStatus": {
            "lastSuccessfulSyncDateTime": "2026-05-31T02:11:09Z",
            "driverInventorySyncState": "success",
        },
    });
    let object = plain(maker, "WIN", "Driver updates", own);
    assigned(maker, object, assignments::bare)
}
