//! Keeping a flood of reports out of a log, without losing count of it.

use crate::{Message, Priority, Report};

/// Lets through so many reports of a kind about a file in an interval, and counts the others.
///
/// Time is the caller's: any unit, counted from anywhere. Memory is fixed: a report for which no
/// place is left shares the last one with all others like it, so that an attacker who makes up
/// names gets `SLOTS` times the burst through and no more.
#[derive(Clone, Debug)]
pub struct Limiter<const SLOTS: usize = 64> {
    burst: u32,
    interval: u64,
    slots: [Slot; SLOTS],
    last: Slot,
}

/// What has become of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Whether it is to be logged.
    pub passes: bool,
    /// What is to be logged before it: what was suppressed in an interval that is over.
    pub before: Option<Suppressed>,
}

/// How many reports of a kind were suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// How many; at least one.
    pub count: u64,
    /// The kind: [`Message::word`].
    pub word: &'static str,
}

impl Suppressed {
    /// The report that says so.
    #[must_use]
    pub const fn report(self) -> Report<'static> {
        let Self { count, word } = self;
        Report::new(Priority::Notice, Message::Suppressed { count, word }, b"")
    }
}

/// The reports of one kind about one file, in one interval.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// What they have in common; 0 if there are none.
    key: u64,
    word: &'static str,
    since: u64,
    passed: u32,
    suppressed: u64,
}

impl<const SLOTS: usize> Limiter<SLOTS> {
    /// One that lets through `burst` reports of a kind about a file in an interval.
    #[must_use]
    pub const fn new(burst: u32, interval: u64) -> Self {
        Self { burst, interval, slots: [Slot::FREE; SLOTS], last: Slot::FREE }
    }

    /// Decides about a report, now.
    pub fn admit(&mut self, now: u64, report: &Report<'_>) -> Admission {
        let word = report.message.word();
        let key = key(word, report.name);
        let Self { burst, interval, .. } = *self;
        let slot = self.slot(now, key);
        let mut before = None;
        if slot.is_over(now, interval) {
            before = slot.take();
            *slot = Slot { key, word, since: now, passed: 0, suppressed: 0 };
        }
        let passes = slot.passed < burst;
        if passes {
            slot.passed = slot.passed.saturating_add(1);
        } else {
            slot.suppressed = slot.suppressed.saturating_add(1);
            if slot.key != key {
                slot.word = "various";
            }
        }
        Admission { passes, before }
    }

    /// What was suppressed in intervals that are over, for a log that nothing else is written to
    /// meanwhile: each count comes once.
    pub fn overdue(&mut self, now: u64) -> impl Iterator<Item = Suppressed> {
        let interval = self.interval;
        let slots = self.slots.iter_mut().chain([&mut self.last]);
        slots.filter(move |slot| slot.is_over(now, interval)).filter_map(Slot::take)
    }

    /// What was suppressed and not told yet, however long ago.
    pub fn rest(&mut self) -> impl Iterator<Item = Suppressed> {
        self.slots.iter_mut().chain([&mut self.last]).filter_map(Slot::take)
    }

    /// The slot that has the key; else one whose interval is over; else the last.
    fn slot(&mut self, now: u64, key: u64) -> &mut Slot {
        let interval = self.interval;
        let Self { slots, last, .. } = self;
        let found = slots
            .iter()
            .position(|slot| slot.key == key)
            .or_else(|| slots.iter().position(|slot| slot.is_over(now, interval)));
        found.and_then(|index| slots.get_mut(index)).unwrap_or(last)
    }
}

impl Slot {
    const FREE: Self = Self { key: 0, word: "", since: 0, passed: 0, suppressed: 0 };

    fn is_over(&self, now: u64, interval: u64) -> bool {
        self.key == 0 || now.saturating_sub(self.since) >= interval
    }

    fn take(&mut self) -> Option<Suppressed> {
        let Self { word, suppressed: count, .. } = *self;
        self.suppressed = 0;
        (count > 0).then_some(Suppressed { count, word })
    }
}

/// FNV-1a of the kind and the name, never 0.
fn key(word: &str, name: &[u8]) -> u64 {
    let bytes = word.as_bytes().iter().chain(&[0]).chain(name);
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Finding;
    use proptest::prelude::*;
    use std::string::ToString;
    use std::vec::Vec;

    fn report(finding: Finding, name: &[u8]) -> Report<'_> {
        Report::new(Priority::Alert, Message::Finding(finding), name)
    }

    #[test]
    fn a_flood_is_cut_and_counted() {
        let mut limiter = Limiter::<4>::new(3, 10);
        let mismatch = report(Finding::Mismatch, b"/f");
        let passed = (0..10).filter(|_| limiter.admit(5, &mismatch).passes).count();
        assert_eq!(passed, 3);
        let next = limiter.admit(15, &mismatch);
        assert!(next.passes);
        let before = next.before.unwrap();
        assert_eq!(before, Suppressed { count: 7, word: "mismatch" });
        assert_eq!(before.report().to_string(), "Veriexec: 7 more reports suppressed: mismatch.");
    }

    #[test]
    fn kinds_and_files_do_not_disturb_each_other() {
        let mut limiter = Limiter::<4>::new(1, 10);
        for (finding, name) in [
            (Finding::Mismatch, b"/f"),
            (Finding::Mismatch, b"/g"),
            (Finding::NoEntry, b"/f"),
            (Finding::NoEntry, b"/g"),
        ] {
            assert!(limiter.admit(0, &report(finding, name)).passes);
            assert!(!limiter.admit(9, &report(finding, name)).passes);
        }
        assert_eq!(limiter.overdue(9).count(), 0);
        let overdue: Vec<_> = limiter.overdue(10).map(|suppressed| suppressed.count).collect();
        assert_eq!(overdue, [1; 4]);
        assert_eq!(limiter.overdue(10).count(), 0);
    }

    #[test]
    fn made_up_names_share_what_is_left() {
        let mut limiter = Limiter::<4>::new(2, 10);
        let names: Vec<_> = (0..100_u8).map(|byte| [b'/', byte]).collect();
        let passed = names
            .iter()
            .filter(|name| limiter.admit(0, &report(Finding::NoEntry, *name)).passes)
            .count();
        assert_eq!(passed, 4 + 2);
        let rest: Vec<_> = limiter.rest().collect();
        assert_eq!(rest, [Suppressed { count: 94, word: "various" }]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_report_is_lost(
            burst in 0..4_u32,
            interval in 0..8_u64,
            reports in proptest::collection::vec((0..12_u8, 0..4_u64, any::<bool>()), 0..200),
        ) {
            let mut limiter = Limiter::<3>::new(burst, interval);
            let mut now = 0;
            let mut told = 0;
            let count = reports.len() as u64;
            for (name, pause, look) in reports {
                now += pause;
                let Admission { passes, before } =
                    limiter.admit(now, &report(Finding::Mismatch, &[name]));
                told += u64::from(passes) + before.map_or(0, |suppressed| suppressed.count);
                if look {
                    told += limiter.overdue(now).map(|suppressed| suppressed.count).sum::<u64>();
                }
            }
            told += limiter.rest().map(|suppressed| suppressed.count).sum::<u64>();
            prop_assert_eq!(told, count);
        }
    }
}
