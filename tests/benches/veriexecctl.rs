//! veriexecctl(8) in figures, in Markdown: how long it takes to verify a tree, beside the time that
//! veriexecgen(8) takes to list it; and how the time of loading, dumping and replacing grows.
//!
//! `cargo bench -p veriexec-tests --bench veriexecctl [-- DIRECTORY]`; `bench/veriexecctl.md` has
//! what it printed. The directory is `/usr` unless another is given.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement may fail so")]

use std::ffi::OsStr;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::{Duration, Instant};

use fingerprint::{Algorithm, Hasher};
use veriexec_tests::programs::{veriexecctl, veriexecgen};

/// How often each time is taken; the median is reported.
const ROUNDS: usize = 5;

const COUNTS: [usize; 3] = [1_000, 10_000, 100_000];

fn main() {
    // Cargo's own argument comes with those of the user.
    let directory = std::env::args_os().skip(1).find(|argument| argument != "--bench");
    let place = tempfile::tempdir().unwrap();
    let place = fs::canonicalize(place.path()).unwrap();
    verify(Path::new(directory.as_deref().unwrap_or(OsStr::new("/usr"))), &place);
    println!();
    entries(&place);
}

/// Lists a tree and verifies it by turns, so that whatever else the machine does is shared.
fn verify(directory: &Path, place: &Path) {
    let list = place.join("signatures");
    let list = list.as_os_str();
    let generate = || {
        let arguments = ["-a", "-r", "-W", "-d"].map(OsStr::new).into_iter();
        let generated =
            veriexecgen(arguments.chain([directory.as_os_str(), OsStr::new("-o"), list]));
        // Links that lead nowhere are passed over.
        assert!(matches!(generated.status.code(), Some(0 | 2)), "{generated:?}");
    };
    let verify = || done(&veriexecctl([OsStr::new("verify"), list]));
    generate();
    verify();
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        times[0].push(time(generate));
        times[1].push(time(verify));
    }
    let [generated, verified] = times.map(median);
    let listed = fs::read(list).unwrap();
    let lines = listed.iter().filter(|byte| **byte == b'\n').count();
    println!("`{}`, {lines} files, medians of {ROUNDS} runs by turns:\n", directory.display());
    println!("| program | seconds | ratio |\n|---|--:|--:|");
    println!("| veriexecgen -a -r | {:.2} | 1.00 |", generated.as_secs_f64());
    let ratio = verified.as_secs_f64() / generated.as_secs_f64();
    println!("| veriexecctl verify | {:.2} | {ratio:.2} |", verified.as_secs_f64());
}

/// Loads lists of several lengths into a mock device, dumps them, and replaces ten entries.
fn entries(place: &Path) {
    println!("A mock device, medians of {ROUNDS} runs; in brackets, microseconds for one entry:\n");
    println!("| entries | load | dump | load --replace, 10 changed |\n|--:|--:|--:|--:|");
    for count in COUNTS {
        let lines = lines(place, count);
        let changed = lines.iter().enumerate().map(|(index, line)| {
            let changed = index % (count / 10) == 0;
            if changed { line.replace(" file\n", " library\n") } else { line.clone() }
        });
        let [list, other] = ["list", "other"].map(|name| place.join(name));
        fs::write(&other, changed.collect::<String>()).unwrap();
        fs::write(&list, lines.concat()).unwrap();

        let state = place.join("state");
        let mut device = OsStr::new("mock:").to_owned();
        device.push(&state);
        let control = |words: &[&str], file: Option<&Path>| {
            let device = [OsStr::new("--device"), &device];
            let words = words.iter().map(OsStr::new);
            let output =
                veriexecctl(device.into_iter().chain(words).chain(file.map(Path::as_os_str)));
            done(&output);
            output
        };
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        // The first round is not counted.
        for round in 0..=ROUNDS {
            let _ = fs::remove_file(&state);
            let load = time(|| control(&["load", "-k"], Some(&list)));
            let dump = time(|| control(&["dump"], None));
            let replace = time(|| control(&["load", "--replace"], Some(&other)));
            if round > 0 {
                for (times, taken) in times.iter_mut().zip([load, dump, replace]) {
                    times.push(taken);
                }
            }
        }
        let dump = place.join("dump");
        fs::write(&dump, control(&["dump"], None).stdout).unwrap();
        done(&veriexecctl(["diff".as_ref(), other.as_os_str(), dump.as_os_str()]));
        let mut row = format!("| {count} |");
        for taken in times.map(median) {
            let seconds = taken.as_secs_f64();
            write!(row, " {seconds:.3} s ({:.1}) |", seconds * 1e6 / count as f64).unwrap();
        }
        println!("{row}");
    }
}

/// The lines of so many small files, which are made if they are not there.
fn lines(place: &Path, count: usize) -> Vec<String> {
    let tree = place.join("tree");
    let line = |index: usize| {
        let directory = tree.join(format!("{:03}", index % 1000));
        let file = directory.join(index.to_string());
        let contents = index.to_string();
        if !file.exists() {
            fs::create_dir_all(directory).unwrap();
            fs::write(&file, &contents).unwrap();
        }
        let digest = Hasher::digest(Algorithm::Sha256, contents.as_bytes());
        format!("{} SHA256 {digest} file\n", file.display())
    };
    (0..count).map(line).collect()
}

fn done(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

fn time<T>(run: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
