//! The command line: NetBSD's options, their long forms, and a few more.

use std::ffi::OsString;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Parser, ValueEnum};
use clap_complete::Shell;
use sigfile::printable;

use crate::answer::faults;
use crate::exit::Exit;

/// Generate fingerprints for Veriexec.
#[derive(Debug, Parser)]
#[command(name = "veriexecgen", version, max_term_width = 100, args_override_self = true)]
pub(crate) struct Cli {
    /// Append to the output what it does not list yet
    #[arg(short = 'A', long)]
    pub(crate) append: bool,

    /// List all regular files, not only programs and shared libraries
    #[arg(short, long)]
    pub(crate) all: bool,

    /// Scan the system directories; so it is if there is neither -d nor -f
    #[arg(short = 'D', long)]
    pub(crate) system_dirs: bool,

    /// Scan this directory (may be repeated)
    #[arg(short, long = "directory", value_name = "DIR", allow_hyphen_values = true)]
    pub(crate) directories: Vec<PathBuf>,

    /// Take the names of files from this file, one a line; "-" is standard input
    #[arg(short, long, value_name = "FILE", allow_hyphen_values = true)]
    pub(crate) files_from: Vec<PathBuf>,

    /// The names in the file of -f end with a NUL byte, not a newline
    #[arg(short = '0', long)]
    pub(crate) null: bool,

    /// Write the signatures to this file; "-" is standard output
    #[arg(
        short,
        long,
        value_name = "FILE",
        default_value = "/etc/signatures",
        allow_hyphen_values = true
    )]
    pub(crate) output: PathBuf,

    /// Record names without this directory in front
    #[arg(short, long, value_name = "DIR", allow_hyphen_values = true)]
    pub(crate) prefix: Option<PathBuf>,

    /// Scan directories with all that is below them
    #[arg(short, long)]
    pub(crate) recursive: bool,

    /// Make the output immutable when it is written
    #[arg(short = 'S', long)]
    pub(crate) immutable: bool,

    /// Begin with a line that says who generated the list, and when
    #[arg(short = 'T', long)]
    pub(crate) timestamp: bool,

    /// MD5, SHA1, RMD160, SHA256, SHA384 or SHA512, in any case; without it, SHA256
    #[arg(short = 't', long, allow_hyphen_values = true)]
    pub(crate) algorithm: Option<OsString>,

    /// Say what is being done
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Skip what fails with a warning, and exit with 2 if that happened
    #[arg(short = 'W', long)]
    pub(crate) warn: bool,

    /// How to tell the accesses that a file is listed for
    #[arg(long, value_enum, default_value_t = Classify::Content)]
    pub(crate) classify: Classify,

    /// Hash with this engine; "list" shows those that this machine has for the algorithm
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub(crate) engine: Option<OsString>,

    /// Hash in this many threads; without it, in one for each processor
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Bring what the output says of PATH... up to date, and nothing else of it
    #[arg(long, conflicts_with_all = ["append", "directories", "system_dirs", "timestamp"])]
    pub(crate) refresh: bool,

    /// With --refresh: files; with -r, also directories with all that is below them
    #[arg(value_name = "PATH", requires = "refresh")]
    pub(crate) paths: Vec<PathBuf>,

    /// Write a list in which there is nothing, and take one of names in which there is none
    #[arg(long)]
    pub(crate) allow_empty: bool,

    /// Write nothing; show the lines that would change, with - and + before them
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Tell programs, in JSON on standard output, what was done
    #[arg(long)]
    pub(crate) json: bool,

    /// Show what a shell needs to complete command lines of this program
    #[arg(long, value_name = "SHELL")]
    pub(crate) completions: Option<Shell>,
}

/// How the accesses that a file is listed for are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Classify {
    /// From what the file holds: program, library, script, data
    Content,
    /// As NetBSD does: direct if anyone may execute it, else indirect and file
    Mode,
}

/// More threads than any machine has processors would only use up memory.
const MAX_THREADS: usize = 4096;

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse::<NonZeroUsize>().ok().filter(|number| number.get() <= MAX_THREADS);
    number.ok_or_else(|| format!("expected a number from 1 to {MAX_THREADS}"))
}

