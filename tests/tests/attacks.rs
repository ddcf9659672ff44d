//! Whether `doc/attacks.md` names, for each class of attacks, tests that there are; and whether each
//! test that calls itself an attack is named there.
//!
//! An attack of a scenario is what its script gives to `try`, and a check after a line `# Attack.`.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Where the scripts of scenarios are.
const SCENARIOS: &str = "tests/guest/src/scenario";

/// What in a script is followed by the name of a check.
const CHECKS: [&str; 13] = [
    "pass \"",
    "fail \"",
    "check \"",
    "refuse \"",
    "say \"",
    "soon \"",
    "one \"",
    "denied \"",
    "from 2 \"",
    "from 3 \"",
    "changed \"",
    "valid \"",
    "unlisted \"",
];

/// What says that the next check is an attack.
const MARK: &str = "# Attack.";

/// Sources, by their names: those of scripts from [`SCENARIOS`] on, of others from the repository on.
type Sources = BTreeMap<String, String>;

/// A line of the table.
#[derive(Debug, PartialEq, Eq)]
struct Row<'a> {
    attack: &'a str,
    promise: &'a str,
    /// Files, and the words of their tests.
    tests: Vec<(&'a str, Vec<&'a str>)>,
}

/// The lines of all tables of attacks.
fn rows(text: &str) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        match cells[..] {
            ["", "Attack", "Promise", "Test", ""] => is_inside = true,
            ["", attack, promise, tests, ""] if is_inside => {
                if !attack.starts_with("---") {
                    let tests = tests.split("<br>").filter_map(tests_of).collect();
                    rows.push(Row { attack, promise, tests });
                }
            }
            _ => is_inside = false,
        }
    }
    rows
}

/// `` `file`: `words`, `words` ``.
fn tests_of(cell: &str) -> Option<(&str, Vec<&str>)> {
    let mut quoted = cell.split('`').skip(1).step_by(2);
    Some((quoted.next()?, quoted.collect()))
}

/// The attacks that a script says it has.
fn attacks_in(script: &str) -> Vec<&str> {
    let mut attacks = Vec::new();
    let mut is_marked = false;
    for line in script.lines().map(str::trim) {
        if let Some(tried) = line.strip_prefix("try ") {
            attacks.extend(tried.split(' ').next());
        }
        is_marked |= line == MARK;
        if is_marked && let Some(name) = name_of_check(line) {
            attacks.push(name);
            is_marked = false;
        }
    }
    if is_marked {
        attacks.push("a mark without a check after it");
    }
    attacks
}

/// The name of the check of a line, if it has one.
fn name_of_check(line: &str) -> Option<&str> {
    let name = |word| line.split_once(word).filter(|(before, _)| !before.contains('"'));
    let (_, rest) = CHECKS.into_iter().find_map(|word| name(word).or_else(|| case(line, word)))?;
    rest.split('"').next()
}

/// The same, after the pattern of a `case`.
fn case<'a>(line: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    line.split_once(&[") ", word].concat())
}

/// Whether the source has that test.
fn has(name: &str, source: &str, test: &str) -> bool {
    if name.ends_with(".rs") {
        return source.contains(&format!("fn {test}("));
    }
    source.contains(&format!("try {test} "))
        || CHECKS.iter().any(|check| source.contains(&format!("{check}{test}\"")))
}

/// What is wrong with the table, a line each.
fn problems(text: &str, sources: &Sources) -> Vec<String> {
    let rows = rows(text);
    let mut problems = Vec::new();
    for Row { attack, promise, tests } in &rows {
        if attack.is_empty() || promise.is_empty() {
            problems.push(format!("a row without an attack or a promise: {attack}{promise}"));
        }
        if tests.is_empty() || tests.iter().any(|(_, words)| words.is_empty()) {
            problems.push(format!("no test: {attack}"));
        }
        for (file, words) in tests {
            let source = sources.get(*file);
            for test in words {
                if !source.is_some_and(|source| has(file, source, test)) {
                    problems.push(format!("there is no {file}: {test}"));
                }
            }
        }
    }
    for (file, source) in sources.iter().filter(|(file, _)| file.ends_with(".sh")) {
        for attack in attacks_in(source) {
            let is_named = rows
                .iter()
                .flat_map(|row| &row.tests)
                .any(|(named, words)| named == file && words.contains(&attack));
            if !is_named {
                problems.push(format!("in no row: {file}: {attack}"));
            }
        }
    }
    if rows.is_empty() {
        problems.push("no rows".into());
    }
    problems
}

