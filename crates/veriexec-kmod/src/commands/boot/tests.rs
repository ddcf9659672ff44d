//! Starts of a machine that does as it is told.

use super::*;
use crate::machine::fake::Fake;

const CONFIG: &str = "/etc/veriexec.conf";
const LIST: &str = "/etc/signatures";

/// A machine that is to be started at a level, and the rule for errors if one is given.
fn at(level: u8, rule: &str) -> Fake {
    let rule = if rule.is_empty() { String::new() } else { format!("veriexec_on_error={rule}\n") };
    let text = format!("veriexec_strict={level}\nveriexec_verbose=1\n{rule}");
    Fake::configured(text.leak())
}

fn boot(machine: &mut Fake) -> Result<Exit> {
    run(machine, Path::new(CONFIG), Path::new(LIST))
}

fn failure(machine: &mut Fake) -> String {
    format!("{:#}", boot(machine).unwrap_err())
}

/// All that can fail before the level is raised, at level 3, with what is said of it.
fn broken(rule: &str) -> Vec<(Fake, &'static str)> {
    let machine = || at(3, rule);
    let without_list = || {
        let mut machine = machine();
        machine.files.remove(LIST);
        machine
    };
    vec![
        (Fake { writable: CONFIG, ..machine() }, "/etc/veriexec.conf can be written"),
        (Fake { self_test: Ok(false), ..machine() }, "the self-test has failed"),
        (Fake { self_test: Err("no fork"), ..machine() }, "no fork"),
        (
            Fake { entries: 0, ..without_list() },
            "/etc/signatures: entity not found; expected a list",
        ),
        (Fake { writable: LIST, ..machine() }, "/etc/signatures can be written"),
        (Fake { refused: "load", ..machine() }, "not all of /etc/signatures was loaded"),
        (Fake { entries: 0, ..machine() }, "nothing that /etc/signatures lists was loaded"),
        (Fake { differs: CONFIG, ..machine() }, "/etc/veriexec.conf is listed with another"),
        (Fake { differs: LIST, ..machine() }, "/etc/signatures is listed with another"),
    ]
}

#[test]
fn the_level_is_raised_last() {
    let mut machine = at(2, "");
    assert_eq!(boot(&mut machine).unwrap(), Exit::Done);
    assert_eq!(
        machine.did(),
        [
            "insert",
            "test",
            "delist /etc/veriexec.conf",
            "delist /etc/signatures",
            "preflight --allow-errors --level 2 --signatures /etc/signatures",
            "-k load --allow-missing /etc/signatures",
            "set verbose 1",
            "list /etc/veriexec.conf",
            "list /etc/signatures",
            "set strict 2",
        ]
    );
    assert_eq!(machine.said().last(), Some(&"strict level 2 (IPS)"));
    // Not the lines that were loaded: of these several may name one file.
    let entries = format!(
        "loaded /etc/signatures; the driver has {} entries, one for each file",
        machine.entries
    );
    assert!(machine.said().contains(&entries.as_str()), "{:?}", machine.said());
    assert!(machine.complained().is_empty());
}

#[test]
fn at_level_0_nothing_is_raised() {
    let mut machine = at(0, "");
    boot(&mut machine).unwrap();
    let done = machine.did();
    assert!(!done.iter().any(|line| line.contains("strict") || line.contains("preflight")));
    assert!(done.contains(&"-k load --allow-missing /etc/signatures"));
    assert_eq!(machine.said().last(), Some(&"strict level 0 (learning)"));
}

#[test]
fn whatever_fails_before_leaves_the_level_alone() {
    let preflight = (Fake { refused: "preflight", ..at(3, "") }, "veriexecctl preflight");
    let insertion = (Fake { insertion: Err("refused"), ..at(3, "") }, "refused");
    let settings = (Fake { has_settings: false, ..at(3, "") }, "no such setting");
    for rule in ["", "refuse"] {
        for (mut machine, because) in broken(rule) {
            let text = failure(&mut machine);
            assert!(text.starts_with("the strict level "), "{text}");
            assert!(text.contains(because), "{text}");
            assert_eq!(machine.level.get(), 0);
        }
    }
    for (mut machine, because) in [preflight, insertion, settings] {
        let text = failure(&mut machine);
        assert!(text.starts_with("the strict level ") && text.ends_with(because), "{text}");
        assert!(!machine.did().contains(&"set strict 3"), "{:?}", machine.did());
        assert_eq!(machine.level.get(), 0);
    }
}

#[test]
fn with_continue_the_level_is_raised_in_spite_of_errors() {
    for (mut machine, because) in broken("continue") {
        let has_entries = machine.entries > 0;
        assert_eq!(boot(&mut machine).unwrap(), Exit::InSpiteOfErrors, "{because}");
        let complained = machine.complained();
        assert!(complained.first().unwrap().contains(because), "{complained:?}");
        assert!(complained.first().unwrap().ends_with("as veriexec_on_error=continue wants it"));
        let last = complained.last().unwrap();
        assert!(last.ends_with("in spite of the errors above"), "{complained:?}");
        // Nothing is listed, and more would deny everything.
        assert_eq!(machine.level.get(), if has_entries { 3 } else { 1 }, "{because}");
        let lowered = complained.iter().any(|line| line.starts_with("no entry was loaded"));
        assert_eq!(lowered, !has_entries, "{complained:?}");
    }
}

