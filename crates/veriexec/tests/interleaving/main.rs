//! Readers, writers, renames, removals, recycled inodes and loads, in every order that a scheduler
//! finds: no changed file is ever known as valid.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail so")]

mod actors;
mod schedule;
mod world;

use veriexec::StrictLevel;

use actors::Role;
use schedule::{Explored, explore, sample};
use world::Kernel;

/// Of two actors every order is tried; of three, every order with so many switches at most from an
/// actor that could go on.
const SWITCHES: usize = 2;

const READERS: [Role; 2] = [Role::Execute, Role::Read];

/// All that changes a file, or its name, at level 1.
const CHANGERS: [Role; 6] = [
    Role::Write,
    Role::Truncate,
    Role::WriteRaw,
    Role::Recycle,
    Role::RenameAway,
    Role::ReplaceByRename,
];

/// All that happens at level 0 besides.
const LEARNERS: [Role; 4] = [Role::Load, Role::LoadAway, Role::Remove, Role::RemoveAndMake];

/// Explores and asserts that nothing was found.
fn sound(kernel: Kernel, level: StrictLevel, roles: &[Role], switches: usize) -> usize {
    let Explored { orders, violation } = explore(kernel, level, roles, switches);
    if let Some(violation) = violation {
        panic!("{roles:?} at {level}: {violation}");
    }
    orders
}

#[test]
fn no_order_of_two_makes_changed_bytes_valid() {
    let mut orders = 0;
    for level in [StrictLevel::Learning, StrictLevel::Ids, StrictLevel::Ips] {
        for reader in READERS {
            for other in READERS.into_iter().chain(CHANGERS) {
                orders += sound(Kernel::SOUND, level, &[reader, other], usize::MAX);
            }
        }
    }
    for first in READERS.into_iter().chain(CHANGERS).chain(LEARNERS) {
        for second in LEARNERS {
            orders += sound(Kernel::SOUND, StrictLevel::Learning, &[first, second], usize::MAX);
        }
    }
    println!("{orders} orders of two");
    assert!(orders > 40_000, "only {orders} orders");
}

#[test]
fn no_order_of_three_makes_changed_bytes_valid() {
    let mut orders = 0;
    for (index, first) in CHANGERS.into_iter().enumerate() {
        for second in CHANGERS.into_iter().skip(index).chain([Role::Execute]) {
            let roles = [Role::Read, first, second];
            orders += sound(Kernel::SOUND, StrictLevel::Ids, &roles, SWITCHES);
        }
        for learner in LEARNERS {
            let roles = [Role::Read, first, learner];
            orders += sound(Kernel::SOUND, StrictLevel::Learning, &roles, SWITCHES);
        }
    }
    println!("{orders} orders of three, of {SWITCHES} switches at most");
    assert!(orders > 30_000, "only {orders} orders");
    let roles = [Role::Read, Role::Execute, Role::Write];
    let more = sound(Kernel::SOUND, StrictLevel::Ids, &roles, SWITCHES + 1);
    println!("{more} orders of {roles:?}, of {} switches at most", SWITCHES + 1);
}

#[test]
fn no_order_of_many_that_chance_finds_makes_changed_bytes_valid() {
    let mut orders = 0;
    for (level, others) in
        [(StrictLevel::Learning, &LEARNERS[..]), (StrictLevel::Ids, &[Role::Execute, Role::Write])]
    {
        let roles: Vec<_> =
            READERS.into_iter().chain(CHANGERS).chain(others.iter().copied()).collect();
        let Explored { orders: tried, violation } = sample(Kernel::SOUND, level, &roles, 20_000);
        assert_eq!(violation, None, "{roles:?} at {level}");
        orders += tried;
    }
    println!("{orders} orders of up to 12, by chance");
}

/// What makes it so: each of these kernels leaves something out, and is found out.
#[test]
fn a_kernel_that_does_less_is_found_out() {
    let careless = Kernel { looks_for_writers: false, ..Kernel::SOUND };
    let hasty = Kernel { counts_before_it_asks: false, ..Kernel::SOUND };
    let silent = Kernel { says_what_is_gone: false, ..Kernel::SOUND };
    for (what, kernel, level, roles) in [
        ("does not look for writers", careless, StrictLevel::Ids, [Role::Read, Role::Write]),
        ("does not look for raw writers", careless, StrictLevel::Ids, [Role::Read, Role::WriteRaw]),
        ("does not look at load", careless, StrictLevel::Learning, [Role::Load, Role::Write]),
        ("asks before it counts", hasty, StrictLevel::Ids, [Role::Read, Role::Write]),
        ("asks before it cuts", hasty, StrictLevel::Ids, [Role::Read, Role::Truncate]),
        (
            "recycles without a word",
            silent,
            StrictLevel::Learning,
            [Role::Load, Role::RemoveAndMake],
        ),
    ] {
        let Explored { orders, violation } = explore(kernel, level, &roles, usize::MAX);
        let violation = violation.unwrap_or_else(|| panic!("a kernel that {what} passes"));
        println!("a kernel that {what}: after {orders} orders, {violation}");
    }
}
