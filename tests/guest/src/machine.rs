//! A virtual machine, from power on to power off.

mod archive;
pub(crate) mod debian;
pub(crate) mod disk;
pub(crate) mod protocol;
pub(crate) mod root;

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The kernel prints nothing but its end, so that the serial line is the scenario's; an oops ends
/// it; its log holds all that it says in a scenario; and it does not test a timer, which fails on a
/// busy machine, where what looks like a stall may be one of the machine that emulates it, too.
const PARAMETERS: &str = "console=ttyS0 quiet loglevel=1 panic=-1 oops=panic log_buf_len=8M \
                          no_timer_check rcupdate.rcu_cpu_stall_timeout=120";

/// What a machine has, beside a kernel and a root.
#[derive(Debug)]
pub(crate) struct Hardware<'a> {
    pub(crate) cpus: u8,
    /// In MiB.
    pub(crate) memory: u32,
    /// Files that are its disks: /dev/disk1 and so on.
    pub(crate) disks: &'a [PathBuf],
    /// Its clock counts its instructions: a nanosecond each, whatever they take.
    pub(crate) counts_instructions: bool,
}

/// How a machine ran.
#[derive(Debug)]
pub(crate) struct Run {
    /// All that came through the serial line.
    pub(crate) serial: String,
    /// Whether it powered off by itself in time.
    pub(crate) ended: bool,
    pub(crate) elapsed: Duration,
}

/// Which processor is emulated.
///
/// A kernel that finds the features `erms` and `fsrm` clears and copies memory by the byte. Where there was
/// code in a page, QEMU has its threads agree on each of its 4,096 stores: with others busy on the same
/// machine a page has taken more than 20 seconds, of which the kernel complains. By eight bytes it does not.
/// Where instructions are counted, they are those of a kernel that chooses by itself.
const fn processor(hardware: &Hardware<'_>) -> &'static str {
    if hardware.counts_instructions { "max" } else { "max,-erms,-fsrm" }
}

/// Boots a kernel with a root until it powers off, but no longer than the limit.
pub(crate) fn boot(
    mut qemu: Command,
    kernel: &Path,
    root: &[u8],
    hardware: &Hardware<'_>,
    limit: Duration,
    verbose: bool,
) -> Result<Run> {
    let mut initrd = tempfile::NamedTempFile::new()?;
    initrd.write_all(root)?;
    qemu.args(["-machine", "pc", "-cpu", processor(hardware), "-accel", "tcg"]);
    let (memory, cpus) = (hardware.memory.to_string(), hardware.cpus.to_string());
    qemu.args(["-m", &memory, "-smp", &cpus, "-nodefaults", "-display", "none", "-no-reboot"]);
    qemu.args(["-serial", "stdio", "-nic", "none", "-kernel"]).arg(kernel);
    qemu.arg("-initrd").arg(initrd.path());
    qemu.args(["-append", PARAMETERS]);
    if hardware.counts_instructions {
        qemu.args(["-icount", "shift=0"]);
    }
    for (number, disk) in (1..).zip(hardware.disks) {
        if number == 1 {
            qemu.args(["-device", "nvme,id=disks,serial=guest"]);
        }
        let file = disk.display();
        qemu.arg("-drive").arg(format!("file={file},if=none,format=raw,id=disk{number}"));
        qemu.arg("-device").arg(format!("nvme-ns,drive=disk{number},bus=disks,nsid={number}"));
    }
    qemu.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());

    let started = Instant::now();
    let mut machine = qemu.spawn().context("cannot run qemu-system-x86_64")?;
    let serial = machine.stdout.take().map(|pipe| thread::spawn(move || listen(pipe, verbose)));
    let errors = machine.stderr.take().map(|pipe| thread::spawn(move || listen(pipe, true)));
    let ended = loop {
        if machine.try_wait()?.is_some() {
            break true;
        }
        if started.elapsed() > limit {
            machine.kill()?;
            machine.wait()?;
            break false;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let heard = [serial, errors].into_iter().flatten().filter_map(|thread| thread.join().ok());
    Ok(Run { serial: heard.collect(), ended, elapsed: started.elapsed() })
}

/// Reads a pipe to its end.
fn listen(mut pipe: impl Read, verbose: bool) -> String {
    let mut heard = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(got @ 1..) = pipe.read(&mut piece) {
        let piece = piece.get(..got).unwrap_or_default();
        heard.extend(piece);
        if verbose {
            let _ = std::io::stderr().write_all(piece);
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// Keeps what came through the serial line.
pub(crate) fn keep(run: &Run, file: &Path) -> Result<()> {
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::write(file, &run.serial).with_context(|| file.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(script: &str, limit: Duration) -> Run {
        let mut machine = Command::new("sh");
        machine.args(["-c", script]);
        let hardware = Hardware { cpus: 1, memory: 512, disks: &[], counts_instructions: false };
        boot(machine, Path::new("kernel"), b"", &hardware, limit, false).unwrap()
    }

    #[test]
    fn a_machine_that_hangs_is_stopped_and_heard() {
        let hung = run("echo said; exec sleep 1000", Duration::from_millis(500));
        assert!(!hung.ended);
        assert_eq!(hung.serial, "said\n");
    }

    #[test]
    fn a_machine_that_ends_is_heard_with_its_errors() {
        let ended = run("echo said; echo wrong >&2", Duration::from_secs(1000));
        assert!(ended.ended);
        assert_eq!(ended.serial, "said\nwrong\n");
    }
}
