//! Names as administrators give them.

use std::collections::HashSet;

use crate::random::Random;

const AUDIENCES: &[&str] = &[
    "Corporate laptops",
    "Shared devices",
    "Kiosks",
    "Privileged access workstations",
    "Developers",
    "Finance",
    "Human Resources",
    "Field engineers",
    "Executives",
    "Frontline",
    "Meeting rooms",
    "Factory floor",
    "Call centre",
    "Contractors",
    "Students",
    "Research",
    "Cloud PCs",
    "Personal devices",
    "Sales",
    "Legal",
];

const REGIONS: &[&str] =
    &["Global", "EMEA", "North America", "APAC", "Netherlands", "Germany", "Nordics", "Iberia", "UK", "LATAM"];

const RINGS: &[&str] = &["Ring 0 Test", "Ring 1 Pilot", "Ring 2 Early adopters", "Ring 3 Broad", "Ring 4 Critical"];

/// Gives every object of a tenant a name of its own.
#[derive(Default)]
pub(crate) struct Namer {
    used: HashSet<String>,
    last_number: usize,
}

impl Namer {
    /// For example `WIN – BitLocker – Corporate laptops – EMEA`.
    pub(crate) fn name(&mut self, random: &mut Random, platform: &str, topic: &str) -> String {
        let mut name = format!("{platform} – {topic} – {}", random.pick(AUDIENCES));
        if self.is_taken(&name) || random.chance(40) {
            name = format!("{name} – {}", random.pick(REGIONS));
        }
        if self.is_taken(&name) || random.chance(15) {
            name = format!("{name} – {}", random.pick(RINGS));
        }
        self.unique(name)
    }

    /// The name itself, or with a number behind it when it is taken.
    pub(crate) fn unique(&mut self, name: String) -> String {
        let mut candidate = name.clone();
        let mut number = 2;
        while self.is_taken(&candidate) {
            candidate = format!("{name} v{number}");
            number += 1;
        }
        self.used.insert(candidate.to_lowercase());
        candidate
    }

    /// Numbers for names such as CA001.
    pub(crate) fn next_number(&mut self) -> usize {
        self.last_number += 1;
        self.last_number
    }

    fn is_taken(&self, name: &str) -> bool {
        self.used.contains(&name.to_lowercase())
    }
}

/// A sentence for a description; some objects have none.
pub(crate) fn description(random: &mut Random, topic: &str) -> String {
    const ENDINGS: &[&str] = &[
        "Owned by the workplace team. Change only with an approved change request.",
        "Based on the CIS benchmark, level 1.",
        "Do not edit by hand; see the runbook.",
        "Replaces the group policy of the same name.",
        "Agreed with the works council in 2025.",
    ];
    if random.chance(25) {
        return String::new();
    }
    format!("{topic}. {}", random.pick(ENDINGS))
}
