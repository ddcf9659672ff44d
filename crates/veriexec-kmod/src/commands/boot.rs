//! `boot`: the module, the signatures, and then the strict level, as a machine starts.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sigfile::printable;
use veriexec::StrictLevel;

use crate::commands::load::{self, Proof};
use crate::configuration::{Configuration, Preflight};
use crate::exit::Exit;
use crate::machine::{Machine, shown};

/// Does all of it. The level is raised when nothing is left that could fail, so that a machine
/// on which something does can still be mended.
pub(crate) fn run(machine: &mut impl Machine, config: &Path, signatures: &Path) -> Result<Exit> {
    start(machine, &Configuration::read(config)?, signatures)?;
    Ok(Exit::Done)
}

fn start(
    machine: &mut impl Machine,
    configuration: &Configuration,
    signatures: &Path,
) -> Result<()> {
    let wanted = configuration.strict;
    let proof = load::load(machine, None).context("the strict level is not raised")?;
    if let Proof::Skipped(level) = proof {
        ensure!(
            level >= wanted,
            "the strict level is {} already, and not raised to {}: at this level no signatures can \
             be loaded; veriexecctl strict {} raises it all the same",
            shown(level),
            shown(wanted),
            wanted.number()
        );
        return Ok(());
    }
    prepare(machine, configuration, signatures)
        .with_context(|| format!("the strict level stays {}", shown(StrictLevel::Learning)))?;
    if wanted > StrictLevel::Learning {
        machine.set("strict", wanted.number().into())?;
        let level = machine.level()?;
        ensure!(level == wanted, "the strict level is {}, not {}", shown(level), shown(wanted));
    }
    machine.say(&format!("strict level {}", shown(wanted)));
    Ok(())
}

/// All that comes before the level is raised.
fn prepare(
    machine: &mut impl Machine,
    configuration: &Configuration,
    signatures: &Path,
) -> Result<()> {
    let name = printable(signatures.as_os_str().as_encoded_bytes());
    let wanted = configuration.strict;
    // It reads files that are listed for other accesses: once they are loaded, that is reported.
    let is_fit = wanted == StrictLevel::Learning || {
        let number = wanted.number().to_string();
        let arguments = ["preflight", "--level", &number, "--signatures"].map(OsStr::new);
        machine.control(&[&arguments[..], &[signatures.as_os_str()]].concat())?
    };
    let flags = configuration.flags.iter().map(OsStr::new);
    let words = [OsStr::new("load"), signatures.as_os_str()];
    let arguments: Vec<_> = flags.chain(words).collect();
    let is_loaded = machine.control(&arguments)?;
    machine.set("verbose", configuration.verbose.into())?;
    ensure!(is_loaded, "not all of {name} was loaded");
    machine.say(&format!("loaded {name}, {} entries", machine.entries()?));
    if !is_fit && configuration.preflight == Preflight::Reported {
        machine.say(&format!(
            "level {} will deny what is said above, as veriexec_preflight=reported wants it",
            shown(wanted)
        ));
        return Ok(());
    }
    ensure!(
        is_fit,
        "level {} would deny what this machine needs, see above and veriexecctl preflight",
        shown(wanted)
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::fake::Fake;

    fn at(level: u8) -> Configuration {
        let strict = StrictLevel::from_number(level.into()).unwrap();
        Configuration { strict, verbose: 1, ..Configuration::default() }
    }

    fn started(machine: &mut Fake, level: u8) -> Result<()> {
        start(machine, &at(level), Path::new("/etc/signatures"))
    }

    fn failure(machine: &mut Fake, level: u8) -> String {
        format!("{:#}", started(machine, level).unwrap_err())
    }

    #[test]
    fn the_level_is_raised_last() {
        let mut machine = Fake::default();
        started(&mut machine, 2).unwrap();
        assert_eq!(
            machine.did(),
            [
                "insert",
                "test",
                "preflight --level 2 --signatures /etc/signatures",
                "-k load /etc/signatures",
                "set verbose 1",
                "set strict 2",
            ]
        );
        assert_eq!(machine.said().last(), Some(&"strict level 2 (IPS)"));
    }

    #[test]
    fn at_level_0_nothing_is_raised() {
        let mut machine = Fake::default();
        started(&mut machine, 0).unwrap();
        assert_eq!(machine.did(), ["insert", "test", "-k load /etc/signatures", "set verbose 1"]);
        assert_eq!(machine.said().last(), Some(&"strict level 0 (learning)"));
    }

    #[test]
    fn whatever_fails_before_leaves_the_level_alone() {
        let broken = [
            (Fake { insertion: Err("refused"), ..Fake::default() }, "refused"),
            (Fake { self_test: Ok(false), ..Fake::default() }, "the self-test has failed"),
            (Fake { self_test: Err("no fork"), ..Fake::default() }, "no fork"),
            (Fake { refused: "load", ..Fake::default() }, "not all of /etc/signatures was loaded"),
            (
                Fake { refused: "preflight", ..Fake::default() },
                "see above and veriexecctl preflight",
            ),
            (Fake { has_settings: false, ..Fake::default() }, "no such setting"),
        ];
        for (mut machine, because) in broken {
            let text = failure(&mut machine, 3);
            assert!(text.starts_with("the strict level "), "{text}");
            assert!(text.ends_with(because), "{text}");
            assert!(!machine.did().contains(&"set strict 3"), "{:?}", machine.did());
            assert_eq!(machine.level.get(), 0);
        }
    }

    #[test]
    fn what_would_be_denied_is_loaded_all_the_same_and_reported() {
        let mut machine = Fake { refused: "preflight", ..Fake::default() };
        failure(&mut machine, 2);
        assert_eq!(machine.did().last(), Some(&"set verbose 1"));
        assert!(machine.did().contains(&"-k load /etc/signatures"));
    }

    #[test]
    fn what_would_be_denied_can_be_wanted() {
        let mut machine = Fake { refused: "preflight", ..Fake::default() };
        let configuration = Configuration { preflight: Preflight::Reported, ..at(3) };
        start(&mut machine, &configuration, Path::new("/etc/signatures")).unwrap();
        assert_eq!(machine.did().last(), Some(&"set strict 3"));
        assert!(machine.said().iter().any(|line| line.contains("veriexec_preflight=reported")));

        // Whatever else fails keeps the level where it is.
        let mut machine = Fake { refused: "load", ..Fake::default() };
        start(&mut machine, &configuration, Path::new("/etc/signatures")).unwrap_err();
        assert!(!machine.did().contains(&"set strict 3"));
    }

    #[test]
    fn a_level_that_does_not_rise_is_an_error() {
        let mut machine = Fake { raises: false, ..Fake::default() };
        assert_eq!(failure(&mut machine, 1), "the strict level is 0 (learning), not 1 (IDS)");
    }

    #[test]
    fn a_machine_that_was_started_stays_as_it_is() {
        for level in 1..=3 {
            let mut machine = Fake::loaded(3);
            started(&mut machine, level).unwrap();
            assert!(machine.did().is_empty());
        }
        let mut machine = Fake::loaded(1);
        let text = failure(&mut machine, 2);
        assert!(text.ends_with("veriexecctl strict 2 raises it all the same"), "{text}");
        assert!(machine.did().is_empty());
    }

    #[test]
    fn a_faulty_configuration_starts_nothing() {
        let mut machine = Fake::default();
        let run = run(&mut machine, Path::new("/nowhere/veriexec.conf"), Path::new("/s"));
        assert!(run.is_err());
        assert!(machine.journal.is_empty());
    }
}
