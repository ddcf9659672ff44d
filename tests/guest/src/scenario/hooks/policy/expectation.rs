//! What a call should come to, by the policy alone.

use sigfile::EntryType;
use veriexec::policy::decide;
use veriexec::{
    Access, Decision, Evaluation, Event, Message, Object, Occasion, Process, Report, StrictLevel,
    Verdict,
};

use super::calls::{Call, Subject, UNREADABLE};
use crate::scenario::rows::{Expected, Place, Row, State};

/// A call at a level.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    pub(super) level: StrictLevel,
    pub(super) call: &'static Call,
    pub(super) subject: Subject,
}

impl Question {
    /// What the policy is asked, in this order, unless it denies what comes before.
    pub(super) fn asked(&self) -> Vec<(Event, Object)> {
        let object = self.object();
        match self.call.event {
            Event::Rename { target_listed: true } => {
                let target_listed = self.subject.entry.is_some();
                vec![(Event::Rename { target_listed }, Object::Unlisted)]
            }
            // Two names that change places are two changes.
            event if self.call.name == "exchange" => {
                vec![(event, object), (event, Object::Unlisted)]
            }
            // What is made is opened, too.
            event if self.call.name == "creat" => vec![(event, object), (Event::Write, object)],
            event if self.call.opens => {
                vec![(Event::Access(Access::File), object), (event, object)]
            }
            event => vec![(event, object)],
        }
    }

    /// What it answers; only the last can be a denial.
    pub(super) fn decisions(&self) -> Vec<Decision> {
        let mut decisions = Vec::new();
        for (event, object) in self.asked() {
            let decision = decide(self.level, event, object);
            decisions.push(decision);
            if !decision.verdict.is_allowed() {
                break;
            }
        }
        decisions
    }

    /// Whether Linux itself denies it before anybody is asked, or after the file was opened.
    pub(super) fn is_answered_before(&self) -> bool {
        let is_denied_first = self.call.opens && !self.first().verdict.is_allowed();
        self.subject.state == State::Busy && self.call.busy.is_some() && !is_denied_first
    }

    /// The row for a guest, without what is logged.
    pub(super) fn row(&self) -> Row {
        let Subject { entry, is_match, state, .. } = self.subject;
        let (status, other) = self.statuses();
        let expected = Expected { error: self.error(), status, other, log: None };
        let Call { name: call, .. } = *self.call;
        Row { level: self.level, call, place: self.place(), entry, is_match, state, expected }
    }

    /// What is logged, with a star for anything: verbosely, but not every comparison.
    pub(super) fn log(&self) -> Vec<String> {
        let asked = self.asked();
        let questions = asked.iter().zip(self.decisions()).enumerate();
        // The script itself is listed, and good.
        let script = (self.call.name == "script")
            .then(|| "Veriexec: Match. [*/script, prog=* allowed: execute, level=*".into());
        let lines = questions.flat_map(|(index, ((event, object), decision))| {
            let heard = |notice: &veriexec::Notice| notice.loudness.is_heard(1);
            decision.notices.into_iter().flatten().filter(heard).map(move |notice| {
                let (name, to) = self.names(index);
                let message = match *event {
                    Event::Rename { target_listed } => Message::Rename {
                        finding: notice.finding,
                        to: to.as_bytes(),
                        listed: object.is_listed(),
                        target_listed,
                    },
                    _ => Message::Finding(notice.finding),
                };
                let occasion = Some(Occasion {
                    event: Some(event.kind()),
                    level: self.level,
                    verdict: decision.verdict,
                    is_trial: false,
                });
                let report = Report::new(notice.priority(), message, name.as_bytes());
                let process = Some(Process::new(b"*", 0, 0, 0));
                let text = Report { process, occasion, ..report }.to_string();
                // What comes after the level, this test does not know.
                let known = text.split_once("; ask: ").map_or(&*text, |(known, _)| known);
                format!("{}*", known.replace("pid=0", "pid=*"))
            })
        });
        script.into_iter().chain(lines).collect()
    }

