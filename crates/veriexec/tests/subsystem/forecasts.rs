//! Forecasts, checks in steps and checks in one call say the same.

use proptest::prelude::*;
use veriexec::{Access, Action, FileKind, Image, Located, Operation, Step, StrictLevel};

use crate::checks::{Place, place};
use crate::fake::{request, sha256};

/// One operation of each kind, about one file, or two where it takes two.
pub(crate) fn operations(file: Located, other: Located) -> Vec<Operation<'static>> {
    let mount = file.id.mount;
    let to = &b"/other"[..];
    let actions = [
        Action::Access(file, Access::Direct),
        Action::Access(file, Access::Indirect),
        Action::Access(file, Access::File),
        Action::Write(file),
        Action::Command(file),
        Action::Truncate(file),
        Action::Resize(file),
        Action::Create(FileKind::Regular),
        Action::Create(FileKind::Other),
        Action::Remove(file),
        Action::Rename { file, to, target: None },
        Action::Rename { file, to, target: Some(other) },
        Action::Link(file),
        Action::SetAttributes(file),
        Action::Protect(Some(file)),
        Action::Protect(None),
        Action::KernelLoad(Image::Module, Some(file)),
        Action::KernelLoad(Image::Kexec, None),
        Action::Unmount(mount),
        Action::MountOver(file),
        Action::RawRead,
        Action::RawWrite(Some(mount)),
        Action::RawWrite(None),
        Action::MemoryWrite,
        Action::PassThrough,
    ];
    actions.map(|action| Operation { path: b"/f", action }).into()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A forecast is what the check then says and reports; a check in steps is the check in one;
    /// and only what asks for contents hashes.
    #[test]
    fn forecasts_steps_and_checks_agree(
        entry_type in proptest::sample::select(vec![1_u8, 2, 4, 6, 7, 0x11, 0x16]),
        evaluated in any::<bool>(),
        good in any::<bool>(),
        both in any::<bool>(),
        level in proptest::sample::select(&StrictLevel::ALL[..]),
        about_unlisted in any::<bool>(),
    ) {
        let furnish = || {
            let mut at = place(entry_type, StrictLevel::Learning);
            at.veriexec.set_verbosity(1);
            if evaluated {
                let _ = at.veriexec.verify(&at.fake, b"/f", at.listed, Access::File);
                at.fake.reports();
            }
            if !good {
                at.fake.write(at.listed.id, b"evil");
            }
            if both {
                at.veriexec.load(&at.fake, request("/g", &sha256(b"any"), 4)).unwrap();
            }
            at.veriexec.raise(level).unwrap();
            at
        };
        let Place { listed, unlisted, .. } = furnish();
        let files = if about_unlisted { (unlisted, listed) } else { (listed, unlisted) };
        for operation in operations(files.0, files.1) {
            let mut whole = furnish();
            let before: Vec<_> = whole.veriexec.entries().map(|entry| format!("{entry:?}")).collect();
            let forecast = whole.veriexec.forecast(&whole.fake, operation, level);
            let foretold: Vec<_> = whole
                .veriexec
                .reports(operation, forecast)
                .map(|report| (report.priority, report.message.word()))
                .collect();
            let after: Vec<_> = whole.veriexec.entries().map(|entry| format!("{entry:?}")).collect();
            prop_assert_eq!(before, after, "a forecast has changed something");
            prop_assert_eq!(whole.fake.reports(), []);
            let hashed = whole.fake.hashed();
            let verdict = whole.veriexec.check(&whole.fake, operation);
            prop_assert_eq!(verdict, forecast.decision.verdict, "{:?}", operation);
            let said = whole.fake.reports();
            prop_assert_eq!(said.len(), foretold.len());
            for ((priority, _), (foretold, _)) in said.iter().zip(&foretold) {
                prop_assert_eq!(priority, foretold);
            }
            let asks = forecast.event.needs_contents();
            prop_assert!(asks || whole.fake.hashed() == hashed, "{:?} has hashed", operation);

            let mut stepped = furnish();
            let mut step = stepped.veriexec.begin(&stepped.fake, operation);
            let verdict = loop {
                step = match step {
                    Step::Decided(verdict) => break verdict,
                    Step::Exclusive(operation) => stepped.veriexec.settle(&stepped.fake, operation),
                    Step::Hash(ticket) => {
                        let hashed = ticket.hash(&stepped.fake);
                        stepped.veriexec.complete(&stepped.fake, ticket, hashed)
                    }
                };
            };
            prop_assert_eq!(verdict, forecast.decision.verdict);
            prop_assert_eq!(stepped.fake.reports(), said);
            prop_assert!(stepped.veriexec.entries().eq(whole.veriexec.entries()));
        }
    }
}
