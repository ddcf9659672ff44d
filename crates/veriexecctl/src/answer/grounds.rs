//! Why the policy decided as it did, as a person is told.

use sigfile::EntryType;
use veriexec::{Decision, Errno, Event, Finding, Object, StrictLevel, Verdict, policy};

use crate::machine::contents::Contents;

/// What is known of a file when the policy is asked about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    /// The accesses it is listed for, if it is.
    pub(crate) listed: Option<EntryType>,
    /// How its contents compare.
    pub(crate) contents: Option<&'a Contents>,
}

impl Facts<'_> {
    /// What the policy is asked about: one thing, or each that it may be.
    pub(crate) fn objects(self) -> Vec<Object> {
        match (self.listed, self.contents) {
            (Some(listed), Some(contents)) => {
                let object = |evaluation: &_| Object::Listed(listed, *evaluation);
                contents.evaluations().iter().map(object).collect()
            }
            _ => vec![Object::Unlisted],
        }
    }
}

/// What the policy answers about something.
#[derive(Clone, Debug)]
pub(crate) struct Ruling {
    /// The decision, or one of several that allow or deny alike; `None` if it depends on contents
    /// that nobody knows.
    pub(crate) decision: Option<Decision>,
    /// What denies it or, if nothing does, the first thing that was found; `None` if that is
    /// nothing, or depends on such contents.
    pub(crate) finding: Option<Finding>,
    /// Why, in a few words; empty if there is nothing to say.
    pub(crate) reason: String,
}

impl Ruling {
    /// Asks the policy about what is to happen to a file.
    pub(crate) fn on(level: StrictLevel, event: Event, facts: Facts<'_>) -> Self {
        let object = |object| (event, object);
        let asked: Vec<_> = facts.objects().into_iter().map(object).collect();
        Self::of(level, &asked, facts)
    }

    /// Asks the policy about what may be any of these. What is none of them it is not asked about:
    /// that is allowed.
    pub(crate) fn of(level: StrictLevel, asked: &[(Event, Object)], facts: Facts<'_>) -> Self {
        let decide = |(event, object): &(Event, Object)| {
            let decision = policy::decide(level, *event, *object);
            let why = effect(*event, &decision).map(str::to_owned);
            (decision, why)
        };
        let decisions: Vec<_> = asked.iter().map(decide).collect();
        let Some((first, why)) = decisions.first() else {
            let decision = Some(Decision::QUIETLY_ALLOWED);
            return Self { decision, finding: None, reason: String::new() };
        };
        if decisions.iter().any(|(other, _)| other.verdict != first.verdict) {
            return Self { decision: None, finding: None, reason: open_question(asked).into() };
        }
        let found = finding(first);
        let agreed = found.filter(|_| decisions.iter().all(|(other, _)| finding(other) == found));
        let reason = match why {
            Some(why) if decisions.iter().all(|(_, other)| other.as_ref() == Some(why)) => {
                why.clone()
            }
            _ => agreed.map(|finding| about(finding, facts)).unwrap_or_default(),
        };
        Self { decision: Some(*first), finding: agreed, reason }
    }

    /// Whether it is allowed; `None` if that is not known.
    pub(crate) fn is_allowed(&self) -> Option<bool> {
        self.decision.map(|decision| decision.verdict.is_allowed())
    }

    /// The error of a denial.
    pub(crate) fn denial(&self) -> Option<Errno> {
        denial(self.decision.as_ref()?)
    }
}

/// The error of a denial.
pub(crate) fn denial(decision: &Decision) -> Option<Errno> {
    match decision.verdict {
        Verdict::Allow => None,
        Verdict::Deny(errno) => Some(errno),
    }
}

/// What it depends on, where the answer does.
fn open_question(asked: &[(Event, Object)]) -> &'static str {
    match asked {
        [(Event::RawWrite { .. }, _), ..] => "denied if a file system with listed files is on it",
        _ => "contents not known",
    }
}

/// What denies it or, if nothing does, the first thing that was found. `None` if that is nothing.
pub(crate) fn finding(decision: &Decision) -> Option<Finding> {
    let mut found = decision.notices.iter().flatten().map(|notice| notice.finding);
    if decision.verdict.is_allowed() { found.next() } else { found.next_back() }
}

/// What becomes of an entry by what is allowed.
fn effect(event: Event, decision: &Decision) -> Option<&'static str> {
    if !decision.verdict.is_allowed() {
        return None;
    }
    Some(match event {
        Event::Rename { target_listed: true } if decision.delete => {
            "the entry of the replaced file is deleted"
        }
        Event::Rename { .. } if decision.rename => "its entry stays with it",
        _ if decision.delete => "its entry is deleted",
        _ if decision.purge => "it is evaluated again after that",
        _ => return None,
    })
}

fn about(finding: Finding, facts: Facts<'_>) -> String {
    match (finding, facts.listed) {
        (Finding::NoEntry, _) => "not listed".into(),
        (Finding::IncorrectAccess, Some(listed)) => {
            format!("listed for {} only", listed.or_direct())
        }
        (Finding::Match, _) => "contents match".into(),
        (Finding::Mismatch, _) => "contents differ".into(),
        (Finding::WriteRequest, _) => "listed files are not written".into(),
        (Finding::RemoveRequest, _) => "listed files are not removed".into(),
        (Finding::RenameMonitored, _) => "listed files are not renamed or replaced".into(),
        (Finding::RenameLockdown, _) => "nothing is renamed".into(),
        (other, _) => other.text().into(),
    }
}

#[cfg(test)]
mod tests {
    use veriexec::Access;

    use crate::machine::contents::Source;

    use super::*;

    fn ask(level: StrictLevel, event: Event, contents: &Contents) -> Ruling {
        let facts = Facts { listed: Some(EntryType::DIRECT), contents: Some(contents) };
        Ruling::on(level, event, facts)
    }

    #[test]
    fn a_denial_says_what_denies_it() {
        let reason = |level, event| ask(level, event, &Contents::Same(Source::Read)).reason;
        let opened = Event::Access(Access::File);
        assert_eq!(reason(StrictLevel::Ips, opened), "listed for direct only");
        assert_eq!(reason(StrictLevel::Ids, opened), "listed for direct only");
        assert_eq!(reason(StrictLevel::Ips, Event::Access(Access::Direct)), "contents match");
        assert_eq!(reason(StrictLevel::Ids, Event::Remove), "listed files are not removed");
        assert_eq!(reason(StrictLevel::Learning, Event::Remove), "its entry is deleted");
        assert_eq!(reason(StrictLevel::Ids, Event::Link), "");
    }

    #[test]
    fn what_depends_on_contents_that_nobody_knows_is_not_known() {
        let ask =
            |level, access| ask(level, Event::Access(access), &Contents::Unknown("refused".into()));
        assert_eq!(ask(StrictLevel::Learning, Access::Direct).is_allowed(), Some(true));
        assert_eq!(ask(StrictLevel::Learning, Access::Direct).finding, None);
        let denied = ask(StrictLevel::Ips, Access::File);
        assert_eq!(denied.is_allowed(), Some(false));
        assert_eq!(denied.finding, Some(Finding::IncorrectAccess));
        let unknown = ask(StrictLevel::Ids, Access::Direct);
        assert_eq!((unknown.is_allowed(), unknown.denial(), unknown.finding), (None, None, None));
        assert_eq!(unknown.reason, "contents not known");
    }
}
