//! The subsystem on hook points decides, reports, cleans and counts as it does when it is called.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use proptest::prelude::*;
use veriexec::hooks::subsystem::{
    Asked, Cleaner, Decided, Decisions, Departures, Gone, Handlers, Operations, Points, Policy,
    Reporter, Reports, Statistics, Tables,
};
use veriexec::hooks::{Dynamic, Guard, HookPoint, Topic, Vote};
use veriexec::{
    Access, Action, Budgets, Errno, EventKind, FileKind, Image, Limiter, Operation, StrictLevel,
    Tally, Verdict, Veriexec,
};

use crate::system::{EVIL, GOOD, Kept, NAMES, System, file};
use crate::threads::Threads;

/// Handlers of any type.
struct Any;

impl Handlers<System> for Any {
    type Operation = Dynamic<Operations<System>>;
    type Decision = Dynamic<Decisions>;
    type Departure = Dynamic<Departures>;
}

type OurPoints = Points<System, Any, Threads>;
type Held<T> = Guard<'static, T, Dynamic<T>, Threads>;

/// The subsystem on hook points, which last: handlers refer to them.
struct Assembly {
    tables: &'static Kept,
    points: &'static OurPoints,
    statistics: Arc<Statistics>,
    reporter: Arc<Reporter<Threads, Box<dyn Fn() -> u64 + Send + Sync>>>,
    policy_guards: Vec<Held<Operations<System>>>,
    other_guards: (Held<Reports<System>>, Held<Decisions>, Held<Departures>),
}

impl Assembly {
    fn new(limiter: Limiter, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        let tables: &_ = Box::leak(Box::<Kept>::default());
        let reports = HookPoint::<Reports<System>, Dynamic<_>, _>::new(Threads, Verdict::Allow);
        let reports: &_ = Box::leak(Box::new(reports));
        let points: &_ = Box::leak(Box::new(OurPoints::new(Threads).unwrap()));

        let reporter = Arc::new(Reporter::new(Threads, limiter, Box::new(clock) as _));
        let statistics = Arc::new(Statistics::new());
        let policy = Arc::new(Policy::new(tables, reports));
        let policy_guards = points.register_for_all("policy", 0, policy).unwrap();
        let other_guards = (
            reports.register("log", 0, reporter.clone()).unwrap(),
            points.decisions().register("statistics", 0, statistics.clone()).unwrap(),
            points.departures().register("cleaner", 0, Arc::new(Cleaner::new(tables))).unwrap(),
        );
        Self { tables, points, statistics, reporter, policy_guards, other_guards }
    }

    fn unlimited() -> Self {
        Self::new(Limiter::new(Budgets { denied: u32::MAX, allowed: u32::MAX }, 0), || 0)
    }

    /// One that has the first file listed, for opening alone, and that level.
    fn furnished(self, system: &System, level: StrictLevel) -> Self {
        self.tables.change(|veriexec| {
            system.list(veriexec, 0, 4);
            veriexec.raise(level).unwrap();
        });
        self
    }
}

#[derive(Clone, Debug)]
enum Step {
    List { which: usize, entry_type: u8 },
    Check { which: usize, other: usize, operation: usize },
    Contents { which: usize, contents: u8 },
    Failure(Option<Errno>),
    Gone(Gone),
    Raise(StrictLevel),
    Verbosity(i32),
}

/// One operation of each kind, about one file, or two where it takes two.
fn operations(which: usize, other: usize) -> [Operation<'static>; 26] {
    let (this, target) = (file(which), file(other));
    let to = NAMES[other].as_bytes();
    let directory = FileKind::Directory { mount_root: false };
    [
        Action::Access(this, Access::Direct),
        Action::Access(this, Access::Indirect),
        Action::Access(this, Access::File),
        Action::Write(this),
        Action::Command(this),
        Action::Truncate(this),
        Action::Resize(this),
        Action::Create(FileKind::Regular),
        Action::Create(directory),
        Action::Remove(this),
        Action::Rename { file: this, to, target: None },
        Action::Rename { file: this, to, target: Some(target) },
        Action::Link(this),
        Action::SetAttributes(this),
        Action::Protect(Some(this)),
        Action::Protect(None),
        Action::KernelLoad(Image::Module, Some(this)),
        Action::KernelLoad(Image::Kexec, None),
        Action::KernelLoad(Image::Firmware, Some(this)),
        Action::Unmount(this.id.mount),
        Action::MountOver(this),
        Action::RawRead,
        Action::RawWrite(Some(this.id.mount)),
        Action::RawWrite(None),
        Action::MemoryWrite,
        Action::PassThrough,
    ]
    .map(|action| Operation { path: NAMES[which].as_bytes(), action })
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let which = || 0..NAMES.len();
    let types = proptest::sample::select(vec![1_u8, 2, 4, 6, 7, 0x11, 0x16]);
    let failure = proptest::sample::select(vec![None, Some(Errno::IO), Some(Errno::TXTBSY)]);
    let gone = (which(), 0..3).prop_map(|(which, what)| match what {
        0 => Gone::File(file(which).id),
        1 => Gone::Object(file(which).id),
        _ => Gone::Mount(file(which).id.mount),
    });
    let level = proptest::sample::select(&StrictLevel::ALL[..]);
    let step = prop_oneof![
        4 => (which(), types).prop_map(|(which, entry_type)| Step::List { which, entry_type }),
        16 => (which(), which(), 0..24_usize)
            .prop_map(|(which, other, operation)| Step::Check { which, other, operation }),
        2 => (which(), GOOD..=EVIL)
            .prop_map(|(which, contents)| Step::Contents { which, contents }),
        1 => failure.prop_map(Step::Failure),
        1 => gone.prop_map(Step::Gone),
        1 => (0..3).prop_map(Step::Verbosity),
    ];
    // The level rises now and then, and not at once.
    let part = || proptest::collection::vec(step.clone(), 0..25);
    (part(), level.clone(), part(), level, part()).prop_map(
        |(mut all, first, more, second, last)| {
            all.push(Step::Raise(first));
            all.extend(more);
            all.push(Step::Raise(second));
            all.extend(last);
            all
        },
    )
}

