//! How far a long run is, on a terminal and nowhere else.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on standard error.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Counts entries; what is done with them is the bar's name.
    pub(crate) fn of_entries(wanted: bool, doing: &'static str, entries: usize) -> Self {
        let template = "{msg} {wide_bar} {human_pos}/{human_len} {eta}";
        let progress = Self::new(wanted, template, entries as u64);
        if let Self(Some(bar)) = &progress {
            bar.set_message(doing);
        }
        progress
    }

    /// Counts bytes.
    pub(crate) fn of_bytes(wanted: bool, bytes: u64) -> Self {
        let template = "{wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
        Self::new(wanted, template, bytes)
    }

    fn new(wanted: bool, template: &str, length: u64) -> Self {
        if !wanted || !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(Some(bar))
    }

    pub(crate) fn advance(&self, by: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(by);
        }
    }

    /// Prints something without leaving half of the bar above it.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        match &self.0 {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

/// Takes the bar away.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
