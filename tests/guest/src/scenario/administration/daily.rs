//! What an administrator does from day to day, at level 2 and with the list that veriexecgen(8)
//! makes by itself: it goes as at level 0, and the tools give the answers that they give there.
//!
//! There are several scenarios, because each takes a while.

use anyhow::Result;

use crate::machine::debian;
use crate::machine::disk::Disk;
use crate::machine::root::Root;
use crate::scenario::Scenario;

pub(crate) const DAILY: Scenario = Scenario {
    name: "daily",
    prepare: |_, root| {
        debian::put(root, "answers", include_bytes!("daily/answers.sh"))?;
        debian::put(root, "chores", include_bytes!("daily/chores.sh"))?;
        prepare(root, include_bytes!("daily/daily.sh"))
    },
    ..PLAIN
};

pub(crate) const PROGRAMS: Scenario = Scenario {
    name: "programs",
    prepare: |_, root| {
        debian::put(root, "programs.py", include_bytes!("daily/programs.py"))?;
        prepare(root, include_bytes!("daily/programs.sh"))
    },
    ..PLAIN
};

pub(crate) const JOURNAL: Scenario = Scenario {
    name: "journal",
    prepare: |_, root| {
        debian::put(root, "journal.py", include_bytes!("daily/journal.py"))?;
        prepare(root, include_bytes!("daily/journal.sh"))
    },
    ..PLAIN
};

const PLAIN: Scenario = Scenario {
    script: debian::WITH_SYSTEMD,
    programs: &["veriexecctl", "veriexecgen"],
    disks: &[Disk::DailyDebian],
    has_whole_debian: true,
    cpus: 2,
    limit: 1800,
    ..Scenario::PLAIN
};

fn prepare(root: &mut Root, script: &[u8]) -> Result<()> {
    debian::put(root, "levels", include_bytes!("daily/levels.sh"))?;
    debian::put(root, "scenario", script)
}
