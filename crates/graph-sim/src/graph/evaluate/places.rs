//! Whether an address or a country is at a named location.

use std::net::IpAddr;

use serde_json::Value;

use super::conditions::words;
use crate::store::Store;

const LOCATIONS: &str = "identity/conditionalAccess/namedLocations";

/// `All`, `AllTrusted`, or the id of a named location.
pub(super) fn is_at(store: &Store, name: &str, asked: &Value) -> bool {
    match name {
        "All" => true,
        "AllTrusted" => store.all(LOCATIONS).iter().any(|place| place["isTrusted"] == true && holds(place, asked)),
        id => store.get(LOCATIONS, id).is_some_and(|place| holds(place, asked)),
    }
}

fn holds(place: &Value, asked: &Value) -> bool {
    if let Some(country) = asked["country"].as_str()
        && words(&place["countriesAndRegions"]).iter().any(|known| known.eq_ignore_ascii_case(country))
    {
        return true;
    }
    let address = asked["ipAddress"].as_str().and_then(|text| text.parse::<IpAddr>().ok());
    let ranges = place["ipRanges"].as_array();
    address.is_some_and(|address| ranges.into_iter().flatten().any(|range| is_in(range, address)))
}

/// `cidrAddress`, or from `lowerAddress` to `upperAddress`.
fn is_in(range: &Value, address: IpAddr) -> bool {
    let parsed = |name: &str| range[name].as_str().and_then(|text| text.parse::<IpAddr>().ok());
    if let (Some(lower), Some(upper)) = (parsed("lowerAddress"), parsed("upperAddress")) {
        return (lower..=upper).contains(&address);
    }
    let cidr = range["cidrAddress"].as_str().and_then(|text| text.split_once('/'));
    let Some((network, length)) = cidr else { return false };
    match (network.parse::<IpAddr>(), address, length.parse::<u32>()) {
        (Ok(IpAddr::V4(network)), IpAddr::V4(address), Ok(length @ 0..=32)) => {
            (network.to_bits() ^ address.to_bits()).checked_shr(32 - length).unwrap_or(0) == 0
        }
        (Ok(IpAddr::V6(network)), IpAddr::V6(address), Ok(length @ 0..=128)) => {
            (network.to_bits() ^ address.to_bits()).checked_shr(128 - length).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_in;

    #[test]
    fn an_address_is_in_a_range_or_not() {
        let cidr = |text: &str| json!({ "cidrAddress": text });
        for (range, address, expected) in [
            (cidr("10.1.0.0/16"), "10.1.255.1", true),
            (cidr("10.1.0.0/16"), "10.2.0.1", false),
            (cidr("0.0.0.0/0"), "10.2.0.1", true),
            (cidr("10.1.2.3/32"), "10.1.2.3", true),
            (cidr("2001:db8::/32"), "2001:db8:1::1", true),
            (cidr("2001:db8::/32"), "10.1.2.3", false),
            (cidr("10.1.0.0/33"), "10.1.0.0", false),
            (json!({ "lowerAddress": "10.0.0.5", "upperAddress": "10.0.0.9" }), "10.0.0.7", true),
            (json!({ "lowerAddress": "10.0.0.5", "upperAddress": "10.0.0.9" }), "10.0.0.10", false),
        ] {
            assert_eq!(is_in(&range, address.parse().unwrap()), expected, "{range} {address}");
        }
    }
}
