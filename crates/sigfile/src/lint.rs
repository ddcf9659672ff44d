//! What is wrong with a signatures file, or will be, as far as its text tells.

use std::collections::HashMap;
use std::fmt;

use fingerprint::Algorithm;

use crate::difference::{Aspect, aspects};
use crate::grammar::{self, Item};
use crate::netbsd::{self, Loaded, Statement};
use crate::printable::has_hidden_characters;
use crate::{Diagnostic, Entry, EntryType, Excerpt, Line, Problem, foreign};

/// Everything that the text of a signatures file gives cause to say, in the order of places.
///
/// Besides the errors that [`entries`](crate::entries) has, there are warnings: of what NetBSD's
/// veriexecctl(8) reads otherwise, of algorithms that are weak or not taken, of entries for one
/// path, and of names that are not what they seem. That nothing is said about NetBSD means that
/// it loads the same entries with the same accesses.
#[must_use]
pub fn lint(file: &[u8]) -> Vec<Finding> {
    let mut entries = grammar::entries(file);
    let items: Vec<Item> = std::iter::from_fn(|| entries.next_item()).collect();
    // What is wrong with each line of another program's file is of no interest; what NetBSD would
    // load from it is.
    let errors: Vec<Diagnostic> = match foreign(file) {
        Some(foreign) => vec![foreign],
        None => items.iter().filter_map(|item| item.read.as_ref().err().cloned()).collect(),
    };
    let syntax = |Diagnostic { line, column, problem }| Finding {
        line,
        column,
        path: None,
        fault: Fault::Syntax(problem),
    };
    let mut findings: Vec<Finding> = errors.into_iter().map(syntax).collect();
    let positions = Positions::new(file);
    netbsd_readings(file, &items, &positions, &mut findings);
    let listed: Vec<&Line> = items.iter().filter_map(|item| item.read.as_ref().ok()).collect();
    algorithms(&listed, &mut findings);
    repetitions(&listed, &mut findings);
    names(&listed, &mut findings);
    escapes(file, &items, &mut findings);
    findings.sort_by_key(|finding| (finding.line, finding.column));
    findings
}

/// Something to be said about a place in a signatures file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The line, from 1.
    pub line: usize,
    /// The byte of that line, from 1.
    pub column: usize,
    /// The path of the entry that it is about, if there is one.
    pub path: Option<Vec<u8>>,
    /// What it is.
    pub fault: Fault,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It may be meant so.
    Warning,
    /// Something is not loaded because of it.
    Error,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.name())
    }
}

