//! Keeping a flood of reports out of a log, without losing count of it.

use crate::entries::mix;
use crate::policy::EventKind;
use crate::{FileId, Message, Occasion, Priority, Report};

/// Says of each report whether it is to be logged.
///
/// What was said about a file and a program, for a user, is not said again within an interval. Each
/// user has a budget of lines for each kind of report, and the first of whatever can be found is
/// said even when that is used up: nobody can flood a log so that another user's lines, or those of
/// another kind, do not get there. What is left out is counted, by user and kind.
///
/// Time is the caller's: any unit, counted from anywhere. Memory is fixed. The superuser has a place
/// of its own; when there are more than `USERS` other users in an interval, the last ones share one.
#[derive(Clone, Debug)]
pub struct Limiter<const USERS: usize = 32, const RECENT: usize = 64> {
    budgets: Budgets,
    interval: u64,
    recent: [[Recent; NEIGHBOURS]; RECENT],
    superuser: Account,
    users: [Account; USERS],
    others: Account,
}

/// So many of what was said not long ago, and would have the same place, are kept in mind.
const NEIGHBOURS: usize = 4;

/// How many lines of a kind a user has in an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// Of what is denied.
    pub denied: u32,
    /// Of everything else.
    pub allowed: u32,
}

/// How many reports of a kind were suppressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// How many; at least one.
    pub count: u32,
    /// Which kind.
    pub kind: Kind,
    /// Whose: [`Process::user`](crate::Process::user); `None` for users who share a place.
    pub user: Option<u32>,
}

impl Suppressed {
    /// The report that says so.
    #[must_use]
    pub const fn report(self) -> Report<'static> {
        let priority = match self.kind {
            Kind::Decision { denied: true, .. } => Priority::Warning,
            _ => Priority::Notice,
        };
        Report::new(priority, Message::Suppressed(self), b"")
    }
}

/// What reports have in common that share a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// They are about a decision.
    Decision {
        /// What was to happen.
        event: EventKind,
        /// Whether it was denied.
        denied: bool,
    },
    /// They are about something else.
    Other,
}

impl Kind {
    const COUNT: usize = EventKind::ALL.len().saturating_mul(2).saturating_add(1);

    fn of(report: &Report<'_>) -> Self {
        match report.occasion {
            Some(Occasion { event: Some(event), verdict, .. }) => {
                Self::Decision { event, denied: !verdict.is_allowed() }
            }
            _ => Self::Other,
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Other => 0,
            Self::Decision { event, denied } => {
                (event as usize).saturating_mul(2).saturating_add(1).saturating_add(denied as usize)
            }
        }
    }

    /// The kinds, in the order of their indices.
    fn all() -> impl Iterator<Item = Self> {
        let decisions = EventKind::ALL
            .into_iter()
            .flat_map(|event| [false, true].map(|denied| Self::Decision { event, denied }));
        [Self::Other].into_iter().chain(decisions)
    }
}

/// What was said not long ago; meaningless if nothing was.
#[derive(Clone, Copy, Debug)]
struct Recent {
    since: u64,
    subject: Option<Subject>,
}

/// What makes a report one that was made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Subject {
    user: u32,
    index: usize,
    /// [`Message::number`].
    finding: u32,
    level: u8,
    file: Option<FileId>,
    program: Option<FileId>,
    /// Of the name, where no file tells more, and of a new name.
    names: u64,
}

impl Subject {
    fn of(report: &Report<'_>, user: u32, index: usize) -> Self {
        let to = match report.message {
            Message::Rename { to, .. } => to,
            _ => &[],
        };
        let name = if report.file.is_some() { &[] } else { report.name };
        Self {
            user,
            index,
            finding: report.message.number(),
            level: report.occasion.map_or(0, |occasion| occasion.level.number()),
            file: report.file,
            program: report.process.and_then(|process| process.program.file),
            names: hash(name, to),
        }
    }

    /// Where to look for it first.
    fn place(&self) -> u64 {
        let inode = |file: Option<FileId>| file.map_or(0, |file| file.inode);
        let numbers =
            [inode(self.file), inode(self.program), self.finding.into(), self.user.into()];
        numbers.into_iter().fold(self.names, |hash, number| mix(hash ^ number))
    }
}

/// What a user's reports have come to in an interval.
#[derive(Clone, Copy, Debug)]
struct Account {
    is_used: bool,
    /// Whether it is that of all who have none.
    is_shared: bool,
    user: u32,
    since: u64,
    /// How many were suppressed and not told yet, of all kinds.
    owed: u32,
    tallies: [Tally; Kind::COUNT],
}

