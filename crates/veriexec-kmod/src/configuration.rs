//! `/etc/veriexec.conf`, veriexec.conf(5): the settings that rc.conf(5) has on NetBSD.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::str;

use anyhow::{Result, anyhow};
use sigfile::printable;
use veriexec::StrictLevel;

/// What an administrator's configuration begins as: installing the programs again replaces this one,
/// and never the administrator's.
const TEMPLATE: &str = "/usr/share/veriexec/veriexec.conf";

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

impl Default for Configuration {
    fn default() -> Self {
        Self {
            strict: StrictLevel::Learning,
            verbose: 0,
            flags: vec!["-k".into()],
            preflight: Preflight::Required,
        }
    }
}

impl Configuration {
    /// Reads a file.
    ///
    /// # Errors
    /// Names the place where it is wrong, and what was expected there: a machine is not started
    /// with a guess.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let name = printable(file.as_os_str().as_encoded_bytes());
        let text = fs::read(file).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => anyhow!("{name}: {error}; expected a copy of {TEMPLATE}"),
            _ => anyhow!("{name}: {error}"),
        })?;
        Self::parse(&text).map_err(|fault| anyhow!("{name}:{fault}"))
    }

    fn parse(text: &[u8]) -> Result<Self, Fault> {
        let mut configuration = Self::default();
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let fault = |(column, problem)| Fault { line: index + 1, column, problem };
            if let Some(assignment) = Assignment::of(line).map_err(fault)? {
                configuration.set(&assignment).map_err(fault)?;
            }
        }
        Ok(configuration)
    }

    fn set(&mut self, assignment: &Assignment<'_>) -> Result<(), (usize, Problem)> {
        let Assignment { name, value, .. } = *assignment;
        let of_value = |problem| (assignment.column_of_value, problem);
        match name {
            b"veriexec_strict" => {
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

/// A line `NAME=VALUE`, as a shell has it.
struct Assignment<'a> {
    name: &'a [u8],
    /// Where the name begins, from 1.
    column: usize,
    value: &'a [u8],
    column_of_value: usize,
}

impl<'a> Assignment<'a> {
    /// The assignment on a line, if there is one: a value is a word, or stands in quotes. Where a
    /// shell would put something else in its place, it is refused.
    fn of(line: &'a [u8]) -> Result<Option<Self>, (usize, Problem)> {
        let rest = line.trim_ascii_start();
        if rest.is_empty() || rest.starts_with(b"#") {
            return Ok(None);
        }
        let column = column_of(line, rest);
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let end = rest.iter().position(|byte| !is_name(byte)).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let Some(rest) = rest.strip_prefix(b"=").filter(|_| !name.is_empty()) else {
            return Err((column_of(line, rest), Problem::NoAssignment));
        };
        let column_of_value = column_of(line, rest);
        let (value, rest) = match rest.split_first() {
            Some((&quote @ (b'"' | b'\''), rest)) => {
                let end = rest.iter().position(|byte| *byte == quote);
                let end = end.ok_or((column_of_value, Problem::Unfinished(char::from(quote))))?;
                let (value, rest) = rest.split_at(end);
                (value, rest.get(1..).unwrap_or_default())
            }
            _ => {
                let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
                rest.split_at(end)
            }
        };
        let special = |byte: &u8| b"$`\\\"';&|<>()".contains(byte);
        if value.iter().any(special) {
            return Err((column_of_value, Problem::Expansion));
        }
        let after = rest.trim_ascii_start();
        let is_comment = after.starts_with(b"#") && after.len() < rest.len();
        if !after.is_empty() && !is_comment {
            return Err((column_of(line, after), Problem::Trailing));
        }
        Ok(Some(Self { name, column, value, column_of_value }))
    }
}

/// Where the end of a line begins, from 1.
fn column_of(line: &[u8], end: &[u8]) -> usize {
    line.len().saturating_sub(end.len()).saturating_add(1)
}

/// Where a file is wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    line: usize,
    /// In bytes, from 1.
    column: usize,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    NoAssignment,
    Unfinished(char),
    Expansion,
    Trailing,
    Unknown(Vec<u8>),
    Level,
    Verbosity,
    Flags,
    Preflight,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.line, self.column, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAssignment => out.write_str("no setting; expected NAME=VALUE"),
            Self::Unfinished(quote) => write!(out, "no {quote} ends the value"),
            Self::Expansion => {
                out.write_str("this is no shell; expected a word, or words in quotes")
            }
            Self::Trailing => {
                out.write_str("something follows the value; expected words in quotes, or a comment")
            }
            Self::Unknown(name) => write!(
                out,
                "unknown setting {}; expected veriexec_strict, veriexec_verbose, veriexec_flags or \
                 veriexec_preflight",
                printable(name)
            ),
            Self::Level => {
                out.write_str("expected a strict level: 0 learning, 1 IDS, 2 IPS or 3 lockdown")
            }
            Self::Verbosity => out.write_str("expected a verbosity: 0, 1 or 2"),
            Self::Flags => out.write_str("expected options of veriexecctl, as in \"-k -e\""),
            Self::Preflight => out.write_str("expected required or reported"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fault(text: &str) -> String {
        Configuration::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn settings_are_read_as_a_shell_reads_them() {
        let text = "# how this machine starts\n\n  veriexec_strict=2 # IPS\n\
                    veriexec_verbose='1'\nveriexec_flags=\"-k -e\"\nveriexec_preflight=reported\n";
        let read = Configuration::parse(text.as_bytes()).unwrap();
        assert_eq!(read.strict, StrictLevel::Ips);
        assert_eq!(read.verbose, 1);
        assert_eq!(read.flags, ["-k", "-e"]);
        assert_eq!(read.preflight, Preflight::Reported);
    }

    #[test]
    fn what_is_not_set_has_a_default_and_the_last_setting_counts() {
        assert_eq!(Configuration::parse(b"").unwrap(), Configuration::default());
        let read = Configuration::parse(b"veriexec_strict=3\nveriexec_strict=1").unwrap();
        assert_eq!(read.strict, StrictLevel::Ids);
        assert!(Configuration::parse(b"veriexec_flags=").unwrap().flags.is_empty());
    }

    #[test]
    fn a_fault_says_where_and_what_was_expected() {
        let name = "1:1: unknown setting strict; expected veriexec_strict, veriexec_verbose, \
                    veriexec_flags or veriexec_preflight";
        let level = "1:17: expected a strict level: 0 learning, 1 IDS, 2 IPS or 3 lockdown";
        let word = "1:16: this is no shell; expected a word, or words in quotes";
        for (text, expected) in [
            ("strict=1", name),
            ("veriexec_strict=4", level),
            ("veriexec_strict=", level),
            ("veriexec_strict=\"2 \"", level),
            ("\nveriexec_verbose=much", "2:18: expected a verbosity: 0, 1 or 2"),
            ("veriexec_preflight=no", "1:20: expected required or reported"),
            ("veriexec_flags=load", "1:16: expected options of veriexecctl, as in \"-k -e\""),
            ("veriexec_flags=\"-k", "1:16: no \" ends the value"),
            ("veriexec_flags=$(reboot)", word),
            (
                "veriexec_flags='-k'\"-e\"",
                "1:20: something follows the value; expected words in \
                                           quotes, or a comment",
            ),
            ("veriexec_flags=-k;reboot", word),
            (" veriexec_strict = 1", "1:17: no setting; expected NAME=VALUE"),
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
    fn a_name_is_repeated_harmlessly() {
        let file = tempfile::NamedTempFile::with_prefix("\u{1b}").unwrap();
        fs::write(file.path(), "x=1").unwrap();
        let text = Configuration::read(file.path()).unwrap_err().to_string();
        assert!(text.contains("/\\x1b") && text.contains(":1:1: unknown setting x;"), "{text}");
        assert!(Configuration::read(Path::new("/nowhere/veriexec.conf")).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn anything_is_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = Configuration::parse(&text);
        }

        #[test]
        fn what_is_written_is_read(level in 0..4_u8, verbose: i32, flags in "(-[a-z]{1,3} ?){0,4}") {
            let text = format!(
                "veriexec_strict={level}\nveriexec_verbose={verbose}\nveriexec_flags=\"{flags}\"\n"
            );
            let read = Configuration::parse(text.as_bytes()).unwrap();
            prop_assert_eq!(read.strict.number(), level);
            prop_assert_eq!(read.verbose, verbose);
            prop_assert!(read.flags.iter().all(|flag| flag.starts_with('-')));
            prop_assert_eq!(read.flags.join(""), flags.replace(' ', ""));
        }
    }
}
