//! `/etc/veriexec.conf`, veriexec.conf(5): the settings that rc.conf(5) has on NetBSD.

mod assignment;
mod fault;

use std::str;

use veriexec::StrictLevel;

use crate::configuration::assignment::Assignment;
use crate::configuration::fault::{Fault, Problem};

/// What an administrator's configuration begins as: installing the programs again replaces this one,
/// and never the administrator's.
pub(crate) const TEMPLATE: &str = "/usr/share/veriexec/veriexec.conf";

/// The name of the setting that no fault may turn into 0.
const LEVEL: &[u8] = b"veriexec_strict";

/// How a machine is to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Configuration {
    /// `veriexec_strict`: the level to raise to.
    pub(crate) strict: StrictLevel,
    /// `veriexec_verbose`: how much is reported.
    pub(crate) verbose: i32,
    /// `veriexec_flags`: the options with which veriexecctl(8) loads the signatures.
    pub(crate) flags: Vec<String>,
    /// `veriexec_preflight`: whether what preflight finds keeps the level where it is.
    pub(crate) preflight: Preflight,
    /// `veriexec_on_error`: what is done when something fails.
    pub(crate) on_error: OnError,
}

/// What becomes of the level if `veriexecctl preflight` finds that it would deny something vital.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Preflight {
    /// It is not raised.
    #[default]
    Required,
    /// It is raised all the same; what was found is said.
    Reported,
}

/// What is done when something fails before the level is raised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OnError {
    /// The level is not raised.
    #[default]
    Refuse,
    /// It is raised with what was loaded.
    Continue,
    /// The machine is powered off.
    Halt,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            strict: StrictLevel::Learning,
            verbose: 0,
            flags: vec!["-k".into()],
            preflight: Preflight::Required,
            on_error: OnError::Refuse,
        }
    }
}

/// What a file says.
#[derive(Debug)]
pub(crate) struct Reading {
    /// What its good lines say.
    pub(crate) configuration: Configuration,
    /// What is wrong with the others: where, and what was expected there.
    pub(crate) faults: Vec<Fault>,
}

impl Reading {
    /// Reads a file's text, line by line.
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut configuration = Configuration::default();
        let mut faults = Vec::new();
        let mut says_level = false;
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            match configuration.take(line) {
                Ok(name) => says_level |= name == Some(LEVEL),
                Err((column, problem)) => faults.push(Fault { line: index + 1, column, problem }),
            }
        }
        // The level may be what the fault is about, and that is no reason to deny nothing.
        if !faults.is_empty() && !says_level {
            configuration.strict = StrictLevel::Ids;
        }
        Self { configuration, faults }
    }
}

impl Configuration {
    /// Takes over what a line says, and tells the setting that it is about.
    fn take<'a>(&mut self, line: &'a [u8]) -> Result<Option<&'a [u8]>, (usize, Problem)> {
        let Some(assignment) = Assignment::of(line)? else { return Ok(None) };
        self.set(&assignment)?;
        Ok(Some(assignment.name))
    }

    fn set(&mut self, assignment: &Assignment<'_>) -> Result<(), (usize, Problem)> {
        let Assignment { name, value, .. } = *assignment;
        let of_value = |problem| (assignment.column_of_value, problem);
        match name {
            LEVEL => {
                let level = number(value).and_then(|level| StrictLevel::from_number(level).ok());
                self.strict = level.ok_or_else(|| of_value(Problem::Level))?;
            }
            b"veriexec_verbose" => {
                let verbosity = number(value).and_then(|number| i32::try_from(number).ok());
                self.verbose = verbosity.ok_or_else(|| of_value(Problem::Verbosity))?;
            }
            b"veriexec_flags" => {
                self.flags = flags(value).ok_or_else(|| of_value(Problem::Flags))?;
            }
            b"veriexec_preflight" => {
                self.preflight = match value {
                    b"required" => Preflight::Required,
                    b"reported" => Preflight::Reported,
                    _ => return Err(of_value(Problem::Preflight)),
                };
            }
            b"veriexec_on_error" => {
                self.on_error = match value {
                    b"refuse" => OnError::Refuse,
                    b"continue" => OnError::Continue,
                    b"halt" => OnError::Halt,
                    _ => return Err(of_value(Problem::OnError)),
                };
            }
            _ => return Err((assignment.column, Problem::Unknown(name.to_vec()))),
        }
        Ok(())
    }
}

fn number(value: &[u8]) -> Option<i64> {
    str::from_utf8(value).ok()?.parse().ok()
}