/// What can be said about a place in a signatures file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The line is no entry.
    #[error(transparent)]
    Syntax(Problem),
    /// A backslash in the path stands before what needs none.
    #[error(
        "a backslash takes the meaning from the byte after it, and there are no other escapes: the \
         path is {path}; write the character that is meant, a blank as a backslash and a blank"
    )]
    NoEscape {
        /// What the path is.
        path: Excerpt,
    },
    /// NetBSD loses the entry because a comment follows.
    #[error(
        "NetBSD's veriexecctl takes the end of the line for part of the comment, and loses this \
         line and the next; put the comment on a line of its own"
    )]
    TrailingComment,
    /// NetBSD loses the entry because the file ends with it.
    #[error("NetBSD's veriexecctl does not load a last line without a newline; add one")]
    NoFinalNewline,
    /// NetBSD loses the entry because the name ends in a backslash.
    #[error(
        "NetBSD's veriexecctl takes the blank for part of the name, and loses the entry; there, no \
         name can end in a backslash"
    )]
    TrailingBackslash,
    /// NetBSD loses the entry because it is still reading another line.
    #[error(
        "NetBSD's veriexecctl loses this entry: to it the line that begins on line {begun} has not \
         ended"
    )]
    LostLine {
        /// The number of that line.
        begun: usize,
    },
    /// NetBSD loses the entry for another reason.
    #[error("NetBSD's veriexecctl reads something else here, and does not load the entry")]
    Misread,
    /// NetBSD adds accesses that the line does not have.
    #[error("NetBSD's veriexecctl loads this entry as {access}: flags of line {from} are added")]
    LeakedFlags {
        /// The line, an error there, from which they are.
        from: usize,
        /// What becomes of the entry.
        access: EntryType,
    },
    /// NetBSD takes words of the lines that follow for flags of the entry.
    #[error(
        "NetBSD's veriexecctl loads this entry as {access}: to it the entry does not end with its \
         line"
    )]
    NextLinesFlags {
        /// What becomes of the entry.
        access: EntryType,
    },
    /// NetBSD loads an entry where there is none.
    #[error("NetBSD's veriexecctl loads an entry for {path} from here, as {access}")]
    LoadedAnyway {
        /// Its path.
        path: Excerpt,
        /// Its accesses.
        access: EntryType,
    },
    /// Another file with the same fingerprint can be made.
    #[error(
        "{algorithm} is broken: other contents with the same fingerprint can be made; {} it",
        uses(*entries)
    )]
    WeakAlgorithm {
        /// The algorithm.
        algorithm: Algorithm,
        /// How many entries have it.
        entries: usize,
    },
    /// Current NetBSD kernels know SHA256, SHA384 and SHA512 alone.
    #[error("current NetBSD kernels do not take {algorithm}; {} it", uses(*entries))]
    RemovedAlgorithm {
        /// The algorithm.
        algorithm: Algorithm,
        /// How many entries have it.
        entries: usize,
    },
    /// The path was listed before, as the same.
    #[error("listed already on line {first}; remove one of the two")]
    Duplicate {
        /// The line of the first entry.
        first: usize,
    },
    /// The path was listed before, as something else.
    #[error(
        "listed on line {first} with {}; a driver keeps the first and refuses this one",
        other(*aspect)
    )]
    Conflict {
        /// The line of the first entry.
        first: usize,
        /// In what they differ.
        aspect: Aspect,
    },
    /// The name holds characters that are not seen, or that act on a terminal.
    #[error("the name holds characters that are not seen where it is shown as it is: {name}")]
    HiddenCharacters {
        /// The name.
        name: Excerpt,
    },
}

impl Fault {
    /// The word that stands for this kind of finding, and will not change.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Syntax(problem) => problem.code(),
            Self::NoEscape { .. } => "no-escape",
            Self::TrailingComment => "trailing-comment",
            Self::NoFinalNewline => "no-final-newline",
            Self::TrailingBackslash => "trailing-backslash",
            Self::LostLine { .. } => "lost-line",
            Self::Misread => "misread",
            Self::LeakedFlags { .. } => "leaked-flags",
            Self::NextLinesFlags { .. } => "next-lines-flags",
            Self::LoadedAnyway { .. } => "loaded-anyway",
            Self::WeakAlgorithm { .. } => "weak-algorithm",
            Self::RemovedAlgorithm { .. } => "removed-algorithm",
            Self::Duplicate { .. } => "duplicate",
            Self::Conflict { .. } => "conflict",
            Self::HiddenCharacters { .. } => "hidden-characters",
        }
    }

    /// The codes of all findings that are no errors of syntax, and [`Problem::CODES`] are those.
    pub const CODES: [&'static str; 14] = [
        "no-escape",
        "trailing-comment",
        "no-final-newline",
        "trailing-backslash",
        "lost-line",
        "misread",
        "leaked-flags",
        "next-lines-flags",
        "loaded-anyway",
        "weak-algorithm",
        "removed-algorithm",
        "duplicate",
        "conflict",
        "hidden-characters",
    ];

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::Syntax(_) | Self::Conflict { .. } => Severity::Error,
            _ => Severity::Warning,
        }
    }
}

fn uses(entries: usize) -> String {
    if entries == 1 { "1 entry has".to_owned() } else { format!("{entries} entries have") }
}

fn other(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Algorithm => "another algorithm",
        Aspect::Fingerprint => "another fingerprint",
        Aspect::Flags => "other flags",
    }
}

fn finding(line: &Line, fault: Fault) -> Finding {
    let path = Some(line.entry.path().to_vec());
    Finding { line: line.number, column: line.column, path, fault }
}

