//! The manual pages, as the two formatters in use show them: mandoc, which the BSDs have, and groff,
//! which Linux distributions have. Both must show the same words, in the same columns, in 80.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{available, command};

/// How many columns a terminal has.
const COLUMNS: usize = 80;

/// From how many blanks on a gap in a line is one between columns, and not between sentences.
const GAP: usize = 3;

/// What this machine lacks to show the pages.
pub(super) fn lacks() -> Option<&'static str> {
    // What lies in /usr/bin under the name of groff is in groff-base; macros are, too.
    if !available("mandoc", &["-Tlint", "/dev/null"]) {
        Some("Debian's mandoc")
    } else if !available("groff", &["--version"]) {
        Some("Debian's groff-base")
    } else {
        None
    }
}

/// Checks pages with both formatters, warnings included, and compares what they show.
///
/// # Errors
/// When a page has a fault; all of them are named.
pub(super) fn check(pages: &[PathBuf]) -> Result<()> {
    let mut faults = Vec::new();
    for page in pages {
        let found = faults_of(page).unwrap_or_else(|error| vec![format!("{error:#}")]);
        faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", page.display())));
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// What is wrong with a page that both formatters take.
fn faults_of(page: &Path) -> Result<Vec<String>> {
    let mandoc = Shown::of("mandoc", &show(command("mandoc").args(MANDOC).arg(page))?);
    let groff = Shown::of("groff", &show(command("groff").args(GROFF).arg(page))?);
    let long = mandoc.too_long().chain(groff.too_long());
    Ok(long.chain(difference(&mandoc, &groff)).collect())
}

/// As on a terminal of 80 columns, of which both leave two free; a warning is an error.
const MANDOC: [&str; 3] = ["-Wwarning,stop", "-Tutf8", "-Owidth=78"];
/// The same without attributes, and without hyphens of its own.
const GROFF: [&str; 6] =
    ["-mdoc", "-Tutf8", "-ww", "-rLL=78n", "-P-cbou", "xtask/src/gate/words.tmac"];

/// What a formatter shows, if it has nothing to say against the page.
fn show(formatter: &mut Command) -> Result<String> {
    let name = formatter.get_program().to_string_lossy().into_owned();
    let output = formatter.output().with_context(|| name.clone())?;
    let complaints = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() || !complaints.is_empty() {
        bail!("{name} ended with {}:\n{complaints}", output.status);
    }
    String::from_utf8(output.stdout).context(name)
}

/// A page on a terminal.
struct Shown {
    by: &'static str,
    /// Without header and footer, which each formatter words in its own way.
    lines: Vec<String>,
}

impl Shown {
    fn of(by: &'static str, output: &str) -> Self {
        let lines: Vec<_> = output.lines().map(plain).filter(|line| !line.is_empty()).collect();
        let body = lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default();
        Self { by, lines: body.to_vec() }
    }

    fn too_long(&self) -> impl Iterator<Item = String> {
        let long = self.lines.iter().filter(|line| line.chars().count() > COLUMNS);
        long.map(|line| format!("{} needs more than {COLUMNS} columns for: {line}", self.by))
    }

    /// All words, those put together again that were broken at their hyphen.
    fn words(&self) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for line in &self.lines {
            let mut of_line = line.split_whitespace().map(str::to_owned);
            if let Some(broken) = words.last_mut().filter(|word| is_broken(word)) {
                broken.push_str(&of_line.next().unwrap_or_default());
            }
            words.extend(of_line);
        }
        words
    }

    /// The lines that have something in columns: rows of tables, and terms beside what they mean.
    fn rows(&self) -> impl Iterator<Item = &str> {
        let gap = " ".repeat(GAP);
        let lines = self.lines.iter().map(String::as_str);
        lines.filter(move |line| line.trim_start().contains(&gap))
    }
}

/// Whether the last word of a line ends in a hyphen that belongs to it.
fn is_broken(word: &str) -> bool {
    word.strip_suffix('-').is_some_and(|before| before.ends_with(char::is_alphanumeric))
}

/// A line without what a printer would have struck over, and with one character for each dash,
/// for which the formatters have their own tastes.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    for character in line.chars() {
        match character {
            '\u{8}' => drop(plain.pop()),
            '\u{a0}' => plain.push(' '),
            '\u{2010}' | '\u{2212}' => plain.push('-'),
            '\u{2014}' => plain.push('\u{2013}'),
            other => plain.push(other),
        }
    }
    plain.trim_end().to_owned()
}