/// What they have come to of one kind.
#[derive(Clone, Copy, Debug)]
struct Tally {
    /// Which findings were said, a bit each.
    said: u64,
    passed: u32,
    suppressed: u32,
}

impl<const USERS: usize, const RECENT: usize> Limiter<USERS, RECENT> {
    /// One with those budgets in an interval.
    #[must_use]
    pub const fn new(budgets: Budgets, interval: u64) -> Self {
        Self {
            budgets,
            interval,
            recent: [[Recent { since: 0, subject: None }; NEIGHBOURS]; RECENT],
            superuser: Account::UNUSED,
            users: [Account::UNUSED; USERS],
            others: Account { is_shared: true, ..Account::UNUSED },
        }
    }

    /// Whether a report is to be logged now. If not, it is counted.
    #[must_use]
    pub fn admit(&mut self, now: u64, report: &Report<'_>) -> bool {
        let user = report.process.map_or(0, |process| process.user);
        let kind = Kind::of(report);
        let subject = Subject::of(report, user, kind.index());
        let is_repeated = self.is_repeated(now, subject);
        let Budgets { denied, allowed } = self.budgets;
        let budget =
            if matches!(kind, Kind::Decision { denied: true, .. }) { denied } else { allowed };
        let account = self.account(now, user);
        let Some(tally) = account.tallies.get_mut(kind.index()) else { return true };
        let finding = 1_u64.checked_shl(report.message.number()).unwrap_or(0);
        let is_first = tally.said & finding == 0;
        if is_first || (!is_repeated && tally.passed < budget) {
            tally.said |= finding;
            tally.passed = tally.passed.saturating_add(1);
            self.remember(now, subject);
            return true;
        }
        tally.suppressed = tally.suppressed.saturating_add(1);
        account.owed = account.owed.saturating_add(1);
        false
    }

    /// What was suppressed in an interval that is over: each count comes once. To be asked until
    /// there is none.
    pub fn overdue(&mut self, now: u64) -> Option<Suppressed> {
        let interval = self.interval;
        self.owed(|account| account.is_over(now, interval))
    }

    /// What was suppressed and not told yet, however short ago; to be asked until there is none.
    pub fn rest(&mut self) -> Option<Suppressed> {
        self.owed(|_| true)
    }

    /// Whether something was suppressed that is not told yet.
    #[must_use]
    pub fn owes(&self) -> bool {
        let accounts = self.users.iter().chain([&self.superuser, &self.others]);
        accounts.into_iter().any(|account| account.owed > 0)
    }

    /// Forgets what was said, and whose budgets are used up. What is not told yet stays.
    pub fn forget(&mut self) {
        for recent in self.recent.as_flattened_mut() {
            recent.subject = None;
        }
        for account in self.accounts() {
            account.reset();
        }
    }

    fn accounts(&mut self) -> impl Iterator<Item = &mut Account> {
        let Self { superuser, users, others, .. } = self;
        users.iter_mut().chain([superuser, others])
    }

    fn owed(&mut self, is_due: impl Fn(&Account) -> bool) -> Option<Suppressed> {
        self.accounts().filter(|account| is_due(account)).find_map(Account::take)
    }

    /// Whether the same was said in this interval.
    fn is_repeated(&mut self, now: u64, subject: Subject) -> bool {
        let interval = self.interval;
        let is_over = |recent: &Recent| now.saturating_sub(recent.since) >= interval;
        let is_it = |recent: &Recent| recent.subject == Some(subject) && !is_over(recent);
        self.neighbours(subject).is_some_and(|neighbours| neighbours.iter().any(is_it))
    }

    /// Takes down what is said now, in place of what was said the longest ago.
    fn remember(&mut self, now: u64, subject: Subject) {
        let neighbours = self.neighbours(subject).into_iter().flatten();
        let age = |recent: &&mut Recent| (recent.subject.is_some(), recent.since);
        if let Some(oldest) = neighbours.min_by_key(age) {
            *oldest = Recent { since: now, subject: Some(subject) };
        }
    }

    fn neighbours(&mut self, subject: Subject) -> Option<&mut [Recent; NEIGHBOURS]> {
        let place = subject.place().checked_rem(u64::try_from(RECENT).ok()?)?;
        self.recent.get_mut(usize::try_from(place).ok()?)
    }

