//! How long property lists take here and in the plist crate, and how much memory streaming takes.
//! `cargo xtask bench proplib` runs this and makes a report of it.
//!
//! Output is one measurement a line, its fields parted by tabs:
//! * `time`, what, by whom, what is done, nanoseconds for one dictionary;
//! * `peak`, what is done, how many elements, the most memory that the process ever held, in KiB.
//!
//! What is a dictionary, `load`, or an array of as many as a number says. What a task makes it
//! drops before it ends.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark may stop at once")]

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufWriter};
use std::path::Path;
use std::time::Instant;

use plist::Value;
use proplib::xml::{ArrayStream, ArrayWriter, IoSink};
use proplib::{Data, Limits, Number, Object, PropString, ReadOptions};

/// What veriexecctl(8) sends to load an entry.
const LOAD: &[u8] = include_bytes!("../tests/golden/load.plist");

/// The length of the array that the plist crate is measured with, too.
const COMPARED: usize = 100_000;

/// No limit to what is read.
const LIMITS: Limits = Limits { max_input: usize::MAX, ..Limits::DEFAULT };

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["kept", what] => kept(&Subject::of(what)),
        ["new", what, task] => new(&Subject::of(what), task),
        ["peak", what, count, file] => peak(what, count.parse().unwrap(), Path::new(file)),
        ["text", what, file] => fs::write(file, Subject::of(what).text).unwrap(),
        // What cargo does with a benchmark when nobody says what is to be measured.
        [] => kept(&Subject::of("load")),
        _ => panic!(
            "expected kept WHAT, new WHAT TASK, peak write|read COUNT FILE or text WHAT FILE"
        ),
    }
}

/// What is written and read.
struct Subject<'a> {
    name: &'a str,
    text: Vec<u8>,
    /// How many dictionaries there are in it.
    count: usize,
    is_compared: bool,
    rounds: usize,
    /// How often a task is done in a round.
    calls: u32,
}

impl<'a> Subject<'a> {
    fn of(name: &'a str) -> Self {
        if name == "load" {
            let text = LOAD.to_vec();
            return Self { name, text, count: 1, is_compared: true, rounds: 1_000, calls: 200 };
        }
        let count = name.parse().unwrap();
        let mut text = Vec::new();
        stream_out(&ours(LOAD), count, &mut text);
        let rounds = (3_000_000 / count).clamp(10, 200);
        Self { name, text, count, is_compared: count == COMPARED, rounds, calls: 1 }
    }

    /// What the text says, to us and to the plist crate if that is measured, too.
    fn objects(&self) -> (Object, Value) {
        let none = Value::Boolean(false);
        (ours(&self.text), if self.is_compared { theirs(&self.text) } else { none })
    }

    /// Prints the nanoseconds that a task takes in its fastest round, which others disturbed
    /// least: here, and in the plist crate. The two take turns, so that a busy time of the machine
    /// hits both; and rounds are short, so that some of them come while nobody disturbs.
    fn measure<const BY: usize>(&self, task: &str, mut doers: [&mut dyn FnMut(); BY]) {
        let mut fastest = [f64::INFINITY; BY];
        let doers = doers.iter_mut().take(if self.is_compared { BY } else { 1 });
        let mut doers: Vec<_> = doers.zip(["proplib", "plist"]).zip(&mut fastest).collect();
        for _ in 0..self.rounds {
            for ((run, _), fastest) in &mut doers {
                let start = Instant::now();
                for _ in 0..self.calls {
                    run();
                }
                **fastest = fastest.min(start.elapsed().as_secs_f64() * 1e9);
            }
        }
        let dictionaries = f64::from(self.calls) * self.count as f64;
        for ((_, by), time) in doers {
            println!("time\t{}\t{by}\t{task}\t{}", self.name, *time / dictionaries);
        }
    }
}

/// Writing to memory that the last round wrote to, reading, and both element by element.
fn kept(subject: &Subject<'_>) {
    let text = subject.text.as_slice();
    let (object, value) = subject.objects();
    let (mut kept, mut kept_by_theirs) = (Vec::new(), Vec::new());
    subject.measure(
        "write",
        [
            &mut || {
                kept.clear();
                black_box(&object).externalize_to(&mut kept, &Limits::DEFAULT).unwrap();
                black_box(&kept);
            },
            &mut || {
                kept_by_theirs.clear();
                black_box(&value).to_writer_xml(&mut kept_by_theirs).unwrap();
                black_box(&kept_by_theirs);
            },
        ],
    );
    drop((object, value));
    if subject.name == "load" {
        build(subject, &mut kept, &mut kept_by_theirs);
    }
    drop(kept_by_theirs);
    subject.measure(
        "read",
        [&mut || drop(black_box(ours(black_box(text)))), &mut || {
            drop(black_box(theirs(black_box(text))))
        }],
    );
    if subject.name != "load" {
        let load = ours(LOAD);
        let mut stream_out = || {
            kept.clear();
            stream_out(black_box(&load), subject.count, &mut kept);
            black_box(&kept);
        };
        subject.measure("stream-out", [&mut stream_out]);
        subject.measure("stream-in", [&mut || stream_in(black_box(text))]);
    }
}