/// Compares what NetBSD loads with what we load.
fn netbsd_readings(
    file: &[u8],
    items: &[Item],
    positions: &Positions,
    findings: &mut Vec<Finding>,
) {
    let mut found = |offset: usize, entry: Option<&Entry>, fault| {
        let (line, column) = positions.of(offset);
        let path = entry.map(|entry| entry.path().to_vec());
        findings.push(Finding { line, column, path, fault });
    };
    let mut statements = netbsd::statements(file);
    let mut current = statements.next();
    let mut loaded_anyway = Vec::new();
    for item in items {
        let Ok(Line { entry, .. }) = &item.read else { continue };
        while let Some(before) = current.take_if(|statement| statement.end <= item.start) {
            loaded_anyway.push(before);
            current = statements.next();
        }
        match &mut current {
            Some(statement) if statement.start == item.start => {
                match statement.loaded.take_if(|loaded| is_same(loaded, entry)) {
                    Some(Loaded { access, .. }) if access == entry.entry_type().or_direct() => {}
                    Some(Loaded { access, leak, .. }) => {
                        let fault = leak.map_or(Fault::NextLinesFlags { access }, |from| {
                            Fault::LeakedFlags { from: positions.of(from).0, access }
                        });
                        found(item.start, Some(entry), fault);
                    }
                    None => {
                        let (at, fault) = fault_of_its_own(file, item, entry, statement);
                        found(at, Some(entry), fault);
                    }
                }
            }
            Some(statement) if statement.start < item.start => {
                let begun = positions.of(statement.start).0;
                found(item.start, Some(entry), Fault::LostLine { begun });
            }
            _ => found(item.start, Some(entry), Fault::Misread),
        }
    }
    loaded_anyway.extend(current);
    for statement in loaded_anyway.into_iter().chain(statements) {
        if let Some(Loaded { path, access, .. }) = statement.loaded {
            let fault = Fault::LoadedAnyway { path: Excerpt::new(&path), access };
            found(statement.start, None, fault);
        }
    }
}

fn is_same(loaded: &Loaded, entry: &Entry) -> bool {
    loaded.path == entry.path() && loaded.fingerprint == *entry.fingerprint()
}

/// Why NetBSD does not load an entry whose line it begins to read where we do, and where that is.
fn fault_of_its_own(
    file: &[u8],
    item: &Item,
    entry: &Entry,
    statement: &Statement,
) -> (usize, Fault) {
    if entry.path().ends_with(b"\\") {
        (item.start, Fault::TrailingBackslash)
    } else if file.get(item.end) == Some(&b'#') {
        (item.end, Fault::TrailingComment)
    } else if item.end == file.len() && statement.end == file.len() {
        (item.end, Fault::NoFinalNewline)
    } else {
        (item.start, Fault::Misread)
    }
}

/// Names each algorithm that is not to be relied on, once.
fn algorithms(listed: &[&Line], findings: &mut Vec<Finding>) {
    for algorithm in [Algorithm::Md5, Algorithm::Sha1, Algorithm::Rmd160] {
        let mut having = listed.iter().filter(|line| line.entry.algorithm() == algorithm);
        let Some(first) = having.next() else { continue };
        let entries = having.count().saturating_add(1);
        if algorithm != Algorithm::Rmd160 {
            findings.push(finding(first, Fault::WeakAlgorithm { algorithm, entries }));
        }
        findings.push(finding(first, Fault::RemovedAlgorithm { algorithm, entries }));
    }
}

/// Names each entry whose path was listed before.
fn repetitions(listed: &[&Line], findings: &mut Vec<Finding>) {
    let mut firsts: HashMap<&[u8], &Line> = HashMap::with_capacity(listed.len());
    for again in listed {
        let first = *firsts.entry(again.entry.path()).or_insert(again);
        if std::ptr::eq(first, *again) {
            continue;
        }
        let fault = match aspects(&first.entry, &again.entry).next() {
            None => Fault::Duplicate { first: first.number },
            Some(aspect) => Fault::Conflict { first: first.number, aspect },
        };
        findings.push(finding(again, fault));
    }
}