    /// The account of a user, in an interval that is not over: the one that it has; else one that
    /// nobody needs any more; else the one for all others.
    fn account(&mut self, now: u64, user: u32) -> &mut Account {
        let interval = self.interval;
        let Self { superuser, users, others, .. } = self;
        let account = if user == 0 {
            superuser
        } else {
            let own = |account: &Account| account.is_used && account.user == user;
            let free = |account: &Account| {
                !account.is_used || (account.is_over(now, interval) && account.owed == 0)
            };
            let place = users.iter().position(own).or_else(|| users.iter().position(free));
            place.and_then(|place| users.get_mut(place)).unwrap_or(others)
        };
        let is_anothers = !account.is_shared && account.user != user;
        if !account.is_used || is_anothers || account.is_over(now, interval) {
            account.begin(now);
            account.user = user;
        }
        account
    }
}

impl Account {
    const UNUSED: Self = Self {
        is_used: false,
        is_shared: false,
        user: 0,
        since: 0,
        owed: 0,
        tallies: [Tally { said: 0, passed: 0, suppressed: 0 }; Kind::COUNT],
    };

    fn is_over(&self, now: u64, interval: u64) -> bool {
        now.saturating_sub(self.since) >= interval
    }

    /// Begins an interval. What was suppressed before is still to be told.
    fn begin(&mut self, now: u64) {
        self.is_used = true;
        self.since = now;
        self.reset();
    }

    fn reset(&mut self) {
        for tally in &mut self.tallies {
            *tally = Tally { said: 0, passed: 0, ..*tally };
        }
    }

    /// A count that was not told yet, which it is now.
    fn take(&mut self) -> Option<Suppressed> {
        if self.owed == 0 {
            return None;
        }
        let mut kinds = Kind::all().zip(&mut self.tallies);
        let (kind, tally) = kinds.find(|(_, tally)| tally.suppressed > 0)?;
        let count = core::mem::take(&mut tally.suppressed);
        self.owed = self.owed.saturating_sub(count);
        Some(Suppressed { count, kind, user: (!self.is_shared).then_some(self.user) })
    }
}

