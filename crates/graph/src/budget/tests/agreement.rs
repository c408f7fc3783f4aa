//! The arithmetic by itself: who gets what, and when what one gives up is another's.

use super::super::report::{CLASSES, ClassReport, Cut};
use super::super::shared::Shared;
use super::*;

/// A node that tells the truth about one class of 40 in 20 s.
struct Teller {
    name: &'static str,
    number: u64,
}

impl Teller {
    fn new(name: &'static str) -> Self {
        Self { name, number: 0 }
    }

    fn report(&mut self, class: ClassReport) -> Report {
        self.number += 1;
        let class = ClassReport { limit: 40, span_ms: 20_000, ..class };
        let mut classes: [ClassReport; CLASSES] = Default::default();
        classes[0] = class;
        Report { node: self.name.into(), number: self.number, leaves: false, is_under_way: false, classes }
    }

    /// The share that it is given, wanting all.
    fn tell(&mut self, shared: &mut Shared, now: i64, applies: u32, used: u32) -> u32 {
        let report = self.report(ClassReport { applies, used, wants: 40, ..ClassReport::default() });
        share(&shared.settle(now, &report))
    }
}

fn share(grant: &Grant) -> u32 {
    grant.classes.expect("it is the newest report")[0].share
}

#[test]
fn what_one_gives_up_is_anothers_once_it_has_said_so_and_its_window_has_passed() {
    let (mut shared, mut first, mut second) = (Shared::default(), Teller::new("a"), Teller::new("b"));
    assert_eq!(first.tell(&mut shared, 1_000, 0, 0), 40);
    assert_eq!(second.tell(&mut shared, 1_100, 0, 0), 0, "the other may use all");
    assert_eq!(first.tell(&mut shared, 2_000, 40, 10), 20);
    assert_eq!(second.tell(&mut shared, 2_100, 0, 0), 0, "the other may not have heard of it");
    assert_eq!(first.tell(&mut shared, 2_200, 20, 35), 20);
    assert_eq!(second.tell(&mut shared, 2_300, 0, 0), 5, "the other's window holds more than its share");
    assert_eq!(first.tell(&mut shared, 8_000, 20, 12), 20);
    assert_eq!(second.tell(&mut shared, 8_100, 5, 5), 20);
}

#[test]
fn a_node_that_fell_silent_is_waited_for_until_nothing_of_it_counts() {
    let (mut shared, mut first, mut second) = (Shared::default(), Teller::new("a"), Teller::new("b"));
    assert_eq!(first.tell(&mut shared, 0, 0, 0), 40);
    let end = 12_000 + 20_000 + 5_000;
    assert_eq!(second.tell(&mut shared, end, 0, 0), 0);
    assert_eq!(second.tell(&mut shared, end + 1, 0, 0), 40);
}

#[test]
fn a_node_that_left_is_waited_for_a_window_and_longer_only_if_something_may_still_arrive() {
    for (is_under_way, end) in [(false, 21_000), (true, 26_000)] {
        let (mut shared, mut first, mut second) = (Shared::default(), Teller::new("a"), Teller::new("b"));
        assert_eq!(first.tell(&mut shared, 0, 0, 0), 40);
        let used = ClassReport { used: 40, ..ClassReport::default() };
        shared.settle(1_000, &Report { leaves: true, is_under_way, ..first.report(used) });
        assert_eq!(second.tell(&mut shared, end, 0, 0), 0);
        assert_eq!(second.tell(&mut shared, end + 1, 0, 0), 40);
    }
}

#[test]
fn a_clock_that_is_set_back_lengthens_nothing() {
    let (mut shared, mut first, mut second) = (Shared::default(), Teller::new("a"), Teller::new("b"));
    let hour = 3_600_000;
    let pause_ms = 5_000;
    shared.settle(hour, &first.report(ClassReport { wants: 40, pause_ms, ..ClassReport::default() }));
    let grant = shared.settle(0, &second.report(ClassReport { wants: 40, ..ClassReport::default() }));
    assert_eq!((share(&grant), grant.classes.unwrap()[0].pause_ms), (0, 5_000));
    assert_eq!(second.tell(&mut shared, 12_000 + 20_000 + 5_001, 0, 0), 40, "the first one is gone");
}

#[test]
fn a_report_that_was_overtaken_changes_nothing() {
    let (mut shared, mut node) = (Shared::default(), Teller::new("a"));
    let late = node.report(ClassReport::default());
    assert_eq!(node.tell(&mut shared, 0, 0, 0), 40);
    let before = shared.clone();
    assert!(shared.settle(0, &late).classes.is_none());
    assert_eq!(shared, before);
}

#[test]
fn a_state_that_cannot_be_read_is_waited_out() {
    let mut shared = Shared::read(Some("written by a later version"), 0);
    let mut node = Teller::new("a");
    assert_eq!(node.tell(&mut shared, 36_000, 0, 0), 0);
    assert_eq!(node.tell(&mut shared, 37_000, 0, 0), 40);
}

#[test]
fn the_state_is_the_same_after_it_was_text() {
    let (mut shared, mut node) = (Shared::default(), Teller::new("a"));
    let cut = Some(Cut { by: 0.5, age_ms: 1 });
    shared.settle(7, &node.report(ClassReport { cut, pause_ms: 90, wants: 3, ..ClassReport::default() }));
    assert_eq!(Shared::read(Some(&shared.text()), 8), shared);
}

#[test]
fn who_wants_little_gets_it_and_the_others_share_the_rest() {
    let rows: [(&[u32], &[u32]); 5] = [
        (&[40, 40], &[20, 20]),
        (&[4, 40], &[4, 36]),
        (&[4, 40, 40], &[4, 18, 18]),
        (&[40, 40, 40], &[13, 13, 13]),
        (&[0, 5], &[0, 5]),
    ];
    let names = ["a", "b", "c"];
    for (wants, expected) in rows {
        let mut shared = Shared::default();
        let mut tellers: Vec<_> = names.iter().take(wants.len()).map(|name| Teller::new(name)).collect();
        let mut shares = vec![0; wants.len()];
        // Often enough for everybody to have given up what is too much.
        for round in 0..6 {
            for (index, teller) in tellers.iter_mut().enumerate() {
                let class = ClassReport { applies: shares[index], wants: wants[index], ..ClassReport::default() };
                shares[index] = share(&shared.settle(round, &teller.report(class)));
            }
        }
        assert_eq!(shares, expected, "{wants:?}");
    }
}