fn names(listed: &[&Line], findings: &mut Vec<Finding>) {
    for line in listed {
        let path = line.entry.path();
        if has_hidden_characters(path) {
            let name = Excerpt::new(path);
            findings.push(finding(line, Fault::HiddenCharacters { name }));
        }
    }
}

/// Names each path in which a backslash stands before a letter or digit, as in `\040` of fstab(5).
fn escapes(file: &[u8], items: &[Item], findings: &mut Vec<Finding>) {
    for item in items {
        let Ok(line) = &item.read else { continue };
        let text = file.get(item.start..item.end).unwrap_or_default();
        let mut bytes = text.iter();
        let mut found = false;
        while let Some(byte) = bytes.next() {
            match byte {
                b' ' | b'\t' => break,
                b'\\' => found |= bytes.next().is_some_and(u8::is_ascii_alphanumeric),
                _ => {}
            }
        }
        if found {
            let path = Excerpt::new(line.entry.path());
            findings.push(finding(line, Fault::NoEscape { path }));
        }
    }
}

/// The lines of a file.
struct Positions {
    /// Where each begins.
    starts: Vec<usize>,
}

impl Positions {
    fn new(file: &[u8]) -> Self {
        let newlines = file.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let starts = newlines.map(|(index, _)| index.saturating_add(1));
        Self { starts: std::iter::once(0).chain(starts).collect() }
    }

