//! How long the mock device takes with a long list, and how much memory.
//!
//! `cargo bench -p kmod-ioctl --bench mock [-- COUNT]` makes so many files, a million unless
//! another number is given, and then loads, asks for, dumps, deletes and flushes their entries, each
//! in a process of its own, as veriexecctl(8) does. Output is one measurement a line, its fields
//! parted by tabs: what is done, how many entries there are, milliseconds with opening and closing
//! the device, the most memory that the process ever held, in KiB.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark may stop at once")]

use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use fingerprint::{Algorithm, Hasher};
use kmod_ioctl::{Access, Device, DeviceSpec, LoadOptions};
use sigfile::{Entry, EntryType};

/// As many files as lie in one directory.
const A_DIRECTORY: usize = 1000;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => all(1_000_000),
        [count] => all(count.parse().unwrap()),
        [task, count, place] => one(task, count.parse().unwrap(), Path::new(place)),
        _ => panic!("expected no argument, COUNT, or TASK COUNT DIRECTORY"),
    }
}

fn all(count: usize) {
    let place = tempfile::tempdir().unwrap();
    for number in 0..count {
        let file = file(place.path(), number);
        if number % A_DIRECTORY == 0 {
            fs::create_dir(file.parent().unwrap()).unwrap();
        }
        File::create(file).unwrap();
    }
    for task in ["load", "query", "dump", "delete", "flush"] {
        let mut again = Command::new(std::env::current_exe().unwrap());
        again.args([task, &count.to_string()]).arg(place.path());
        assert!(again.status().unwrap().success(), "{task}");
    }
}

fn one(task: &str, count: usize, place: &Path) {
    let path = |number| file(place, number).into_os_string().into_vec();
    let start = Instant::now();
    let spec = DeviceSpec::Mock(place.join("state"));
    let access = match task {
        "query" | "dump" => Access::READ,
        _ => Access::READ_WRITE,
    };
    let mut device = Device::open(&spec, access).unwrap();
    match task {
        "load" => {
            let digest = Hasher::digest(Algorithm::Sha256, b"");
            let options = LoadOptions { keep_filename: true, eval_on_load: false };
            for number in 0..count {
                let entry = Entry::new(path(number), digest, EntryType::DIRECT).unwrap();
                device.load(&entry, options).unwrap();
            }
        }
        "query" => drop(device.query(&path(count / 2)).unwrap()),
        "dump" => assert_eq!(device.dump().unwrap().len(), count),
        "delete" => device.delete(&path(count / 2)).unwrap(),
        "flush" => device.flush().unwrap(),
        _ => panic!("expected load, query, dump, delete or flush"),
    }
    device.close().unwrap();
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = peak.trim().trim_end_matches(" kB");
    println!("{task}\t{count}\t{}\t{peak}", start.elapsed().as_millis());
}

fn file(place: &Path, number: usize) -> std::path::PathBuf {
    place.join((number / A_DIRECTORY).to_string()).join(number.to_string())
}
