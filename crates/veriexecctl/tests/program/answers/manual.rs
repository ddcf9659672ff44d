//! The manual page names everything that the program takes and prints by name.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::machine::Machine;
use crate::output;

fn manual() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../man/veriexecctl.8");
    fs::read_to_string(page).unwrap()
}

/// The words of the page, without what separates them.
fn words(page: &str) -> BTreeSet<&str> {
    page.split([' ', ',', '\n', '\\']).filter(|word| !word.is_empty()).collect()
}

#[test]
fn every_command_and_every_option_is_described() {
    let machine = Machine::new();
    let page = manual();
    for command in machine.commands() {
        assert!(page.contains(&format!("\n.It Cm {command}")), "{command} is not described");
        let help = machine.run(&[&command, "--help"]).done().stdout;
        let options = help.split([' ', ',', '\n']).filter_map(|word| word.strip_prefix("--"));
        for option in options.filter(|option| !option.is_empty()) {
            let named = |macros: &str| {
                let text = format!("{macros}-{option}");
                page.split(&text).skip(1).any(|rest| rest.starts_with([' ', '\n']))
            };
            assert!(named("Fl ") || named(" , "), "--{option} of {command} is not described");
        }
    }
}

#[test]
fn every_code_of_lint_is_described() {
    let run = Machine::new().run(&["lint", "--allow", "?", "S"]).expect(1);
    let (_, codes) = run.stderr.split_once("[possible values: ").unwrap();
    let (codes, _) = codes.split_once(']').unwrap();
    let codes: Vec<_> = codes.split(',').map(str::trim).collect();
    assert!(codes.len() > 30, "{codes:?}");
    let page = manual();
    let words = words(&page);
    for code in codes {
        assert!(words.contains(code), "{code} is not described");
    }
}

#[test]
fn every_deed_is_described() {
    let help = Machine::new().run(&["simulate", "--help"]).done().stdout;
    let (_, simulate) = manual().split_once(".It Cm simulate").map(owned).unwrap();
    let deeds: Vec<_> = help.lines().filter_map(|line| line.trim().strip_prefix("- ")).collect();
    assert!(deeds.len() > 5, "{help}");
    for deed in deeds.iter().filter_map(|line| line.split(':').next()) {
        let text = format!("\n.Cm {deed}");
        let found = simulate.split(&text).skip(1).any(|rest| rest.starts_with([' ', '\n']));
        assert!(found, "{deed} is not described");
    }
}

/// The names of members, of the members of those too.
fn members(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members_of) => {
            for (name, value) in members_of {
                names.insert(name.clone());
                members(value, names);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| members(element, names)),
        _ => {}
    }
}

#[test]
fn every_member_of_json_is_described_with_its_command() {
    let (_, section) = manual().split_once(".Ss JSON output").map(owned).unwrap();
    let (section, _) = section.split_once("\n.Sh FILES").map(owned).unwrap();
    let (common, commands) = section.split_once("\n.Bl -tag").map(owned).unwrap();
    for (run, status) in output::RUNS {
        let machine = output::machine();
        let printed = machine.control(&[run, &["--json"]].concat()).expect(status);
        let Some(described) = commands.split("\n.It ").find(|item| item.starts_with(run[0])) else {
            assert!(!printed.stdout.starts_with('{'), "{run:?} is not described");
            continue;
        };
        let mut names = BTreeSet::new();
        members(&printed.json(), &mut names);
        let described = words(described).into_iter().chain(words(&common)).collect::<BTreeSet<_>>();
        for name in names {
            assert!(described.contains(name.as_str()), "{name} of {run:?} is not described");
        }
    }
}

fn owned((before, after): (&str, &str)) -> (String, String) {
    (before.to_owned(), after.to_owned())
}
