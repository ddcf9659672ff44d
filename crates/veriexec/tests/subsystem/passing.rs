//! What passes is what a check would allow without a word.

use veriexec::{
    Access, Action, FileKind, Located, Operation, Step, StrictLevel, Verdict, Veriexec,
};

use crate::fake::{Fake, request, sha256};

/// What there is to know of `/f`.
#[derive(Clone, Copy, Debug)]
struct Case {
    level: StrictLevel,
    trial: StrictLevel,
    verbosity: i32,
    kind: FileKind,
    /// The type that `/f` is listed with, if it is, and what it is to be.
    listed: Option<(u8, &'static [u8])>,
    is_evaluated: bool,
}

impl Case {
    /// The subsystem as it is then, beside a file that is listed anyway.
    fn make(self) -> (Fake, Veriexec, Located) {
        let fake = Fake::default();
        let mut veriexec = Veriexec::new();
        fake.file(1, 2, "/other", b"other");
        veriexec.load(&fake, request("/other", &sha256(b"other"), 1)).unwrap();
        let file = fake.file(1, 1, "/f", b"good");
        if let Some((entry_type, contents)) = self.listed {
            veriexec.load(&fake, request("/f", &sha256(contents), entry_type)).unwrap();
        }
        if self.is_evaluated {
            let _ = veriexec.verify(&fake, b"/f", file, Access::File);
        }
        veriexec.set_verbosity(self.verbosity);
        veriexec.raise(self.level).unwrap();
        fake.be_tried(self.trial);
        fake.reports();
        (fake, veriexec, Located { kind: self.kind, ..file })
    }

    fn check(self, access: Access) {
        let (fake, veriexec, file) = self.make();
        let mut shown = None;
        let passes = veriexec.passes(&fake, file, |listed| {
            shown = Some(listed.map(|listed| listed.bits()));
            access
        });
        assert_eq!(fake.reports(), [], "{self:?}");
        if let (Some(shown), FileKind::Regular) = (shown, self.kind) {
            assert_eq!(shown, self.listed.map(|(bits, _)| bits), "{self:?}");
        }

        let (checked_fake, checked, file) = self.make();
        let operation = Operation { path: b"/f", action: Action::Access(file, access) };
        let step = checked.begin(&checked_fake, operation);
        let is_allowed = matches!(step, Step::Decided(Verdict::Allow));
        let is_quiet = is_allowed && checked_fake.reports().is_empty();
        assert!(is_quiet || !passes, "{self:?} {access:?}");
        assert!(passes || !is_quiet || self.verbosity > 0, "{self:?} {access:?}");
        if passes {
            assert!(veriexec.statistics().eq(checked.statistics()), "{self:?} {access:?}");
        } else {
            let (_, untouched, _) = self.make();
            assert!(veriexec.statistics().eq(untouched.statistics()), "{self:?} {access:?}");
        }
    }
}

#[test]
fn what_passes_is_allowed_quietly_and_what_is_allowed_quietly_passes() {
    let types = (0..8).chain(16..24);
    let listed = types.flat_map(|bits| [(bits, &b"good"[..]), (bits, b"bad")]);
    let listed: Vec<_> = listed.filter(|(bits, _)| bits & 7 != 0).map(Some).collect();
    for level in StrictLevel::ALL {
        for trial in StrictLevel::ALL {
            for verbosity in [-1, 0, 1, 2] {
                for kind in [FileKind::Regular, FileKind::Other] {
                    for listed in listed.iter().copied().chain([None]) {
                        for is_evaluated in [false, true] {
                            let case = Case { level, trial, verbosity, kind, listed, is_evaluated };
                            Access::ALL.into_iter().for_each(|access| case.check(access));
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn until_something_is_loaded_everything_passes_at_level_0() {
    let fake = Fake::default();
    let file = fake.file(1, 1, "/f", b"good");
    let mut veriexec = Veriexec::new();
    veriexec.set_verbosity(2);
    assert!(veriexec.passes(&fake, file, |_| Access::Direct));
    veriexec.raise(StrictLevel::Lockdown).unwrap();
    assert!(!veriexec.passes(&fake, file, |_| Access::Direct));
}