/// The scripts below a directory, and what the table names beside them.
fn sources(repository: &Path, text: &str) -> Sources {
    let mut sources = Sources::new();
    scripts(&repository.join(SCENARIOS), "", &mut sources);
    for (file, _) in rows(text).iter().flat_map(|row| &row.tests) {
        if let Ok(source) = fs::read_to_string(repository.join(file)) {
            sources.insert((*file).to_owned(), source);
        }
    }
    sources
}

fn scripts(directory: &Path, above: &str, sources: &mut Sources) {
    for file in directory.read_dir().unwrap() {
        let file = file.unwrap();
        let name = [above, file.file_name().to_str().unwrap()].concat();
        if file.file_type().unwrap().is_dir() {
            scripts(&file.path(), &[&name, "/"].concat(), sources);
        } else if name.ends_with(".sh") {
            sources.insert(name, fs::read_to_string(file.path()).unwrap());
        }
    }
}

#[test]
fn each_class_of_attacks_has_a_test_and_each_attack_a_class() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = fs::read_to_string(repository.join("doc/attacks.md")).unwrap();
    let sources = sources(repository, &text);
    let found = problems(&text, &sources);
    assert!(found.is_empty(), "doc/attacks.md:\n{}", found.join("\n"));
    let tried = sources.get("hooks/attacks.sh").map(|script| attacks_in(script).len());
    assert!(tried > Some(70), "{tried:?}: the script is read");
}

const TABLE: &str = "\
# Attacks

| Attack | Promise | Test |
|---|---|---|
| A write | denied | `a.sh`: `write`, `it is not written`<br>`b.rs`: `nobody_writes` |

| Known | Since |
|---|---|
| a gap | long |
";

const SCRIPT: &str = "\
try write \"good\" 2
check \"no attack\" true
# Attack.
case $said in
*\": none\"*) pass \"it is not written\" ;;
esac
";

fn problems_of(text: &str, script: &str) -> Vec<String> {
    let sources = [("a.sh", script), ("b.rs", "#[test]\nfn nobody_writes() {}\n")];
    let sources = sources.map(|(name, source)| (name.to_owned(), source.to_owned()));
    problems(text, &sources.into())
}

#[test]
fn a_row_is_read() {
    let tests = vec![("a.sh", vec!["write", "it is not written"]), ("b.rs", vec!["nobody_writes"])];
    assert_eq!(rows(TABLE), [Row { attack: "A write", promise: "denied", tests }]);
    assert_eq!(attacks_in(SCRIPT), ["write", "it is not written"]);
    assert_eq!(problems_of(TABLE, SCRIPT), [""; 0]);
}

#[test]
fn a_row_without_a_test_is_found() {
    let row = |cell: &str| ["| Another | denied | ", cell, " |\n\n| Known"].concat();
    for (cell, problem) in [
        ("", "no test: Another"),
        ("later", "no test: Another"),
        ("`a.sh`", "no test: Another"),
        ("`a.sh`: `cut`", "there is no a.sh: cut"),
        ("`a.sh`: `writ`", "there is no a.sh: writ"),
        ("`c.sh`: `write`", "there is no c.sh: write"),
        ("`b.rs`: `nobody`", "there is no b.rs: nobody"),
    ] {
        let text = TABLE.replace("\n| Known", &row(cell));
        assert_eq!(problems_of(&text, SCRIPT), [problem]);
    }
    let text = TABLE.replace("denied", "");
    assert_eq!(problems_of(&text, SCRIPT), ["a row without an attack or a promise: A write"]);
    let found = problems_of("nothing", SCRIPT);
    assert_eq!(found.last().map(String::as_str), Some("no rows"));
}

#[test]
fn an_attack_without_a_row_is_found() {
    for (line, attack) in [
        ("try cut \"good\" 2\n", "cut"),
        ("    # Attack.\n    refuse \"it is not cut\" \"\" cut\n", "it is not cut"),
        ("# Attack.\n", "a mark without a check after it"),
    ] {
        let script = [SCRIPT, line].concat();
        assert_eq!(problems_of(TABLE, &script), [["in no row: a.sh: ", attack].concat()]);
    }
    let unmarked = [SCRIPT, "refuse \"it is not cut\" \"\" cut\n"].concat();
    assert_eq!(problems_of(TABLE, &unmarked), [""; 0]);
}