fn flags(value: &[u8]) -> Option<Vec<String>> {
    let words = str::from_utf8(value).ok()?.split_ascii_whitespace();
    words.map(|word| word.starts_with('-').then(|| word.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The only fault.
    fn fault(text: &str) -> String {
        let faults = Reading::of(text.as_bytes()).faults;
        let [fault] = &faults[..] else { panic!("{text}: {faults:?}") };
        fault.to_string()
    }

    fn good(text: &[u8]) -> Configuration {
        let reading = Reading::of(text);
        assert_eq!(reading.faults, []);
        reading.configuration
    }

    #[test]
    fn settings_are_read_as_a_shell_reads_them() {
        let text = "# how this machine starts\n\n  veriexec_strict=2 # IPS\n\
                    veriexec_verbose='1'\nveriexec_flags=\"-k -e\"\nveriexec_preflight=reported\n\
                    veriexec_on_error=halt\n";
        let read = good(text.as_bytes());
        assert_eq!(read.strict, StrictLevel::Ips);
        assert_eq!(read.verbose, 1);
        assert_eq!(read.flags, ["-k", "-e"]);
        assert_eq!(read.preflight, Preflight::Reported);
        assert_eq!(read.on_error, OnError::Halt);
    }

    #[test]
    fn what_is_not_set_has_a_default_and_the_last_setting_counts() {
        assert_eq!(good(b""), Configuration::default());
        let read = good(b"veriexec_strict=3\nveriexec_strict=1");
        assert_eq!(read.strict, StrictLevel::Ids);
        assert!(good(b"veriexec_flags=").flags.is_empty());
    }

    #[test]
    fn a_fault_says_where_and_what_was_expected() {
        let name = "1:1: unknown setting strict; expected veriexec_strict, veriexec_verbose, \
                    veriexec_flags, veriexec_preflight or veriexec_on_error";
        let level = "1:17: expected a strict level: 0 learning, 1 IDS, 2 IPS or 3 lockdown";
        let word = "1:16: this is no shell; expected a word, or words in quotes";
        for (text, expected) in [
            ("strict=1", name),
            ("veriexec_strict=4", level),
            ("veriexec_strict=", level),
            ("veriexec_strict=\"2 \"", level),
            ("\nveriexec_verbose=much", "2:18: expected a verbosity: 0, 1 or 2"),
            ("veriexec_preflight=no", "1:20: expected required or reported"),
            ("veriexec_on_error=stop", "1:19: expected refuse, continue or halt"),
            ("veriexec_flags=load", "1:16: expected options of veriexecctl, as in \"-k -e\""),
            ("veriexec_flags=\"-k", "1:16: no \" ends the value"),
            ("veriexec_flags=$(reboot)", word),
            (
                "veriexec_flags='-k'\"-e\"",
                "1:20: something follows the value; expected words in \
                                           quotes, or a comment",
            ),
            ("veriexec_flags=-k;reboot", word),
            (" veriexec_strict = 1", "1:17: blanks around the =; expected NAME=VALUE, without any"),
            ("veriexec_strict= 1", "1:17: blanks around the =; expected NAME=VALUE, without any"),
            ("veriexec_strict =1", "1:16: blanks around the =; expected NAME=VALUE, without any"),
            ("veriexec_strict 1", "1:16: no setting; expected NAME=VALUE"),
            ("=1", "1:1: no setting; expected NAME=VALUE"),
            (
                "veriexec_flags=-k -e",
                "1:19: something follows the value; expected words in \
                                      quotes, or a comment",
            ),
        ] {
            assert_eq!(fault(text), expected, "{text}");
        }
    }

    #[test]
    fn a_fault_leaves_the_other_lines_and_never_the_level_0() {
        let read = |text: &str| {
            let reading = Reading::of(text.as_bytes());
            (reading.faults.len(), reading.configuration)
        };
        let (faults, configuration) =
            read("x=1\nveriexec_strict=3\n\nveriexec_on_error=continue\nveriexec_strict=high\n");
        assert_eq!((faults, configuration.strict), (2, StrictLevel::Lockdown));
        assert_eq!(configuration.on_error, OnError::Continue);
        for text in ["veriexec_strict = 2", "veriexec_strict=4", "veriexec_strct=2", "\u{1b}"] {
            let (faults, configuration) = read(text);
            assert_eq!((faults, configuration.strict), (1, StrictLevel::Ids), "{text}");
            assert_eq!(configuration.on_error, OnError::Refuse);
        }
        assert_eq!(read("veriexec_strict=0\nx=1").1.strict, StrictLevel::Learning);
        assert_eq!(read("veriexec_on_error = continue").1.on_error, OnError::Refuse);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn anything_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..100)) {
            let reading = Reading::of(&text);
            let strict = reading.configuration.strict;
            prop_assert!(reading.faults.is_empty() || strict > StrictLevel::Learning);
        }

        #[test]
        fn what_is_written_is_read(level in 0..4_u8, verbose: i32, flags in "(-[a-z]{1,3} ?){0,4}") {
            let text = format!(
                "veriexec_strict={level}\nveriexec_verbose={verbose}\nveriexec_flags=\"{flags}\"\n"
            );
            let read = good(text.as_bytes());
            prop_assert_eq!(read.strict.number(), level);
            prop_assert_eq!(read.verbose, verbose);
            prop_assert!(read.flags.iter().all(|flag| flag.starts_with('-')));
            prop_assert_eq!(read.flags.join(""), flags.replace(' ', ""));
        }
    }
}