/// Where two begin to differ, in words or in columns.
fn difference(one: &Shown, other: &Shown) -> Option<String> {
    let (words, others) = (one.words(), other.words());
    if let Some(at) = first_difference(&words, &others) {
        let around = |words: &[String]| {
            let words = words.get(at.saturating_sub(3)..).unwrap_or_default();
            words.iter().take(7).map(String::as_str).collect::<Vec<_>>().join(" ")
        };
        let (words, others) = (around(&words), around(&others));
        return Some(format!("{} shows: {words}\n    but {}: {others}", one.by, other.by));
    }
    let (rows, others): (Vec<_>, Vec<_>) = (one.rows().collect(), other.rows().collect());
    let at = first_difference(&rows, &others)?;
    let row = |rows: &[&str]| rows.get(at).copied().unwrap_or("(no more rows)").to_owned();
    let (row, other_row) = (row(&rows), row(&others));
    Some(format!("{} has in columns:\n{row}\n    but {}:\n{other_row}", one.by, other.by))
}

fn first_difference<T: PartialEq>(some: &[T], others: &[T]) -> Option<usize> {
    let same = some.iter().zip(others).take_while(|(one, other)| one == other).count();
    (same < some.len().max(others.len())).then_some(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(by: &'static str, body: &str) -> Shown {
        Shown::of(by, &format!("LS(1) header\n\n{body}\n\nfooter of {by}\n"))
    }

    fn differ(one: &str, other: &str) -> Option<String> {
        difference(&shown("mandoc", one), &shown("groff", other))
    }

    #[test]
    fn the_same_words_may_stand_on_other_lines() {
        assert_eq!(differ("NAME\n  ls \u{2013} list\n", "NAME\n  ls\n  \u{2014} list"), None);
        assert_eq!(differ("a well-known file", "a well\u{2010}\nknown file"), None);
        assert_eq!(differ("N\u{8}NA\u{8}AME b", "NAME\u{a0}b"), None);
        assert_eq!(differ("- b c", "-\nb c"), None, "a dash alone is a word");
    }

    #[test]
    fn another_word_is_told_with_what_is_around_it() {
        let text = differ("one two three four five", "one two three 4 five").unwrap();
        assert!(text.contains("mandoc shows: one two three four five"), "{text}");
        assert!(text.contains("groff: one two three 4 five"), "{text}");
        assert!(differ("one two", "one").is_some());
        assert!(differ("one", "one two").is_some());
        assert!(differ("(one)", "( one)").is_some(), "a blank too many");
    }

    #[test]
    fn columns_begin_at_the_same_place() {
        assert_eq!(differ("a     b\nc     d", "a     b\nc     d"), None);
        let text = differ("a     b\nc     d", "a     b\nc       d").unwrap();
        assert!(text.contains("c       d"), "{text}");
        assert!(differ("a     b", "a\n      b").is_some(), "a cell on a line of its own");
        assert_eq!(differ("     text\n   more", "  text more"), None, "an indent is none");
    }

    #[test]
    fn lines_have_80_columns() {
        let fits = "\u{2013}".repeat(80);
        assert_eq!(shown("groff", &fits).too_long().count(), 0);
        let text = shown("groff", &format!("{fits}-")).too_long().next().unwrap();
        assert!(text.starts_with("groff needs more than 80 columns for: "), "{text}");
    }

    #[test]
    fn headers_and_footers_are_the_formatters_own() {
        let one = Shown::of("mandoc", "LS(1)  General  LS(1)\n\nNAME\n\nDebian   Debian\n");
        let other = Shown::of("groff", "LS(1)  BSD General  LS(1)\n\nNAME\n\nBSD   BSD\n");
        assert_eq!(difference(&one, &other), None);
    }

    #[test]
    fn both_formatters_are_asked() {
        if let Some(need) = lacks() {
            assert!(std::env::var_os("VERIEXEC_TEST_NO_SKIP").is_none(), "needs {need}");
            eprintln!("SKIPPED: both_formatters_are_asked: needs {need}");
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let fault = |name: &str, body: &str| {
            let page = directory.path().join(name);
            let text = format!(
                ".Dd November 21, 2026\n.Dt LS 1\n.Os\n.Sh NAME\n.Nm ls\n.Nd list\n\
                 .Sh DESCRIPTION\n{body}\n"
            );
            std::fs::write(&page, text).unwrap();
            check(&[page]).err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(fault("good.1", "It lists."), "");
        let text = fault("unknown.1", ".Nx 11.0");
        assert!(text.contains("groff ended with"), "{text}");
        let text = fault("macro.1", ".Zz not there");
        assert!(text.contains("mandoc ended with"), "{text}");
        let narrow = ".Bl -column \"a cell\" \"b\"\n.It a much longer cell Ta b\n.El";
        let text = fault("narrow.1", narrow);
        assert!(text.contains("narrow.1: mandoc shows: a much longer cell b"), "{text}");
        let text = fault("long.1", &format!(".Bd -literal\n{}\n.Ed", "x".repeat(81)));
        assert!(text.contains("long.1: groff needs more than 80"), "{text}");
    }
}
