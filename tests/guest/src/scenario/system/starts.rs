//! How a machine starts when something is wrong: veriexec-kmod(8), When something fails.

use crate::machine::debian;
use crate::machine::disk::Disk;
use crate::scenario::Scenario;

/// `veriexec-kmod boot` by itself, with one thing wrong at a time.
pub(crate) const STARTS: Scenario = Scenario {
    name: "starts",
    script: concat!(
        include_str!("starts/machine.sh"),
        "case $boot in\nrefuse)\n",
        include_str!("starts/refuse.sh"),
        ";;\ngone)\n",
        include_str!("starts/gone.sh"),
        ";;\nhalt*)\n",
        include_str!("starts/halt.sh"),
        ";;\n*)\n",
        include_str!("starts/continue.sh"),
        ";;\nesac\n",
    ),
    programs: &["veriexec-kmod", "veriexecctl", "veriexecgen"],
    boots: &[
        "refuse",
        "gone",
        "writable",
        "empty",
        "unreadable",
        "faulty",
        "unproved",
        "halt",
        "halt-writable",
        "halt-vital",
    ],
    limit: 240,
    ..Scenario::PLAIN
};

/// The same of each thing that can be wrong, with each rule: `veriexec_on_error`.
pub(crate) const RULES: Scenario = Scenario {
    name: "rules",
    script: concat!(include_str!("starts/machine.sh"), include_str!("starts/rules.sh")),
    boots: &[
        "refuse",
        "halt",
        "gone-refuse",
        "gone-continue",
        "gone-halt",
        "configuration-others",
        "configuration-directory",
        "configuration-linked",
        "configuration-faulty",
        "list-others",
        "list-directory",
        "list-missing",
        "list-no-file",
        "list-no-text",
        "list-unreadable",
        "list-empty",
        "list-comments",
        "list-line",
        "list-none-there",
        "list-fingerprint",
        "self-test",
    ],
    limit: 600,
    ..STARTS
};

/// The unit, on a Debian: as it starts, and while it is used.
pub(crate) const UNIT: Scenario = Scenario {
    name: "unit",
    script: debian::ALONE,
    programs: &["veriexec-kmod", "veriexecctl", "veriexecgen"],
    disks: &[Disk::Debian],
    prepare: |_, root| {
        let unit = include_bytes!("../../../../../dist/veriexec.service");
        debian::put(root, "veriexec.service", unit)?;
        debian::put(root, "scenario", include_bytes!("starts/unit.sh"))
    },
    has_whole_debian: true,
    limit: 400,
    boots: &["early", "late"],
    ..Scenario::PLAIN
};