    /// The line and the byte of it, each from 1, at an offset.
    fn of(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied();
        (line, offset.saturating_sub(start.unwrap_or(0)).saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "00112233445566778899aabbccddeeff";

    /// The findings of a file in which `MD5` stands for that word and a fingerprint, but for those
    /// about that algorithm.
    fn found(file: &str) -> Vec<String> {
        let file = file.replace("MD5", &format!("MD5 {HEX}"));
        let about_md5 = ["weak-algorithm", "removed-algorithm"];
        let shown = |Finding { line, column, fault, .. }: Finding| {
            let code = fault.code();
            (!about_md5.contains(&code)).then(|| format!("{line}:{column} {code}"))
        };
        lint(file.as_bytes()).into_iter().filter_map(shown).collect()
    }

    fn texts(file: &str) -> Vec<String> {
        let file = file.replace("MD5", &format!("MD5 {HEX}"));
        lint(file.as_bytes()).into_iter().map(|finding| finding.fault.to_string()).collect()
    }

    #[test]
    fn nothing_is_said_of_a_good_file() {
        let file = format!(
            "# c\n\n/a SHA256 {} file\n/b\\ c SHA256 \\\n {}\n",
            "00".repeat(32),
            "11".repeat(32)
        );
        assert_eq!(lint(file.as_bytes()), []);
        assert_eq!(lint(b""), []);
    }

    #[test]
    fn one_thing_is_said_of_a_file_in_another_format() {
        let line = format!("{}  /usr/bin/env\n", "00".repeat(32));
        assert_eq!(found(&line.repeat(1000)), ["1:1 foreign-format"]);
        assert!(texts(&line)[0].contains("sha256sum(1)"));
    }

    #[test]
    fn escapes_that_are_none_are_named() {
        assert_eq!(found("/srv/my\\040prog MD5\n/b\\ c MD5 file\n"), ["1:1 no-escape"]);
        let said = texts("/a\\x20b MD5\n");
        assert!(said.iter().any(|text| text.contains("\"/ax20b\"")), "{said:?}");
        for file in ["/a\\ 0 MD5\n", "/a\\\\0 MD5\n", "/a\\\\\\ 0 MD5\n", "/a MD5 \\\nfile\n"] {
            assert_eq!(found(file), [] as [&str; 0], "{file}");
        }
    }

    #[test]
    fn a_trailing_comment_costs_two_lines_and_spoils_a_third() {
        let file = "/a MD5 file # why\n/b MD5 direct\n/c MD5 direct\n/d MD5\n";
        let expected = ["1:46 trailing-comment", "2:1 lost-line", "3:1 leaked-flags"];
        assert_eq!(found(file), expected);
        let said = texts(file);
        assert!(said.iter().any(|text| text.contains("the line that begins on line 1 has not")));
        assert!(said.iter().any(|text| text.contains("as direct, file: flags of line 1 are")));
        // A line of blanks ends the statement after all.
        assert_eq!(found("/a MD5 # why\n \n/b MD5\n"), [] as [&str; 0]);
    }

    #[test]
    fn what_else_netbsd_loses_is_named() {
        assert_eq!(found("/a MD5\n/b MD5 file"), ["2:45 no-final-newline"]);
        assert_eq!(found("/a MD5 # why"), ["1:41 trailing-comment"]);
        assert_eq!(found("/a\\\\ MD5 file\n/b MD5\n"), ["1:1 trailing-backslash",]);
        assert_eq!(found("/a MD5 \\\n\n/b MD5\n"), ["1:1 misread", "3:1 lost-line"]);
        assert_eq!(found("/a MD5 \\\n\nfile\n"), ["1:1 next-lines-flags", "3:1 relative-path"]);
        assert_eq!(found("/a\n/b MD5\n"), ["1:1 path-alone", "1:1 loaded-anyway", "2:1 lost-line"]);
        assert_eq!(found("'/a MD5 file\n"), ["1:1 relative-path", "1:2 loaded-anyway"]);
        assert_eq!(found("'/a MD5 file"), ["1:1 relative-path"]);
        assert_eq!(
            found("/a MD5 indirect, x\n/b MD5\n"),
            ["1:51 unknown-flag", "2:1 leaked-flags"]
        );
    }

    #[test]
    fn each_algorithm_that_is_no_good_is_named_once() {
        let hex = "00".repeat(20);
        let file = format!("/a RMD160 {hex}\n/b SHA1 {hex}\n/c SHA1 {hex}\n");
        let said: Vec<_> = lint(file.as_bytes())
            .into_iter()
            .map(|finding| format!("{}: {}", finding.line, finding.fault))
            .collect();
        let expected = [
            "1: current NetBSD kernels do not take RMD160; 1 entry has it",
            "2: SHA1 is broken: other contents with the same fingerprint can be made; 2 entries \
             have it",
            "2: current NetBSD kernels do not take SHA1; 2 entries have it",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn a_path_that_comes_again_is_named_with_the_first() {
        let file = "/a MD5\n/b MD5\n/a MD5 direct\n  /a MD5 file\n/a sha256 00\n";
        assert_eq!(found(file), ["3:1 duplicate", "4:3 conflict", "5:11 wrong-length"]);
        let said = texts(file);
        assert!(said.iter().any(|text| text.starts_with("listed already on line 1;")), "{said:?}");
        assert!(said.iter().any(|text| text.starts_with("listed on line 1 with other flags;")));
        let last = lint(file.replace("MD5", &format!("MD5 {HEX}")).as_bytes());
        let severities: Vec<_> = last[2..].iter().map(|last| last.fault.severity()).collect();
        assert_eq!(severities, [Severity::Warning, Severity::Error, Severity::Error]);
    }

    #[test]
    fn a_name_that_is_not_what_it_seems_is_shown() {
        assert_eq!(
            found("/a\u{202e}b MD5\n/\x1b[2J MD5\n/a\\\nb MD5\n/\u{e9} MD5\n"),
            ["1:1 hidden-characters", "2:1 hidden-characters", "3:1 hidden-characters",]
        );
        assert!(texts("/\x1b[2J MD5\n").iter().any(|text| text.ends_with(": \"/\\x1b[2J\"")));
    }

    #[test]
    fn each_code_is_in_the_list() {
        let all: Vec<_> = Problem::CODES.iter().chain(&Fault::CODES).collect();
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        for file in ["/a MD5 # c\n/b MD5\n/c MD5", "/a MD5 kernel", "/a\\", "bin", "/a MD5,"] {
            for finding in lint(file.replace("MD5", &format!("MD5 {HEX}")).as_bytes()) {
                assert!(all.contains(&&finding.fault.code()), "{}", finding.fault.code());
            }
        }
    }
}