/// What a name without an option may have been meant for.
const NAMED_WITH: &str = "veriexecgen: a directory to list is named with -d, as in: veriexecgen -r -d \
                          DIRECTORY; names alone are for --refresh";

/// Says what is wrong with a command line.
///
/// The words for it repeat what was given, a file's name perhaps. So it is said of another command
/// line: of what this one looks like when it is printed harmlessly.
pub(crate) fn complain(usage: &clap::Error, arguments: &[OsString]) -> Exit {
    let shown = arguments.iter().map(|argument| printable(argument.as_encoded_bytes()).to_string());
    match Cli::try_parse_from(shown) {
        // Nothing can be done where that fails.
        Err(usage) => drop(usage.print()),
        Ok(_) => faults::report(usage.kind()),
    }
    // A name alone needs --refresh, which is seldom what was meant.
    if usage.kind() == ErrorKind::MissingRequiredArgument {
        let _ = writeln!(io::stderr(), "\n{NAMED_WITH}");
    }
    Exit::Failed
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn netbsd_command_lines_are_understood() {
        let cli = parse("veriexecgen -AaDr -d /usr -d/opt -o S -p / -STt SHA512 -vW -f -").unwrap();
        assert!(cli.append && cli.all && cli.system_dirs && cli.recursive && cli.immutable);
        assert!(cli.timestamp && cli.verbose && cli.warn);
        assert_eq!(cli.directories, [PathBuf::from("/usr"), PathBuf::from("/opt")]);
        assert_eq!(cli.files_from, [PathBuf::from("-")]);
        assert_eq!(cli.algorithm, Some("SHA512".into()));
        assert_eq!(cli.prefix, Some(PathBuf::from("/")));
    }

    #[test]
    fn long_forms_are_the_same() {
        let line = "veriexecgen --append --all --system-dirs --directory /usr --files-from - \
                    --output S --prefix / --recursive --immutable --timestamp --algorithm md5 \
                    --verbose --warn --null --classify mode --engine portable --threads 2";
        let cli = parse(line).unwrap();
        assert!(cli.append && cli.all && cli.system_dirs && cli.recursive && cli.immutable);
        assert!(cli.timestamp && cli.verbose && cli.warn && cli.null);
        assert_eq!(cli.classify, Classify::Mode);
        assert_eq!(cli.engine, Some("portable".into()));
        assert_eq!(cli.threads, NonZeroUsize::new(2));
    }

    #[test]
    fn defaults_are_netbsds() {
        let cli = parse("veriexecgen").unwrap();
        assert_eq!(cli.output, PathBuf::from("/etc/signatures"));
        assert_eq!(cli.algorithm, None);
        assert!(!(cli.all || cli.append || cli.recursive || cli.warn));
    }

    #[test]
    fn as_with_getopt_options_repeat_and_values_may_look_like_options() {
        let cli = parse("veriexecgen -r -r -t md5 -t sha1 -d -x -d -y -o -").unwrap();
        assert!(cli.recursive);
        assert_eq!(cli.algorithm, Some("sha1".into()));
        assert_eq!(cli.directories, [PathBuf::from("-x"), PathBuf::from("-y")]);
        assert_eq!(cli.output, PathBuf::from("-"));
    }

    #[test]
    fn names_of_files_stand_anywhere_among_the_options_of_refresh() {
        let cli = parse("veriexecgen a --refresh -r b -o S -f - c").unwrap();
        assert!(cli.refresh && cli.recursive);
        assert_eq!(cli.paths, ["a", "b", "c"].map(PathBuf::from));
    }

    #[test]
    fn what_has_no_meaning_is_refused() {
        for line in [
            "-s",
            "-F x",
            "/usr",
            "--threads 0",
            "--threads 99999",
            "--classify x",
            "-d",
            "--refresh -A /usr",
            "--refresh -d /usr",
            "--refresh -D",
            "--refresh -T /usr",
            "--completions csh",
        ] {
            let error = parse(&format!("veriexecgen {line}")).unwrap_err();
            assert!(error.use_stderr(), "{line}");
        }
    }
}
