//! What a guest says on its serial line, and how it went.
//!
//! Lines that begin with `@@`: `pass NAME` and `fail NAME: WHY` for each check, `note TEXT` for what
//! is to be said of the run, `time WORDS...` for what was measured, `log LINE` for each line of the
//! kernel's log, and `done` at the end; or `panics`, if the kernel is expected to end there.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::machine::Run;

/// In a line of the kernel's log, the sign that something is wrong with the kernel or the module.
const COMPLAINTS: [&str; 20] = [
    "WARNING:",
    "BUG:",
    "BUG ",
    "Oops",
    "Call Trace:",
    "general protection fault",
    "unable to handle",
    "possible recursive locking",
    "inconsistent lock state",
    "scheduling while atomic",
    "blocked for more than",
    "self-detected stall",
    "refcount_t:",
    "UBSAN:",
    "ODEBUG:",
    "unreferenced object",
    "non-static key",
    "lockdep is turned off",
    "turning off the locking correctness validator",
    "leak detector disabled",
];

/// How a scenario went.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// How many checks have passed.
    checks: usize,
    notes: Vec<String>,
    /// What was measured, a line each.
    pub(crate) times: Vec<String>,
    /// What is wrong, a line each.
    problems: Vec<String>,
    elapsed: Duration,
    /// Where the whole of the serial line is kept.
    log: PathBuf,
}

impl Outcome {
    /// Reads what was heard. A complaint of the kernel's is a failure unless the line has one of
    /// the expected texts.
    pub(crate) fn read(run: &Run, expected: &[&str], log: PathBuf) -> Self {
        let mut checks = 0_usize;
        let (mut done, mut panics) = (false, false);
        let mut notes = Vec::new();
        let mut times = Vec::new();
        let mut problems = Vec::new();
        for line in run.serial.lines().map(|line| line.trim_end_matches('\r')) {
            let Some(said) = line.strip_prefix("@@ ") else {
                if line.contains("Kernel panic") && panics {
                    (checks, done) = (checks + 1, true);
                } else if line.contains("Kernel panic") {
                    problems.push(line.to_owned());
                }
                continue;
            };
            if said == "done" {
                done = true;
            } else if said == "panics" {
                panics = true;
            } else if said.starts_with("pass ") {
                checks += 1;
            } else if let Some(note) = said.strip_prefix("note ") {
                notes.push(note.to_owned());
            } else if let Some(time) = said.strip_prefix("time ") {
                times.push(time.to_owned());
            } else if said.starts_with("fail ") {
                problems.push(said.to_owned());
            } else if let Some(logged) = said.strip_prefix("log ") {
                let complains = COMPLAINTS.iter().any(|sign| logged.contains(sign));
                if complains && !expected.iter().any(|text| logged.contains(text)) {
                    problems.push(format!("logged {logged}"));
                }
            }
        }
        if !run.ended {
            problems.push(format!("still running after {:.0} s", run.elapsed.as_secs_f64()));
        } else if !done {
            problems.push("ended before it was done".into());
        } else if checks == 0 && problems.is_empty() {
            problems.push("checked nothing".into());
        }
        Self { checks, notes, times, problems, elapsed: run.elapsed, log }
    }

    /// The outcome of both: what another boot of the same scenario came to is added.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.checks += other.checks;
        self.notes.extend(other.notes);
        self.times.extend(other.times);
        if self.passed() {
            self.log = other.log;
        }
        self.problems.extend(other.problems);
        self.elapsed += other.elapsed;
        self
    }

    /// Whether nothing is wrong.
    pub(crate) fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        if self.passed() {
            write!(out, "passed, {} checks, {seconds:.1} s", self.checks)?;
        } else {
            write!(out, "FAILED, {} checks passed, {seconds:.1} s", self.checks)?;
        }
        for note in &self.notes {
            write!(out, "\n    {note}")?;
        }
        if self.passed() {
            return Ok(());
        }
        for problem in &self.problems {
            write!(out, "\n    {problem}")?;
        }
        write!(out, "\n    all it said: {}", self.log.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(serial: &str, ended: bool) -> Vec<String> {
        let run = Run { serial: serial.into(), ended, elapsed: Duration::from_secs(3) };
        Outcome::read(&run, &["expected WARNING:"], PathBuf::new()).problems
    }

    #[test]
    fn a_scenario_passes_when_it_is_done_and_nothing_failed() {
        let nothing: [&str; 0] = [];
        assert_eq!(read("noise\r\n@@ pass one\r\n@@ done\r\n", true), nothing);
        assert_eq!(read("@@ pass one\n@@ panics\n[1] Kernel panic - not\n", true), nothing);
        assert_eq!(read("@@ pass one\n@@ log an expected WARNING: x\n@@ done\n", true), nothing);
    }

    #[test]
    fn every_boot_counts() {
        let outcome = |serial: &str| {
            let run = Run { serial: serial.into(), ended: true, elapsed: Duration::from_secs(3) };
            Outcome::read(&run, &[], PathBuf::from(serial))
        };
        let good = || outcome("@@ pass a\n@@ done\n");
        let bad = || outcome("@@ fail b: why\n@@ done\n");
        assert_eq!(good().and(good()).to_string(), "passed, 2 checks, 6.0 s");
        for both in [good().and(bad()), bad().and(good())] {
            assert_eq!(both.problems, ["fail b: why"]);
            assert!(both.log.to_string_lossy().contains("fail b"), "{both}");
        }
    }

    #[test]
    fn everything_else_is_a_failure() {
        assert_eq!(read("@@ pass a\n@@ fail b: why\n@@ done\n", true), ["fail b: why"]);
        assert_eq!(read("@@ pass a\n", true), ["ended before it was done"]);
        assert_eq!(read("@@ pass a\n", false), ["still running after 3 s"]);
        assert_eq!(read("@@ done\n", true), ["checked nothing"]);
        assert_eq!(read("@@ pass a\n@@ panics\n", true), ["ended before it was done"]);
        assert_eq!(
            read("@@ pass a\n@@ log [1] WARNING: CPU: 0\n@@ done\n", true),
            ["logged [1] WARNING: CPU: 0"]
        );
        assert_eq!(
            read("@@ pass a\n[1] Kernel panic - not syncing\n", true),
            ["[1] Kernel panic - not syncing", "ended before it was done"]
        );
    }
}