    fn object(&self) -> Object {
        let Subject { entry, evaluation, is_regular, .. } = self.subject;
        match entry {
            _ if !is_regular => Object::NotRegular,
            None => Object::Unlisted,
            // Nothing that was found out about it counts, and this is no time to find out.
            Some(entry)
                if self.call.event == Event::Protect && entry.contains(EntryType::UNTRUSTED) =>
            {
                Object::Listed(entry, Evaluation::NotEvaluated)
            }
            Some(entry) => Object::Listed(entry, evaluation),
        }
    }

    fn first(&self) -> Decision {
        self.decisions().first().copied().unwrap_or(Decision::QUIETLY_ALLOWED)
    }

    /// What is answered by the call: the policy's last decision.
    fn verdict(&self) -> Verdict {
        self.decisions().last().map_or(Verdict::Allow, |decision| decision.verdict)
    }

    fn error(&self) -> i32 {
        match (self.call.busy, self.verdict()) {
            (Some(busy), _) if self.is_answered_before() => busy,
            (_, Verdict::Deny(errno)) => errno.raw(),
            (_, Verdict::Allow) => self.call.success,
        }
    }

    fn place(&self) -> Place {
        if self.subject.evaluation == UNREADABLE { Place::BrokenDisk } else { self.call.place }
    }

    /// The status that the name leads to after the call, and that of the other name.
    fn statuses(&self) -> (&'static str, &'static str) {
        let before = self.status_before();
        let is_allowed = self.verdict().is_allowed();
        let deletes = is_allowed && self.decisions().iter().any(|decision| decision.delete);
        let left = if deletes { "no-entry" } else { before };
        match self.call.name {
            "unlink-of-two" if is_allowed => ("no-entry", left),
            "unlink-of-two" => (before, before),
            "rename-away" | "exchange" if is_allowed => ("no-entry", before),
            "rename-away" | "exchange" => (before, "no-entry"),
            "rename-over-one-of-two" if is_allowed => ("no-entry", left),
            "rename-over-one-of-two" => (before, before),
            "link" => (before, before),
            _ if !self.subject.is_regular => ("-", "-"),
            _ => match self.call.event {
                Event::Unmount { .. } | Event::MountOver { .. } | Event::Create => ("-", "-"),
                _ => (self.status_after(), "-"),
            },
        }
    }

    fn status_before(&self) -> &'static str {
        let Subject { entry, is_match, state, .. } = self.subject;
        let Some(entry) = entry else { return "no-entry" };
        let is_untrusted = entry.contains(EntryType::UNTRUSTED);
        // Its disk was given another size after that.
        if matches!(self.place(), Place::BrokenDisk) {
            return "not-evaluated";
        }
        match state {
            State::Busy => "not-evaluated",
            State::Fresh if !is_untrusted => "not-evaluated",
            // What is not trusted is evaluated as it is loaded.
            State::Fresh | State::Evaluated if is_match => "valid",
            State::Fresh | State::Evaluated => "mismatch",
        }
    }

    fn status_after(&self) -> &'static str {
        let before = self.status_before();
        if self.subject.entry.is_none() || self.is_answered_before() {
            return before;
        }
        if self.decisions().iter().any(|decision| decision.purge) {
            return "not-evaluated";
        }
        match self.subject.evaluation {
            Evaluation::Valid if self.call.event.needs_contents() => "valid",
            Evaluation::Mismatch if self.call.event.needs_contents() => "mismatch",
            _ => before,
        }
    }

    /// What the log calls the object of the question of that number, and the new name.
    fn names(&self, index: usize) -> (String, String) {
        let row = match self.place() {
            Place::Shared => "/t/row*",
            Place::Own | Place::Below => "/own/row*",
            Place::Disk => "/disk/row*",
            Place::BrokenDisk => "/broken/row*",
        };
        let file = if self.place() == Place::Below {
            format!("{row}/place/f")
        } else {
            format!("{row}/f")
        };
        let second = format!("{row}/second");
        match (self.call.name, self.call.name_in_log) {
            ("rename-over-one-of-two", _) => (format!("{row}/new"), file),
            ("exchange", _) if index == 1 => (second, file),
            (_, Some("")) => ("*".into(), "*".into()),
            (_, Some(name)) => (name.replace("ROW", row), second),
            (_, None) => (file, second),
        }
    }
}