/// Everything that can be seen of a subsystem.
fn seen(veriexec: &Veriexec) -> String {
    let entries: Vec<_> = veriexec.entries().collect();
    let statistics: Vec<_> = veriexec.statistics().collect();
    format!("{entries:?} {statistics:?} {:?} {}", veriexec.strict(), veriexec.is_bypassed())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn what_is_assembled_does_what_is_called(steps in steps()) {
        let (system, direct_system) = (System::default(), System::default());
        let (assembly, mut direct) = (Assembly::unlimited(), Veriexec::new());
        let Assembly { points, tables, statistics, .. } = &assembly;
        let decided = Arc::new(Mutex::new(None));
        let observer = {
            let decided = Arc::clone(&decided);
            move |event: &Decided<'_>| {
                *decided.lock().unwrap() = Some((event.kind, event.verdict));
                Vote::Deny(Errno::IO)
            }
        };
        let _observer = points.decisions().register_function("observer", 0, observer).unwrap();
        let mut counted = [Tally::default(); EventKind::ALL.len()];
        for step in steps {
            match step {
                Step::List { which, entry_type } => {
                    tables.change(|veriexec| system.list(veriexec, which, entry_type));
                    direct_system.list(&mut direct, which, entry_type);
                }
                Step::Check { which, other, operation } => {
                    let operation = operations(which, other)[operation];
                    let kind = direct.event(&operation).kind();
                    let verdict = direct.check(&direct_system, operation);
                    prop_assert_eq!(points.check(&system, operation), verdict);
                    prop_assert_eq!(decided.lock().unwrap().take(), Some((kind, verdict)));
                    count(&mut counted[kind as usize], verdict);
                    prop_assert_eq!(statistics.tally(kind), counted[kind as usize]);
                }
                Step::Contents { which, contents } => {
                    system.write(which, contents);
                    direct_system.write(which, contents);
                }
                Step::Failure(failure) => {
                    system.fail(failure);
                    direct_system.fail(failure);
                }
                Step::Gone(gone) => {
                    points.depart(gone);
                    match gone {
                        Gone::File(file) => direct.file_gone(file),
                        Gone::Object(file) => direct.file_recycled(file),
                        Gone::Mount(mount) => direct.unmounted(mount),
                    }
                }
                Step::Raise(level) => {
                    let raised = tables.change(|veriexec| veriexec.raise(level));
                    prop_assert_eq!(raised, direct.raise(level));
                }
                Step::Verbosity(verbosity) => {
                    tables.change(|veriexec| veriexec.set_verbosity(verbosity));
                    direct.set_verbosity(verbosity);
                }
            }
            prop_assert_eq!(tables.look(seen), seen(&direct));
            prop_assert_eq!(system.reports(), direct_system.reports());
        }
    }
}

fn count(tally: &mut Tally, verdict: Verdict) {
    match verdict {
        Verdict::Allow => tally.allowed += 1,
        Verdict::Deny(_) => tally.denied += 1,
    }
}

fn open(which: usize) -> Operation<'static> {
    operations(which, which)[2]
}