/// Making the dictionary key by key, as a program does that has an entry to load, and writing it.
fn build(subject: &Subject<'_>, kept: &mut Vec<u8>, kept_by_theirs: &mut Vec<u8>) {
    let load = Object::internalize(LOAD).unwrap();
    let load = load.as_dictionary().unwrap();
    let (file, fingerprint) = (load.get_string("file").unwrap(), load.get_data("fp").unwrap());
    let algorithm = load.get_string("fp-type").unwrap();
    let [file_of_theirs, algorithm_of_theirs] =
        [file, algorithm].map(|bytes| str::from_utf8(bytes).unwrap());
    let entry_type = load.get_u64("entry-type").unwrap();
    let [keep, evaluate] = ["keep-filename", "eval-on-load"].map(|key| load.get_bool(key).unwrap());
    subject.measure(
        "collect",
        [&mut || {
            let message = proplib::Dictionary::try_from_iter([
                ("file", Object::from(PropString::new(black_box(file)).unwrap())),
                ("fp-type", PropString::new(black_box(algorithm)).unwrap().into()),
                ("fp", Data::new(black_box(fingerprint)).unwrap().into()),
                ("entry-type", Number::Unsigned(black_box(entry_type)).into()),
                ("keep-filename", black_box(keep).into()),
                ("eval-on-load", black_box(evaluate).into()),
            ])
            .unwrap();
            kept.clear();
            black_box(&message).externalize_to(&mut *kept, &Limits::DEFAULT).unwrap();
            black_box(&kept);
        }],
    );
    subject.measure(
        "build",
        [
            &mut || {
                let mut message = proplib::Dictionary::new();
                message.set_string("file", black_box(file)).unwrap();
                message.set_string("fp-type", black_box(algorithm)).unwrap();
                message.set_data("fp", black_box(fingerprint)).unwrap();
                message.set_unsigned("entry-type", black_box(entry_type)).unwrap();
                message.set_bool("keep-filename", black_box(keep)).unwrap();
                message.set_bool("eval-on-load", black_box(evaluate)).unwrap();
                kept.clear();
                black_box(&message).externalize_to(&mut *kept, &Limits::DEFAULT).unwrap();
                black_box(&kept);
            },
            &mut || {
                let mut message = plist::Dictionary::new();
                let mut set = |key: &str, value: Value| message.insert(key.into(), value);
                set("file", black_box(file_of_theirs).into());
                set("fp-type", black_box(algorithm_of_theirs).into());
                set("fp", Value::Data(black_box(fingerprint).to_vec()));
                set("entry-type", black_box(entry_type).into());
                set("keep-filename", black_box(keep).into());
                set("eval-on-load", black_box(evaluate).into());
                let message = Value::Dictionary(message);
                kept_by_theirs.clear();
                black_box(&message).to_writer_xml(&mut *kept_by_theirs).unwrap();
                black_box(&kept_by_theirs);
            },
        ],
    );
}

/// Writing to a text that is new each time; the task's name says where its memory is from.
fn new(subject: &Subject<'_>, task: &str) {
    let (object, value) = subject.objects();
    subject.measure(
        task,
        [&mut || drop(black_box(black_box(&object).externalize().unwrap())), &mut || {
            let mut text = Vec::new();
            black_box(&value).to_writer_xml(&mut text).unwrap();
            black_box(text);
        }],
    );
}

fn ours(text: &[u8]) -> Object {
    Object::internalize_within(text, &LIMITS).unwrap()
}

fn theirs(text: &[u8]) -> Value {
    Value::from_reader_xml(text).unwrap()
}

fn stream_out(load: &Object, count: usize, out: impl io::Write) {
    let mut writer = ArrayWriter::new(IoSink(out));
    for _ in 0..count {
        writer.push(load).unwrap();
    }
    writer.finish().unwrap();
}

fn stream_in(input: impl io::Read) {
    for element in ArrayStream::new(input, &ReadOptions::default()) {
        black_box(element.unwrap());
    }
}

/// Streams an array to a file, or from it.
fn peak(what: &str, count: usize, file: &Path) {
    match what {
        "write" => stream_out(&ours(LOAD), count, BufWriter::new(File::create(file).unwrap())),
        "read" => stream_in(File::open(file).unwrap()),
        _ => panic!("expected write or read"),
    }
    println!("peak\t{what}\t{count}\t{}", peak_memory().unwrap());
}

/// The most memory that this process ever held, in KiB: `VmHWM` of proc(5).
fn peak_memory() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    number.ok_or_else(|| io::Error::other("no VmHWM in /proc/self/status"))
}
