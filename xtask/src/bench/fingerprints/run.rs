//! Running a program for what it costs.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use wait4::Wait4;

use crate::bench::median;
use crate::command::{command, run};

/// What the kernel drops its caches by, proc_sys_vm(5).
const DROP_CACHES: &str = "/proc/sys/vm/drop_caches";

/// What a program costs with all that it starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// Seconds until it ended.
    pub(crate) wall: f64,
    /// Seconds of processors.
    pub(crate) cpu: f64,
    /// The most memory of one process, in bytes.
    pub(crate) memory: f64,
}

impl Cost {
    /// The median of each.
    pub(crate) fn median(costs: &[Self]) -> Result<Self> {
        let of = |what: fn(&Self) -> f64| median(costs.iter().map(what).collect());
        Ok(Self {
            wall: of(|cost| cost.wall)?,
            cpu: of(|cost| cost.cpu)?,
            memory: of(|cost| cost.memory)?,
        })
    }
}

/// Runs a program to its end, without its output.
pub(crate) fn cost(name: &str, mut program: Command) -> Result<Cost> {
    let start = Instant::now();
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let ended = program.spawn().and_then(|mut child| child.wait4());
    let ended = ended.with_context(|| format!("cannot run {name}"))?;
    let wall = start.elapsed().as_secs_f64();
    ensure!(ended.status.success(), "{name} ended with {}", ended.status);
    let (user, system) = (ended.rusage.utime, ended.rusage.stime);
    eprintln!("{name}: {wall:.2} s");
    Ok(Cost { wall, cpu: (user + system).as_secs_f64(), memory: ended.rusage.maxrss as f64 })
}

/// Whether this user may empty the cache.
pub(crate) fn can_empty_cache() -> bool {
    fs::OpenOptions::new().write(true).open(DROP_CACHES).is_ok()
}

/// Has the kernel forget what it has read of files.
pub(crate) fn empty_cache() -> Result<()> {
    run(&mut command("sync"))?;
    fs::write(DROP_CACHES, "3").context(DROP_CACHES)
}