#[test]
fn another_handler_denies_what_the_policy_allows_and_hears_of_what_it_denies() {
    let system = System::default();
    let assembly = Assembly::unlimited().furnished(&system, StrictLevel::Lockdown);
    let points = assembly.points;
    assert_eq!(points.check(&system, open(0)), Verdict::Allow);
    assert_eq!(points.check(&system, open(1)), Verdict::Deny(Errno::PERM));

    let point = points.operation(EventKind::File).unwrap();
    let deny = |_: &Asked<'_, System>| Vote::Deny(Errno::ACCES);
    let other = point.register_function("other", 1, deny).unwrap();
    assert_eq!(points.check(&system, open(0)), Verdict::Deny(Errno::ACCES));
    // The policy is asked first, and so the process is told what it says.
    assert_eq!(points.check(&system, open(1)), Verdict::Deny(Errno::PERM));
    assert_eq!(denials(point), [("policy", 2), ("other", 2)]);
    assert_eq!(assembly.statistics.tally(EventKind::File), Tally { allowed: 1, denied: 3 });
    drop(other);
    assert_eq!(points.check(&system, open(0)), Verdict::Allow);

    // Without the policy nobody denies anything.
    drop(assembly.policy_guards);
    for which in 0..NAMES.len() {
        for operation in operations(which, 0) {
            assert_eq!(points.check(&system, operation), Verdict::Allow);
        }
    }
}

/// The handlers, and how often they denied.
fn denials<T: Topic>(point: &HookPoint<T, Dynamic<T>, Threads>) -> Vec<(&'static str, u64)> {
    let handlers = point.handlers().unwrap();
    handlers.iter().map(|handler| (handler.name, handler.counters.denies)).collect()
}

#[test]
fn a_flood_of_reports_is_counted_and_not_logged() {
    let (system, time) = (System::default(), Arc::new(AtomicU64::new(0)));
    let clock = {
        let time = Arc::clone(&time);
        move || time.load(Ordering::Relaxed)
    };
    let assembly = Assembly::new(Limiter::new(Budgets { denied: 2, allowed: 2 }, 10), clock)
        .furnished(&system, StrictLevel::Lockdown);
    assembly.tables.change(|veriexec| veriexec.set_verbosity(1));
    let flood = || {
        (0..5).for_each(|_| _ = assembly.points.check(&system, open(1)));
        system.reports()
    };
    let first = flood();
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(first[0].contains("No entry."), "{first:?}");
    time.store(10, Ordering::Relaxed);
    let second = flood();
    assert_eq!(second.len(), 2, "{second:?}");
    assert!(second[0].contains("suppressed"), "{second:?}");
    let rest = assembly.reporter.limiter(|limiter| limiter.rest().map(|some| some.count));
    assert_eq!(rest, Some(4));
    // Whoever else wants to hear of reports registers, and hears of all.
    let heard = assembly.other_guards.0.counters();
    assert_eq!((heard.invocations, heard.defers), (10, 10));
}

#[test]
fn entries_go_with_their_files_as_long_as_somebody_cleans() {
    let system = System::default();
    let assembly = Assembly::unlimited().furnished(&system, StrictLevel::Learning);
    let listed = |which: usize| assembly.tables.look(|all| all.lookup(file(which).id).is_some());
    assembly.tables.change(|veriexec| system.list(veriexec, 2, 1));
    assembly.points.depart(Gone::Object(file(0).id));
    assert!(listed(0) && listed(2));
    assembly.points.depart(Gone::Mount(file(2).id.mount));
    assert!(listed(0) && !listed(2));
    assembly.points.depart(Gone::File(file(0).id));
    assert!(!listed(0));

    assembly.tables.change(|veriexec| system.list(veriexec, 0, 1));
    drop(assembly.other_guards);
    assembly.points.depart(Gone::File(file(0).id));
    assert!(listed(0));
}

#[test]
fn many_threads_are_answered_while_handlers_come_and_go() {
    const TURNS: u64 = 500;
    let system = System::default();
    let assembly = Assembly::unlimited().furnished(&system, StrictLevel::Ids);
    let (points, stop) = (assembly.points, AtomicBool::new(false));
    system.write(0, EVIL);
    thread::scope(|scope| {
        let asking = [0, 1].map(|which| {
            let system = &system;
            let expected = [Verdict::Deny(Errno::PERM), Verdict::Allow][which];
            scope.spawn(move || {
                for _ in 0..TURNS {
                    assert_eq!(points.check(system, open(which)), expected);
                }
            })
        });
        scope.spawn(|| {
            let point = points.operation(EventKind::File).unwrap();
            while !stop.load(Ordering::Relaxed) {
                drop(point.register_function("other", -1, |_: &Asked<'_, System>| Vote::Allow));
                points.depart(Gone::Object(file(0).id));
            }
        });
        let results = asking.map(|thread| thread.join());
        stop.store(true, Ordering::Relaxed);
        assert!(results.iter().all(Result::is_ok));
    });
    let expected = Tally { allowed: TURNS, denied: TURNS };
    assert_eq!(assembly.statistics.tally(EventKind::File), expected);
    assert_eq!(assembly.tables.look(|all| all.tally(EventKind::File)), expected);
}
