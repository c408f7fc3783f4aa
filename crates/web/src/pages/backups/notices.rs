//! What stands above a set: what a verification found, and what could not be captured.

use app::backups::Verification;
use maud::{Markup, html};
use store::BackupSet;

use crate::kit::notice::{Notice, notice};
use crate::kit::number::counted;
use crate::kit::tone::Tone;

/// Complete or not, said plainly, with what was found.
pub(super) fn result(found: &Verification) -> Markup {
    let view = if found.is_intact() {
        Notice {
            tone: Tone::Ok,
            icon: "circle-check",
            title: format!("Intact: {} read back and equal to the manifest", counted(found.items, "object", "objects")),
            text: if found.missing == 0 {
                "Nothing is missing in it.".to_owned()
            } else {
                format!("{} could not be captured when it was made.", counted(found.missing, "object", "objects"))
            },
            code: String::new(),
            actions: None,
        }
    } else {
        let list = html! { ul { @for problem in found.problems.iter().take(20) { li { (problem) } } } };
        Notice {
            tone: Tone::Bad,
            icon: "circle-x",
            title: format!("Not intact: {}", counted(found.problems.len() as u64, "problem", "problems")),
            text: "Do not rely on this set. Make another and look at the storage of the database.".to_owned(),
            code: "backup.not_intact".to_owned(),
            actions: Some(list),
        }
    };
    notice(&view)
}

/// What the set lacks, said above everything else.
pub(super) fn incomplete_notice(set: &BackupSet) -> Markup {
    if set.incomplete == 0 {
        return html! {};
    }
    notice(&Notice {
        tone: Tone::Warn,
        icon: "circle-half-2",
        title: format!("{} could not be captured", counted(set.incomplete, "object", "objects")),
        text: "Each is listed below with its code. An older version never stands in for it.".to_owned(),
        code: String::new(),
        actions: None,
    })
}