#[test]
fn with_continue_what_was_not_loaded_is_not_there() {
    let mut machine = Fake { insertion: Err("no module"), ..at(3, "continue") };
    assert_eq!(failure(&mut machine), "the strict level is not raised: no module");
    assert_eq!(machine.did(), ["insert"]);
    // An empty list is not asked about: whatever is vital is not listed.
    let mut machine = Fake { refused: "load", entries: 0, ..at(2, "continue") };
    machine.files.insert(LIST, "# nothing\n");
    assert_eq!(boot(&mut machine).unwrap(), Exit::InSpiteOfErrors);
    assert!(!machine.did().iter().any(|line| line.starts_with("preflight")));
    assert_eq!(machine.level.get(), 1);
}

#[test]
fn with_continue_a_level_that_would_lock_out_is_not_raised() {
    let mut machine = Fake { refused: "preflight", ..at(2, "continue") };
    assert!(failure(&mut machine).ends_with("see above and veriexecctl preflight"));
    assert_eq!(machine.level.get(), 0);
    assert!(!machine.did().contains(&"power off"));
}

#[test]
fn with_halt_the_machine_is_powered_off() {
    let mut broken = broken("halt");
    broken.push((Fake { refused: "preflight", ..at(3, "halt") }, "veriexecctl preflight"));
    broken.push((Fake { insertion: Err("no module"), ..at(3, "halt") }, "no module"));
    broken.push((Fake { raises: false, ..at(3, "halt") }, "the strict level is 0 (learning), not"));
    for (mut machine, because) in broken {
        assert_eq!(boot(&mut machine).unwrap(), Exit::Failed);
        let complained = machine.complained();
        let [reason, what] = complained[..] else { panic!("{complained:?}") };
        assert!(reason.contains(because), "{reason}");
        assert!(what.starts_with("powering off, as veriexec_on_error=halt wants it"), "{what}");
        assert_eq!(machine.did().last(), Some(&"power off"));
        assert_eq!(machine.level.get(), 0);
    }
    let mut machine = at(2, "halt");
    assert_eq!(boot(&mut machine).unwrap(), Exit::Done);
    assert!(!machine.did().contains(&"power off"));
}

#[test]
fn what_would_be_denied_is_loaded_all_the_same_and_reported() {
    let mut machine = Fake { refused: "preflight", ..at(2, "") };
    failure(&mut machine);
    assert_eq!(machine.did().last(), Some(&"list /etc/signatures"));
    assert!(machine.did().contains(&"-k load --allow-missing /etc/signatures"));
}

#[test]
fn what_would_be_denied_can_be_wanted() {
    let text = "veriexec_strict=3\nveriexec_preflight=reported\n";
    let mut machine = Fake { refused: "preflight", ..Fake::configured(text) };
    boot(&mut machine).unwrap();
    assert_eq!(machine.did().last(), Some(&"set strict 3"));
    assert!(machine.said().iter().any(|line| line.contains("veriexec_preflight=reported")));

    // Whatever else fails keeps the level where it is.
    let mut machine = Fake { refused: "load", ..Fake::configured(text) };
    failure(&mut machine);
    assert!(!machine.did().contains(&"set strict 3"));
}

#[test]
fn a_level_that_does_not_rise_is_an_error() {
    let mut machine = Fake { raises: false, ..at(1, "") };
    assert_eq!(failure(&mut machine), "the strict level is 0 (learning), not 1 (IDS)");
}

#[test]
fn a_machine_that_was_started_stays_as_it_is() {
    let raised = |level, rule| Fake { files: at(level, rule).files, ..Fake::loaded(3) };
    for level in 1..=3 {
        let mut machine = raised(level, "");
        boot(&mut machine).unwrap();
        assert!(machine.did().is_empty());
    }
    for rule in ["refuse", "continue", "halt"] {
        let mut machine = Fake { level: 1.into(), ..raised(2, rule) };
        let text = failure(&mut machine);
        assert!(text.ends_with("veriexecctl strict 2 raises it all the same"), "{text}");
        assert!(machine.did().is_empty());
    }
    // Who uses it is not put out for what would be wrong at the next start.
    let mut machine = Fake { writable: CONFIG, ..raised(2, "halt") };
    assert!(failure(&mut machine).contains("/etc/veriexec.conf can be written"));
    assert!(machine.did().is_empty());
}

#[test]
fn a_faulty_configuration_starts_nothing_unless_it_says_so() {
    let mut machine = Fake::default();
    machine.files.remove(CONFIG);
    let text = failure(&mut machine);
    assert!(text.contains("/etc/veriexec.conf: entity not found; expected a copy of"), "{text}");
    assert!(machine.journal.is_empty());

    let mut machine = Fake::configured("veriexec_strict=2\n\nveriexec_strict=high\n");
    let text = failure(&mut machine);
    assert!(text.contains(": /etc/veriexec.conf:3:17: expected a strict level"), "{text}");
    assert!(machine.journal.is_empty());

    let text = "veriexec_on_error=continue\nveriexec_strict=high\n";
    let mut machine = Fake::configured(text);
    assert_eq!(boot(&mut machine).unwrap(), Exit::InSpiteOfErrors);
    assert_eq!(machine.level.get(), 1);

    let mut machine = Fake::configured("veriexec_on_error=halt\nveriexec_strict=high\n");
    assert_eq!(boot(&mut machine).unwrap(), Exit::Failed);
    assert_eq!(machine.did(), ["power off"]);
}
