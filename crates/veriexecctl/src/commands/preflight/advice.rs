//! What can be done about a finding.

use sigfile::EntryType;
use veriexec::Finding;

use super::demand::Use;
use super::judgement::{Denied, Judged};
use crate::answer::grounds::finding;

/// What makes it go away, in a few words.
pub(super) fn on(judged: &Judged<'_>) -> String {
    let denied = &judged.denied;
    if denied.iter().any(|denied| denied.usage.is_none()) {
        return "ask as root, where no level keeps it from being read".to_owned();
    }
    if denied.iter().any(|denied| denied.usage == Some(Use::Write)) {
        return "a machine that needs this stays below level 3".to_owned();
    }
    if judged.file.is_nameless {
        return "a machine that needs this stays below level 2".to_owned();
    }
    if judged.is_missed {
        return "it is listed: install it again, or remove what needs it and list anew".to_owned();
    }
    if judged.file.found.is_none() {
        return "install it, or remove what needs it".to_owned();
    }
    let found = |wanted: Finding| {
        let of = |Denied { decision, .. }: &Denied| decision.as_ref().and_then(finding);
        denied.iter().filter_map(of).any(|finding| finding == wanted)
    };
    if found(Finding::Mismatch) {
        return "list it anew if the change is meant".to_owned();
    }
    if found(Finding::NoEntry) || found(Finding::IncorrectAccess) {
        return format!("list it as {}", flags(judged));
    }
    "see why, and list it anew".to_owned()
}

/// The flags with which each of its uses would be allowed, and those that it has.
fn flags(judged: &Judged<'_>) -> EntryType {
    let listed = judged.line.map_or(EntryType::EMPTY, |line| line.entry.entry_type().or_direct());
    let used = Use::ALL.into_iter().zip(judged.file.uses).filter(|(_, role)| role.is_some());
    used.fold(listed, |flags, (usage, _)| flags | usage.flag())
}