fn hash(name: &[u8], to: &[u8]) -> u64 {
    let bytes = name.iter().chain(&[0]).chain(to);
    bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Finding, Verdict};
    use crate::{Errno, Process, StrictLevel};
    use proptest::prelude::*;
    use std::string::ToString;
    use std::vec::Vec;

    const BUDGETS: Budgets = Budgets { denied: 3, allowed: 3 };

    fn by(user: u32, finding: Finding, name: &[u8]) -> Report<'_> {
        Report {
            process: Some(Process::new(b"sh", 1, user, 0)),
            occasion: Some(Occasion {
                event: Some(EventKind::Direct),
                level: StrictLevel::Ips,
                verdict: Verdict::Deny(Errno::PERM),
                is_trial: false,
            }),
            ..Report::new(Priority::Alert, Message::Finding(finding), name)
        }
    }

    fn names(count: u8) -> Vec<[u8; 2]> {
        (0..count).map(|byte| [b'/', byte]).collect()
    }

    #[test]
    fn the_same_is_said_once_in_an_interval() {
        let mut limiter = Limiter::<4>::new(BUDGETS, 10);
        let mismatch = by(7, Finding::Mismatch, b"/f");
        let passed = (0..10).filter(|_| limiter.admit(5, &mismatch)).count();
        assert_eq!(passed, 1);
        assert_eq!(limiter.overdue(14), None);
        let left = limiter.overdue(15).unwrap();
        let kind = Kind::Decision { event: EventKind::Direct, denied: true };
        assert_eq!(left, Suppressed { count: 9, kind, user: Some(7) });
        let report = left.report();
        assert_eq!(
            report.to_string(),
            "Veriexec: 9 more reports suppressed: denied: execute, uid=7."
        );
        assert_eq!(report.priority, Priority::Warning);
        assert_eq!(limiter.overdue(15), None);
        assert!(limiter.admit(15, &mismatch));
    }

    #[test]
    fn another_program_level_or_finding_is_said() {
        let mut limiter = Limiter::<4>::new(Budgets { denied: 9, ..BUDGETS }, 10);
        let mismatch = by(7, Finding::Mismatch, b"/f");
        assert!(limiter.admit(0, &mismatch));
        assert!(!limiter.admit(0, &mismatch));
        assert!(limiter.admit(0, &by(7, Finding::NoEntry, b"/f")));
        let occasion =
            mismatch.occasion.map(|occasion| Occasion { level: StrictLevel::Ids, ..occasion });
        assert!(limiter.admit(0, &Report { occasion, ..mismatch }));
        let mut process = Process::new(b"sh", 1, 7, 0);
        process.program.file = Some(FileId { mount: 1, inode: 2, generation: 3 });
        assert!(limiter.admit(0, &Report { process: Some(process), ..mismatch }));
    }

    #[test]
    fn a_budget_is_one_of_a_user_and_a_kind() {
        let mut limiter = Limiter::<4>::new(BUDGETS, 10);
        let passed = |limiter: &mut Limiter<4>, user, finding| {
            names(100).iter().filter(|name| limiter.admit(0, &by(user, finding, *name))).count()
        };
        assert_eq!(passed(&mut limiter, 7, Finding::NoEntry), 3);
        assert!(limiter.admit(0, &by(0, Finding::NoEntry, b"/f")), "another user");
        assert!(limiter.admit(0, &by(8, Finding::NoEntry, b"/f")), "another user");
        assert!(limiter.admit(0, &by(7, Finding::Mismatch, b"/f")), "another finding");
        assert!(!limiter.admit(0, &by(7, Finding::Mismatch, b"/g")));
        let mut read = by(7, Finding::NoEntry, b"/f");
        read.occasion =
            read.occasion.map(|occasion| Occasion { event: Some(EventKind::File), ..occasion });
        assert!(limiter.admit(0, &read), "another event");
        read.occasion =
            read.occasion.map(|occasion| Occasion { verdict: Verdict::Allow, ..occasion });
        assert!(limiter.admit(0, &read), "another verdict");
        assert_eq!(passed(&mut limiter, 0, Finding::NoEntry), 2, "the superuser has a budget, too");
    }

    #[test]
    fn users_without_a_place_share_one_and_the_superuser_has_its_own() {
        let mut limiter = Limiter::<4>::new(BUDGETS, 10);
        let passed =
            (1..=100).filter(|user| limiter.admit(0, &by(*user, Finding::NoEntry, b"/f"))).count();
        assert_eq!(passed, 4 + 3);
        assert!(limiter.admit(0, &by(0, Finding::NoEntry, b"/f")));
        let rest = limiter.rest().unwrap();
        assert_eq!((rest.count, rest.user), (93, None));
        assert_eq!(
            rest.report().to_string(),
            "Veriexec: 93 more reports suppressed: denied: execute, of other users."
        );
        assert_eq!(limiter.rest(), None);
        // The places are free when the interval is over.
        assert!(limiter.admit(10, &by(100, Finding::NoEntry, b"/f")));
        assert!(!limiter.admit(10, &by(100, Finding::NoEntry, b"/f")));
        assert_eq!(limiter.rest().unwrap().user, Some(100));
    }

    #[test]
    fn what_is_forgotten_is_said_again_and_what_is_owed_is_not_lost() {
        let mut limiter = Limiter::<4>::new(BUDGETS, 10);
        let mismatch = by(7, Finding::Mismatch, b"/f");
        assert!(limiter.admit(0, &mismatch));
        assert!(!limiter.admit(0, &mismatch));
        limiter.forget();
        assert!(limiter.admit(0, &mismatch));
        assert!(limiter.owes());
        assert_eq!(limiter.rest().unwrap().count, 1);
        assert!(!limiter.owes());
        assert!(limiter.admit(0, &by(8, Finding::Mismatch, b"/f")));
        assert!(!limiter.admit(0, &by(8, Finding::Mismatch, b"/f")));
        assert_eq!(limiter.rest().unwrap().user, Some(8), "there are places for others still");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_report_is_lost(
            budget in 0..4_u32,
            interval in 0..8_u64,
            reports in proptest::collection::vec((0..12_u8, 0..6_u32, 0..4_u64, any::<bool>()), 0..200),
        ) {
            let budgets = Budgets { denied: budget, allowed: budget };
            let mut limiter = Limiter::<3, 2>::new(budgets, interval);
            let mut now = 0;
            let mut told = 0;
            let count = reports.len() as u64;
            for (name, user, pause, look) in reports {
                now += pause;
                told += u64::from(limiter.admit(now, &by(user, Finding::Mismatch, &[name])));
                while let Some(left) = if look { limiter.overdue(now) } else { None } {
                    told += u64::from(left.count);
                }
            }
            while let Some(left) = limiter.rest() {
                told += u64::from(left.count);
            }
            prop_assert!(!limiter.owes());
            prop_assert_eq!(told, count);
        }

        #[test]
        fn nobody_hides_what_another_user_does(
            flood in proptest::collection::vec((1..=3_u32, any::<u8>()), 0..300),
            finding in prop_oneof![Just(Finding::NoEntry), Just(Finding::Mismatch)],
        ) {
            let mut limiter = Limiter::<4>::new(BUDGETS, 10);
            for (user, name) in &flood {
                let _ = limiter.admit(0, &by(*user, Finding::NoEntry, &[*name]));
            }
            prop_assert!(limiter.admit(0, &by(0, finding, b"/f")));
            prop_assert!(limiter.admit(0, &by(4, finding, b"/f")));
        }
    }
}
