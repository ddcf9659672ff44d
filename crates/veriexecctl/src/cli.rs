//! The command line: NetBSD's options and commands, and their long forms.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use kmod_ioctl::Simulated;
use sigfile::printable;
use veriexec::StrictLevel;

use crate::commands::lint::codes;
use crate::exit::Exit;

/// Manage the Veriexec subsystem.
#[derive(Debug, Parser)]
#[command(name = "veriexecctl", version, max_term_width = 100, args_override_self = true)]
pub(crate) struct Cli {
    /// The driver: a device, or mock:FILE for one whose state is FILE
    #[arg(long, global = true, value_name = "DEVICE", default_value = "/dev/veriexec")]
    pub(crate) device: OsString,

    /// Evaluate each fingerprint when it is loaded, not at the first access
    #[arg(short, long, global = true)]
    pub(crate) eval_on_load: bool,

    /// Keep the file names in the driver, so that dump can show them
    #[arg(short, long, global = true)]
    pub(crate) keep_filename: bool,

    /// Say what is being done
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,

    /// Answer in JSON, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load the entries of a signatures file ("-" for standard input)
    Load {
        /// Leave nothing else in the driver: delete what is not in the file, or differs
        #[arg(long)]
        replace: bool,
        /// Take a file that lists nothing for a list
        #[arg(long)]
        allow_empty: bool,
        /// Report a listed file that is not there, and take it for no error
        #[arg(long)]
        allow_missing: bool,
        /// The signatures file
        #[arg(default_value = "/etc/signatures")]
        file: PathBuf,
    },
    /// Delete the entry of a file, or all entries of a mount
    Delete {
        /// A file, or the mount point of a file system
        #[arg(value_name = "FILE|MOUNT_POINT")]
        path: PathBuf,
    },
    /// Show what the driver holds of a file
    Query {
        /// The file
        file: PathBuf,
    },
    /// Print the entries as a signatures file, as far as their names were kept
    Dump,
    /// Delete all entries
    Flush,
    /// Show the driver's settings, and what it holds, in numbers
    Status,
    /// Show the strict level, or raise it
    Strict {
        /// The level to raise it to: 0 learning, 1 IDS, 2 IPS, 3 lockdown
        #[arg(value_parser = level, allow_negative_numbers = true)]
        level: Option<StrictLevel>,
    },
    /// Show how much is reported, or set it
    Verbose {
        /// 0 what matters, 1 each access too, 2 everything
        #[arg(allow_negative_numbers = true)]
        verbosity: Option<i32>,
    },
    /// Show what a deed would be answered, changing nothing (mock device)
    Simulate {
        /// The deed
        deed: Deed,
        /// What it is done to
        file: PathBuf,
        /// The new name, of a rename
        #[arg(required_if_eq("deed", "rename"))]
        to: Option<PathBuf>,
        /// At this strict level instead of the device's
        #[arg(long, value_parser = level)]
        level: Option<StrictLevel>,
    },
    /// Hash the listed files, and say which are not as listed
    Verify(VerifyArgs),
    /// Show what each access to a file is answered at each strict level, and why
    Explain(ExplainArgs),
    /// Say what a strict level would deny on this machine now
    Preflight(PreflightArgs),
    /// Compare two signatures files
    Diff {
        /// A signatures file
        before: PathBuf,
        /// Another
        after: PathBuf,
    },
    /// Say what is wrong with a signatures file, or will be
    Lint(LintArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What is to be verified.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The signatures file ("-" for standard input)
    #[arg(default_value = "/etc/signatures")]
    pub(crate) file: PathBuf,

    /// Also say which programs and libraries below this directory are not listed (may be repeated)
    #[arg(long, value_name = "DIR")]
    pub(crate) unlisted: Vec<PathBuf>,

    /// With --unlisted, say so of all regular files
    #[arg(short, long, requires = "unlisted")]
    pub(crate) all: bool,

    /// The listed files are below this directory, which will be the root
    #[arg(short = 'p', long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,

    /// Print nothing but errors; the exit status is the answer
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// What is to be explained.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The file
    pub(crate) file: PathBuf,

    /// Take the entries, or with a driver their lines, from this file, not /etc/signatures
    #[arg(long, value_name = "FILE")]
    pub(crate) signatures: Option<PathBuf>,

    /// At this strict level alone
    #[arg(long, value_parser = level)]
    pub(crate) level: Option<StrictLevel>,

    /// The file is below this directory, which will be the root
    #[arg(short = 'p', long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
}

/// What is to be tried.
#[derive(Debug, Args)]
pub(crate) struct PreflightArgs {
    /// The strict level: 0 learning, 1 IDS, 2 IPS, 3 lockdown
    #[arg(long, value_parser = level, default_value = "2")]
    pub(crate) level: StrictLevel,

    /// The signatures file ("-" for standard input)
    #[arg(long, value_name = "FILE", default_value = "/etc/signatures")]
    pub(crate) signatures: PathBuf,

    /// Look at the system below this directory, which will be the root
    #[arg(short = 'p', long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,

    /// Fail for what is running now, too
    #[arg(long)]
    pub(crate) strict_running: bool,

    /// Count lines that are in error, and judge by the others
    #[arg(long)]
    pub(crate) allow_errors: bool,
}

/// What is to be linted.
#[derive(Debug, Args)]
pub(crate) struct LintArgs {
    /// The signatures file ("-" for standard input)
    #[arg(default_value = "/etc/signatures")]
    pub(crate) file: PathBuf,

    /// Say nothing of warnings
    #[arg(long)]
    pub(crate) errors_only: bool,

