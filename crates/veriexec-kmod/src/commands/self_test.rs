//! The proof that the module enforces: a file with a wrong fingerprint is denied, with its right
//! one it is not; and each function of the kernel's that should lead to the module does.

pub(crate) mod attempt;
mod calls;
mod hooks;
mod narrow;
mod rings;
mod workbench;

use anyhow::{Context, Result};
use nix::errno::Errno;

use crate::commands::self_test::attempt::{Answer, Deed};
use crate::commands::self_test::workbench::{Bench, Listed, Workbench};
use crate::complain;
use crate::exit::Exit;

/// The accesses that are tried.
const DEEDS: [Deed; 3] = [Deed::Execute, Deed::Open, Deed::Map];

/// Makes the test in this process, which must have been started for it: it will have mounts that
/// no other has. The status says whether the module passes; what it does wrong is reported.
pub(crate) fn run() -> Result<Exit> {
    let problems = problems(&mut Workbench::set_up()?)?;
    for problem in &problems {
        complain(format_args!("{problem}"));
    }
    Ok(if problems.is_empty() { Exit::Done } else { Exit::Failed })
}

/// What the module does wrong, a line each. Whatever happens, no entry is left.
fn problems(bench: &mut impl Bench) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for listed in [Listed::Wrongly, Listed::Rightly] {
        bench.list(listed).context("cannot list the file of the self-test")?;
        let answers = DEEDS.map(|deed| bench.attempt(deed));
        bench.delist().context("cannot take back the entry of the self-test")?;
        for (deed, answer) in DEEDS.into_iter().zip(answers) {
            problems.extend(problem(deed, listed, answer?));
        }
    }
    let silent = bench.silent_hooks().context("cannot tell which functions of the kernel ask")?;
    let silent = silent.into_iter();
    problems.extend(silent.map(|hook| format!("the kernel's {hook} does not lead to the module")));
    Ok(problems)
}

fn problem(deed: Deed, listed: Listed, answer: Answer) -> Option<String> {
    let done = match deed {
        Deed::Execute => "executed",
        Deed::Open => "opened",
        Deed::Map => "mapped executable",
        Deed::Narrow | Deed::Nothing => "left alone",
    };
    match (listed, answer) {
        (Listed::Wrongly, Err(Errno::EPERM)) | (Listed::Rightly, Ok(())) => None,
        (Listed::Wrongly, Ok(())) => Some(format!("a file with a wrong fingerprint was {done}")),
        (Listed::Wrongly, Err(errno)) => Some(format!(
            "a file with a wrong fingerprint was not {done}, but with {errno:?} and not EPERM: \
             something else denied it"
        )),
        (Listed::Rightly, Err(errno)) => {
            Some(format!("a file with its right fingerprint was not {done}: {}", errno.desc()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module, as it answers.
    struct Fake {
        answer: Box<dyn Fn(Listed, Deed) -> Result<Answer>>,
        listed: Option<Listed>,
        lists: usize,
        delists: bool,
        silent: &'static [&'static str],
    }

    fn fake(answer: impl Fn(Listed, Deed) -> Result<Answer> + 'static) -> Fake {
        Fake { answer: Box::new(answer), listed: None, lists: 0, delists: true, silent: &[] }
    }

    impl Bench for Fake {
        fn list(&mut self, listed: Listed) -> Result<()> {
            assert_eq!(self.listed.replace(listed), None);
            self.lists += 1;
            Ok(())
        }

        fn delist(&mut self) -> Result<()> {
            anyhow::ensure!(self.delists, "locked");
            self.listed.take().map(drop).context("nothing was listed")
        }

        fn attempt(&mut self, deed: Deed) -> Result<Answer> {
            (self.answer)(self.listed.context("nothing is listed")?, deed)
        }

        fn silent_hooks(&mut self) -> Result<Vec<String>> {
            Ok(self.silent.iter().map(|hook| hook.to_string()).collect())
        }
    }

    fn enforcing(listed: Listed, _: Deed) -> Result<Answer> {
        Ok(match listed {
            Listed::Wrongly => Err(Errno::EPERM),
            Listed::Rightly => Ok(()),
        })
    }

    #[test]
    fn a_module_that_denies_what_it_must_passes() {
        let mut module = fake(enforcing);
        assert!(problems(&mut module).unwrap().is_empty());
        assert_eq!((module.lists, module.listed), (2, None));
    }

    #[test]
    fn each_hook_that_is_not_asked_is_named() {
        let mut module = Fake { silent: &["vfs_truncate", "blkdev_open"], ..fake(enforcing) };
        assert_eq!(
            problems(&mut module).unwrap(),
            [
                "the kernel's vfs_truncate does not lead to the module",
                "the kernel's blkdev_open does not lead to the module",
            ]
        );
    }

    #[test]
    fn a_module_that_lets_everything_pass_does_not() {
        assert_eq!(
            problems(&mut fake(|_, _| Ok(Ok(())))).unwrap(),
            [
                "a file with a wrong fingerprint was executed",
                "a file with a wrong fingerprint was opened",
                "a file with a wrong fingerprint was mapped executable",
            ]
        );
    }

    #[test]
    fn nor_does_one_that_denies_everything() {
        let found = problems(&mut fake(|_, _| Ok(Err(Errno::EPERM)))).unwrap();
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|line| line.starts_with("a file with its right fingerprint")));
    }

    #[test]
    fn each_access_must_be_denied() {
        for missed in DEEDS {
            let answer = move |listed, deed| match deed == missed {
                true => Ok(Ok(())),
                false => enforcing(listed, deed),
            };
            assert_eq!(problems(&mut fake(answer)).unwrap().len(), 1, "{missed:?}");
        }
    }

    #[test]
    fn another_error_is_no_denial() {
        let answer = |listed, deed| match enforcing(listed, deed)? {
            Err(_) => Ok(Err(Errno::EACCES)),
            done => Ok(done),
        };
        let found = problems(&mut fake(answer)).unwrap();
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|line| line.contains("EACCES")), "{found:?}");
    }

    #[test]
    fn an_attempt_that_cannot_be_made_is_an_error_and_leaves_no_entry() {
        let mut module = fake(|_, _| anyhow::bail!("no trial"));
        assert_eq!(problems(&mut module).unwrap_err().to_string(), "no trial");
        assert_eq!((module.lists, module.listed), (1, None));
    }

    #[test]
    fn an_entry_that_stays_is_an_error() {
        let mut module = Fake { delists: false, ..fake(enforcing) };
        let text = format!("{:#}", problems(&mut module).unwrap_err());
        assert_eq!(text, "cannot take back the entry of the self-test: locked");
    }
}
