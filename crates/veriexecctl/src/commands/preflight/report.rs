//! What is said about it.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use serde_json::Value;
use sigfile::printable;
use veriexec::{Errno, Finding, StrictLevel};

use super::advice;
use super::demand::{Role, Use};
use super::judgement::{Denied, Judged};
use super::running::Replaced;
use crate::answer::counted::Counted;
use crate::answer::grounds::{denial, finding};
use crate::answer::json::Object;
use crate::bytes;

/// How many of those that need a file are named.
const NEEDERS: usize = 3;
/// How many files of a kind are named.
const FINDINGS: usize = 20;

pub(super) struct Report<'a> {
    pub(super) level: StrictLevel,
    pub(super) signatures: &'a Path,
    /// Everything that is needed, denied or not.
    pub(super) findings: Vec<Judged<'a>>,
    /// What runs as it was before another file took its name.
    pub(super) replaced: Replaced,
    /// What was not looked at, and why.
    pub(super) skipped: Vec<String>,
}

impl Report<'_> {
    /// Whether nothing that counts would be denied.
    pub(super) fn is_good(&self, running_counts: bool) -> bool {
        self.count(Role::Vital) == 0 && !(running_counts && self.count(Role::Running) > 0)
    }

    pub(super) fn print(&self, mut out: impl Write, verbose: bool) -> io::Result<()> {
        for skipped in &self.skipped {
            writeln!(out, "not looked at: {skipped}")?;
        }
        for role in [Role::Vital, Role::Running, Role::Other] {
            if role == Role::Other && !verbose {
                continue;
            }
            let named = if verbose { usize::MAX } else { FINDINGS };
            for judged in self.of(role).take(named) {
                writeln!(out, "{}: {}", word(role), text(judged, verbose))?;
                let needers = judged.file.needed_by.iter().filter(|_| verbose);
                for needer in needers {
                    writeln!(out, "    needed by {}", printable(needer))?;
                }
            }
            match self.count(role).saturating_sub(named) {
                0 => {}
                more => {
                    let reasons = self.reasons(role, named);
                    writeln!(out, "{}: {more} more ({reasons}); -v names them", word(role))?;
                }
            }
        }
        self.print_replaced(&mut out, verbose)?;
        let others = self.count(Role::Other);
        writeln!(
            out,
            "strict level {} ({}) would deny {}, {} running, and {}, of {}{}",
            self.level.number(),
            self.level,
            Counted(self.count(Role::Vital), "vital file"),
            self.count(Role::Running),
            Counted(others, "other"),
            Counted(self.findings.len(), "file"),
            match others {
                0 => "",
                _ if verbose => "",
                1 => "; -v names the other",
                _ => "; -v names the others",
            },
        )?;
        out.flush()
    }

    /// Names what was replaced while it ran.
    fn print_replaced(&self, out: &mut impl Write, verbose: bool) -> io::Result<()> {
        let (named, needers) = if verbose { (usize::MAX, usize::MAX) } else { (FINDINGS, NEEDERS) };
        for (path, processes) in self.replaced.iter().take(named) {
            let one = processes.len() == 1;
            let (process, have) = if one { ("process", "has") } else { ("processes", "have") };
            let numbers: Vec<_> = processes.iter().take(needers).map(u32::to_string).collect();
            let more = match processes.len().saturating_sub(numbers.len()) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            writeln!(
                out,
                "replaced: {}: {process} {}{more} still {have} the old copy mapped, which no level \
                 denies; restart {} or the machine",
                printable(path),
                numbers.join(", "),
                if one { "it" } else { "them" },
            )?;
        }
        match self.replaced.len().saturating_sub(named) {
            0 => Ok(()),
            more => writeln!(out, "replaced: {more} more; -v names them"),
        }
    }

    pub(super) fn json(&self) -> Object {
        let roles = [Role::Vital, Role::Running, Role::Other];
        let findings = roles.into_iter().flat_map(|role| self.of(role)).map(json);
        let findings: Vec<Value> = findings.collect();
        Object::new()
            .name("file", bytes(self.signatures))
            .with("level", self.level.number())
            .with("name", self.level.name())
            .with("examined", self.findings.len())
            .with("vital", self.count(Role::Vital))
            .with("running", self.count(Role::Running))
            .with("other", self.count(Role::Other))
            .with("skipped", self.skipped.clone())
            .with("replaced", self.replaced.iter().map(replaced).collect::<Vec<_>>())
            .with("findings", findings)
    }

    fn of(&self, role: Role) -> impl Iterator<Item = &Judged<'_>> {
        self.findings.iter().filter(move |judged| judged.role() == Some(role))
    }

    /// How many of a kind would be denied for each reason, behind those that are named.
    fn reasons(&self, role: Role, named: usize) -> String {
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for judged in self.of(role).skip(named) {
            let reason = judged.denied.first().map_or("", |denied| denied.reason.as_str());
            match counts.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, count)) => *count = count.saturating_add(1),
                None => counts.push((reason, 1)),
            }
        }
        let texts: Vec<_> =
            counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        texts.join(", ")
    }

    fn count(&self, role: Role) -> usize {
        self.of(role).count()
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Vital => "vital",
        Role::Running => "running",
        Role::Other => "other",
    }
}

fn text(judged: &Judged<'_>, verbose: bool) -> String {
    let mut text = printable(&judged.file.path).to_string();
    let mut reasons: Vec<&str> = Vec::new();
    for Denied { reason, .. } in &judged.denied {
        if !reasons.contains(&reason.as_str()) {
            reasons.push(reason);
        }
    }
    text.push_str(&format!(": {}", reasons.join("; ")));
    let needers = &judged.file.needed_by;
    if !verbose && !needers.is_empty() {
        let names: Vec<_> =
            needers.iter().take(NEEDERS).map(|name| printable(name).to_string()).collect();
        text.push_str(&format!("; needed by {}", names.join(", ")));
        match needers.len().saturating_sub(names.len()) {
            0 => {}
            more => text.push_str(&format!(" and {more} more")),
        }
    }
    text.push_str(&format!("; {}", advice::on(judged)));
    text
}

fn replaced((path, processes): (&Vec<u8>, &BTreeSet<u32>)) -> Value {
    let processes: Vec<Value> = processes.iter().map(|process| (*process).into()).collect();
    Object::new().name("path", path).with("processes", processes).into()
}

fn json(judged: &Judged<'_>) -> Value {
    let denied = judged.denied.iter().map(|Denied { usage, role, decision, reason }| {
        let decision = decision.as_ref();
        let object = Object::new()
            .with("use", usage.map(Use::word))
            .with("role", word(*role))
            .with("errno", decision.and_then(denial).and_then(Errno::name))
            .with("finding", decision.and_then(finding).map(Finding::word))
            .with("reason", reason.as_str());
        Value::from(object)
    });
    let needed_by = judged.file.needed_by.iter();
    let needed_by = needed_by.map(|name| Value::from(Object::new().name("name", name)));
    Object::new()
        .with("role", judged.role().map(word))
        .name("path", &judged.file.path)
        .with("line", judged.line.map(|line| line.number))
        .with("denied", denied.collect::<Vec<_>>())
        .with("needed_by", needed_by.collect::<Vec<_>>())
        .with("advice", advice::on(judged))
        .into()
}
