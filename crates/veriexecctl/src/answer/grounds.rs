//! Why the policy decided as it did, as a person is told.

use sigfile::EntryType;
use veriexec::{Decision, Errno, Event, Finding, Verdict};

use crate::machine::contents::Contents;

/// What is known of a file when the policy is asked about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    /// The accesses it is listed for, if it is.
    pub(crate) listed: Option<EntryType>,
    /// How its contents compare.
    pub(crate) contents: Option<&'a Contents>,
}

/// What denies it or, if nothing does, the first thing that was found. `None` if that is nothing.
pub(crate) fn finding(decision: &Decision) -> Option<Finding> {
    let mut found = decision.notices.iter().flatten().map(|notice| notice.finding);
    if decision.verdict.is_allowed() { found.next() } else { found.next_back() }
}

/// The error of a denial.
pub(crate) fn denial(decision: &Decision) -> Option<Errno> {
    match decision.verdict {
        Verdict::Allow => None,
        Verdict::Deny(errno) => Some(errno),
    }
}

/// Why, in a few words; empty if there is nothing to say.
pub(crate) fn tell(event: Event, decision: &Decision, facts: Facts<'_>) -> String {
    if decision.verdict.is_allowed() {
        let effect = match event {
            Event::Rename { target_listed: true } if decision.delete => {
                "the entry of the replaced file is deleted"
            }
            Event::Rename { .. } if decision.rename => "its entry stays with it",
            _ if decision.delete => "its entry is deleted",
            _ if decision.purge => "it is evaluated again after that",
            _ => "",
        };
        if !effect.is_empty() {
            return effect.into();
        }
    }
    finding(decision).map(|finding| about(finding, facts)).unwrap_or_default()
}

fn about(finding: Finding, facts: Facts<'_>) -> String {
    match (finding, facts) {
        (Finding::NoEntry, _) => "not listed".into(),
        (Finding::IncorrectAccess, Facts { listed: Some(listed), .. }) => {
            format!("listed for {} only", listed.or_direct())
        }
        (Finding::Match, _) => "contents match".into(),
        (Finding::Mismatch, _) => "contents differ".into(),
        (
            Finding::CalculationError,
            Facts { contents: Some(Contents::Unhashed { reason, .. }), .. },
        ) => format!("cannot be hashed: {reason}"),
        (Finding::WriteRequest, _) => "listed files are not written".into(),
        (Finding::RemoveRequest, _) => "listed files are not removed".into(),
        (Finding::RenameMonitored, _) => "listed files are not renamed or replaced".into(),
        (Finding::RenameLockdown, _) => "nothing is renamed".into(),
        (other, _) => other.text().into(),
    }
}

#[cfg(test)]
mod tests {
    use veriexec::{Access, Evaluation, Object, StrictLevel, policy};

    use super::*;

    #[test]
    fn a_denial_says_what_denies_it() {
        let contents = Contents::Same;
        let facts = Facts { listed: Some(EntryType::EMPTY), contents: Some(&contents) };
        let object = Object::Listed(EntryType::EMPTY.or_direct(), Evaluation::Valid);
        let ask = |level, event| tell(event, &policy::decide(level, event, object), facts);
        let opened = Event::Access(Access::File);
        assert_eq!(ask(StrictLevel::Ips, opened), "listed for direct only");
        assert_eq!(ask(StrictLevel::Ids, opened), "listed for direct only");
        assert_eq!(ask(StrictLevel::Ips, Event::Access(Access::Direct)), "contents match");
        assert_eq!(ask(StrictLevel::Ids, Event::Remove), "listed files are not removed");
        assert_eq!(ask(StrictLevel::Learning, Event::Remove), "its entry is deleted");
        assert_eq!(ask(StrictLevel::Ids, Event::Link), "");
    }
}
