//! How long property lists take here and in the plist crate, and how much memory streaming takes.
//! `cargo xtask bench proplib` runs this and makes a report of it.
//!
//! Output is one measurement a line, its fields parted by tabs:
//! * `time`, what, by whom, nanoseconds to write and to read one dictionary;
//! * `growth`, how many elements, nanoseconds to write and to read one of them in one piece, then
//!   in a stream, to memory that is there already and from it;
//! * `peak`, what, how many elements, the most memory that the process ever held, in KiB.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark may stop at once")]

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, BufWriter};
use std::path::Path;
use std::time::Instant;

use plist::Value;
use proplib::xml::{ArrayStream, ArrayWriter, IoSink};
use proplib::{Array, Limits, Object, ReadOptions};

/// What veriexecctl(8) sends to load an entry.
const LOAD: &[u8] = include_bytes!("../tests/golden/load.plist");

/// No limit to what is read.
const LIMITS: Limits = Limits { max_input: usize::MAX, ..Limits::DEFAULT };

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] | ["times"] => times(),
        ["peak", what, count, file] => peak(what, count.parse().unwrap(), Path::new(file)),
        ["texts", directory] => {
            fs::write(Path::new(directory).join("load"), LOAD).unwrap();
            let text = loads(100_000).externalize().unwrap();
            fs::write(Path::new(directory).join("array"), text).unwrap();
        }
        _ => panic!("expected times, peak write|read COUNT FILE, or texts DIRECTORY"),
    }
}

fn times() {
    let (object, value) = (Object::internalize(LOAD).unwrap(), theirs(LOAD));
    let times = alternate(
        40,
        5_000,
        [
            &mut || drop(black_box(black_box(&object).externalize().unwrap())),
            &mut || drop(black_box(write_theirs(black_box(&value)))),
            &mut || drop(black_box(ours(black_box(LOAD)))),
            &mut || drop(black_box(theirs(black_box(LOAD)))),
        ],
    );
    show_pair("load", 1.0, times);

    let count = 100_000;
    let object = loads(count);
    let text = object.externalize().unwrap();
    let value = theirs(&text);
    let times = alternate(
        25,
        1,
        [
            &mut || drop(black_box(black_box(&object).externalize().unwrap())),
            &mut || drop(black_box(write_theirs(black_box(&value)))),
            &mut || drop(black_box(ours(black_box(&text)))),
            &mut || drop(black_box(theirs(black_box(&text)))),
        ],
    );
    show_pair("array", count as f64, times);
    drop((object, text, value));

    let load = ours(LOAD);
    for count in [1_000, 10_000, 100_000, 1_000_000] {
        let object = loads(count);
        let text = object.externalize().unwrap();
        let mut kept = text.clone();
        let times = alternate(
            (1_000_000 / count).clamp(10, 40),
            1,
            [
                &mut || drop(black_box(black_box(&object).externalize().unwrap())),
                &mut || drop(black_box(ours(black_box(&text)))),
                &mut || {
                    kept.clear();
                    stream_out(black_box(&load), count, &mut kept);
                },
                &mut || stream_in(black_box(&text[..])),
            ],
        );
        let [write, read, stream_out, stream_in] = times.map(|time| time / count as f64);
        println!("growth\t{count}\t{write}\t{read}\t{stream_out}\t{stream_in}");
    }
}

fn show_pair(what: &str, count: f64, [write, write_theirs, read, read_theirs]: [f64; 4]) {
    println!("time\t{what}\tproplib\t{}\t{}", write / count, read / count);
    println!("time\t{what}\tplist\t{}\t{}", write_theirs / count, read_theirs / count);
}

/// The nanoseconds that each task takes in its fastest round, which others disturbed least. The
/// tasks take turns, so that a busy time of the machine hits all of them.
fn alternate<const TASKS: usize>(
    rounds: usize,
    calls: u32,
    mut tasks: [&mut dyn FnMut(); TASKS],
) -> [f64; TASKS] {
    let mut fastest = [f64::INFINITY; TASKS];
    for _ in 0..rounds {
        for (task, fastest) in tasks.iter_mut().zip(&mut fastest) {
            let start = Instant::now();
            for _ in 0..calls {
                task();
            }
            *fastest = fastest.min(start.elapsed().as_secs_f64() * 1e9 / f64::from(calls));
        }
    }
    fastest
}

fn ours(text: &[u8]) -> Object {
    Object::internalize_within(text, &LIMITS).unwrap()
}

fn theirs(text: &[u8]) -> Value {
    Value::from_reader_xml(text).unwrap()
}

fn write_theirs(value: &Value) -> Vec<u8> {
    let mut text = Vec::new();
    value.to_writer_xml(&mut text).unwrap();
    text
}

/// An array of so many dictionaries, none of which shares memory with another.
fn loads(count: usize) -> Object {
    let mut array = Array::new();
    for _ in 0..count {
        array.push(Object::internalize(LOAD).unwrap()).unwrap();
    }
    array.into()
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