    /// Say nothing of findings with this code (may be repeated)
    #[arg(long, value_name = "CODE", value_parser = finding_codes())]
    pub(crate) allow: Vec<String>,

    /// Look at the text alone, not at the files that are listed
    #[arg(long)]
    pub(crate) no_files: bool,

    /// The listed files are below this directory, which will be the root
    #[arg(short = 'p', long, value_name = "DIR", conflicts_with = "no_files")]
    pub(crate) root: Option<PathBuf>,
}

fn finding_codes() -> PossibleValuesParser {
    PossibleValuesParser::new(codes::all())
}

/// What can be simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Deed {
    /// Execute a file as a program
    Exec,
    /// Open a file for reading
    Open,
    /// Map a file executable, or run it as the interpreter of a script
    Mmap,
    /// Open a file for writing
    Write,
    /// Cut a file by path
    Truncate,
    /// Make a file
    Create,
    /// Rename a file: a second path is the new name
    Rename,
    /// Remove a file
    Remove,
    /// Give a file a second name
    Link,
    /// Unmount the file system mounted there
    Unmount,
}

impl Deed {
    /// The deed done to a path; `to` is for a rename.
    pub(crate) fn to<'a>(self, path: &'a [u8], to: &'a [u8]) -> Simulated<'a> {
        match self {
            Self::Exec => Simulated::Exec(path),
            Self::Open => Simulated::Open(path),
            Self::Mmap => Simulated::Mmap(path),
            Self::Write => Simulated::Write(path),
            Self::Truncate => Simulated::Truncate(path),
            Self::Create => Simulated::Create(path),
            Self::Rename => Simulated::Rename { from: path, to },
            Self::Remove => Simulated::Remove(path),
            Self::Link => Simulated::Link(path),
            Self::Unmount => Simulated::Unmount(path),
        }
    }
}

fn level(text: &str) -> Result<StrictLevel, String> {
    let level = text.parse().ok().and_then(|number| StrictLevel::from_number(number).ok());
    level.ok_or_else(|| "expected 0 learning, 1 IDS, 2 IPS or 3 lockdown".into())
}

/// The arguments with the command's name in lower case: NetBSD's tool takes it in any case.
pub(crate) fn with_command_folded(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.collect();
    let mut index = 1;
    while let Some(argument) = arguments.get_mut(index) {
        if argument == "--device" {
            index += 2;
        } else if is_option(argument) {
            index += 1;
        } else {
            argument.make_ascii_lowercase();
            break;
        }
    }
    arguments
}

/// Says what is wrong with a command line.
///
/// The words for it repeat what was given, a file's name perhaps. So it is said of another command
/// line: of what this one looks like when it is printed harmlessly.
pub(crate) fn complain(usage: &clap::Error, arguments: &[OsString]) -> Exit {
    let shown = arguments.iter().map(|argument| printable(argument.as_encoded_bytes()).to_string());
    match Cli::try_parse_from(shown) {
        // Nothing can be done where that fails.
        Err(usage) => drop(usage.print()),
        Ok(_) => crate::answer::complain(format_args!("{}", usage.kind())),
    }
    Exit::Failed
}

fn is_option(argument: &OsStr) -> bool {
    argument.as_encoded_bytes().starts_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(with_command_folded(line.split(' ').map(OsString::from)))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn netbsd_command_lines_are_understood() {
        let cli = parse("veriexecctl -ekv load").unwrap();
        assert!(cli.eval_on_load && cli.keep_filename && cli.verbose);
        assert!(
            matches!(cli.command, Command::Load { file, .. } if file.as_os_str() == "/etc/signatures")
        );
        assert!(matches!(parse("veriexecctl LOAD sigs").unwrap().command, Command::Load { .. }));
        assert!(matches!(parse("veriexecctl Flush").unwrap().command, Command::Flush));
        assert!(parse("veriexecctl query").is_err());
        assert!(parse("veriexecctl dump extra").is_err());
    }

    #[test]
    fn what_would_have_no_effect_is_refused() {
        assert!(parse("veriexecctl verify -a S").is_err());
        assert!(parse("veriexecctl verify -a --unlisted / S").is_ok());
        let error = parse("veriexecctl strict -1").unwrap_err();
        assert!(error.to_string().contains("expected 0 learning"), "{error}");
    }

    #[test]
    fn as_with_getopt_options_repeat() {
        let cli =
            parse("veriexecctl -kk -vv --device a load -k --device b -v --json --json").unwrap();
        assert!(cli.keep_filename && cli.verbose && cli.json);
        assert_eq!(cli.device, "b");
        let cli = parse("veriexecctl preflight --level 1 --level 3").unwrap();
        let Command::Preflight(args) = cli.command else { unreachable!("{cli:?}") };
        assert_eq!(args.level, StrictLevel::Lockdown);
        let cli = parse("veriexecctl verify --unlisted a --unlisted b -qq").unwrap();
        let Command::Verify(args) = cli.command else { unreachable!("{cli:?}") };
        assert_eq!(args.unlisted.len(), 2);
    }

    #[test]
    fn options_stand_before_or_after_the_command() {
        let cli = parse("veriexecctl --device mock:state -k LOAD File").unwrap();
        assert_eq!(cli.device, "mock:state");
        assert!(matches!(cli.command, Command::Load { file, .. } if file.as_os_str() == "File"));
        let cli = parse("veriexecctl load -k File --device mock:State").unwrap();
        assert!(cli.keep_filename);
        assert_eq!(cli.device, "mock:State");
    }
}
