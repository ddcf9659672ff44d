//! How a run answers: what it complains of, what it tells, how far it is, and how it ended.

pub(crate) mod faults;
pub(crate) mod narration;
pub(crate) mod passed_over;
pub(crate) mod progress;
pub(crate) mod report;

use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use anyhow::Result;
use sigfile::printable;

use crate::answer::faults::Faults;
use crate::answer::narration::Narration;
use crate::answer::passed_over::{PassedOver, Reason};
use crate::answer::report::Report;
use crate::cli::Cli;
use crate::exit::Exit;

/// What a run has to say to its user.
pub(crate) struct Answer {
    /// What went wrong.
    pub(crate) faults: Faults,
    /// What is being done.
    pub(crate) narration: Narration,
    /// What was found and is not listed.
    pub(crate) passed_over: PassedOver,
    /// What was done.
    pub(crate) report: Report,
    json: bool,
}

impl Answer {
    /// Nothing is said yet. If the list goes to standard output, nothing else does.
    pub(crate) fn new(cli: &Cli, list_on_stdout: bool) -> Self {
        let stdout_is_taken = list_on_stdout || cli.json || cli.dry_run;
        Self {
            faults: Faults::new(cli.warn),
            narration: Narration::new(cli.verbose, stdout_is_taken),
            passed_over: PassedOver::default(),
            report: Report::new(&cli.output, cli.dry_run),
            json: cli.json,
        }
    }

    /// Tells of something that is not listed, and takes note of it.
    pub(crate) fn pass_over(&mut self, path: PathBuf, reason: Reason) {
        let shown = printable(path.as_os_str().as_bytes());
        self.narration.say(format_args!("Passing over {shown}: {}.", reason.noun()));
        self.passed_over.add(path, reason);
    }

    /// Ends the run.
    pub(crate) fn conclude(mut self, ended: Result<()>) -> Exit {
        let told = self.narration.finish();
        let exit = match ended {
            Ok(()) => {
                if let Err(error) = told {
                    self.faults.regret(format_args!("Cannot write what -v says: {error}"));
                }
                self.faults.exit()
            }
            Err(error) => {
                let text = format!("{error:#}");
                faults::report(&text);
                self.report.error = Some(text);
                Exit::Failed
            }
        };
        let printed = if self.json {
            self.report.print(&self.faults, &self.passed_over, exit)
        } else {
            Ok(())
        };
        match printed {
            Err(error) => {
                self.faults.regret(format_args!("Cannot write to standard output: {error}"));
                if exit == Exit::Failed { exit } else { Exit::Skipped }
            }
            Ok(()) => exit,
        }
    }
}
