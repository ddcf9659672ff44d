//! proplib beside other readers and writers of property lists.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::{Line, first_line, grouped, machine, measure, today};
use crate::command::{available, cargo, command, root};

/// The program that measures with Python, whose argument is a directory of texts.
const PLISTLIB: &str = include_str!("plistlib.py");

/// As many elements as memory is measured with.
const COUNTS: [u32; 3] = [1_000, 100_000, 1_000_000];

/// What is compared with other libraries: a dictionary, and an array of as many.
const COMPARED: [(&str, &str); 2] = [("load", "dictionary"), ("100000", "array")];

/// As many elements as time is measured with.
const LENGTHS: [&str; 4] = ["1000", "10000", "100000", "1000000"];

/// Has the C library ask the kernel for every text that is longer, and not keep its memory.
const PAGES: (&str, &str) = ("MALLOC_MMAP_THRESHOLD_", "131072");

/// Measures proplib beside others, prints the report, and keeps it in `bench/proplib.md`.
///
/// # Errors
/// When a measurement cannot be made.
pub(crate) fn proplib() -> Result<()> {
    let mut lines = Vec::new();
    // A process for each, since what an allocator was asked before changes what it gives.
    for what in ["load"].iter().chain(&LENGTHS) {
        lines.extend(measure(&mut comparison(&["kept", what]))?);
        lines.extend(measure(&mut comparison(&["new", what, "write-new"]))?);
    }
    for what in LENGTHS {
        let mut pages = comparison(&["new", what, "write-pages"]);
        lines.extend(measure(pages.env(PAGES.0, PAGES.1))?);
    }
    let texts = tempfile::tempdir()?;
    let place = texts.path().to_str().context("the temporary directory is not UTF-8")?;
    let python = available("python3", &["--version"]);
    if python {
        for (what, _) in COMPARED {
            measure(&mut comparison(&["text", what, &format!("{place}/{what}")]))?;
        }
        lines.extend(measure(command("python3").args(["-c", PLISTLIB, place]))?);
    }
    let file = texts.path().join("stream");
    for count in COUNTS {
        for what in ["write", "read"] {
            let arguments = ["peak", what, &count.to_string(), &file.to_string_lossy()];
            lines.extend(measure(&mut comparison(&arguments))?);
        }
    }
    let report = report(&lines, python)?;
    print!("{report}");
    let file = root().join("bench/proplib.md");
    fs::create_dir_all(file.parent().unwrap_or(Path::new(".")))?;
    fs::write(&file, report).with_context(|| file.display().to_string())
}

fn comparison(arguments: &[&str]) -> Command {
    let mut bench = command(cargo());
    bench.args(["bench", "--quiet", "-p", "proplib", "--bench", "comparison", "--"]);
    bench.args(arguments);
    bench
}

fn report(lines: &[Line], python: bool) -> Result<String> {
    let mut out = String::new();
    writeln!(out, "# proplib beside other readers and writers of property lists\n")?;
    writeln!(out, "Written by `cargo xtask bench proplib` on {}.\n", today()?)?;
    writeln!(
        out,
        "{}; plist {}{}.\n",
        machine()?,
        version_of("plist")?,
        version_of_python(python)?
    )?;
    writeln!(
        out,
        "Times are nanoseconds for one dictionary, in the fastest of many rounds; ratios are to \
         proplib's.\nThe dictionary is the one that loads an entry, with six keys \
         (`crates/proplib/tests/golden/load.plist`);\nthe array has 100,000 of them. It is written \
         to a buffer that keeps its memory from round to round,\nso that this is the time of the \
         libraries alone; the objects that are read are dropped within the time.\n"
    )?;
    writeln!(out, "| what | by | write | ratio | read | ratio |")?;
    writeln!(out, "|---|---|--:|--:|--:|--:|")?;
    for (what, shown) in COMPARED {
        compare(&mut out, lines, (shown, what), &["write", "read"], python)?;
    }
    writeln!(
        out,
        "\nThe dictionary made key by key, written to such a buffer, and dropped, as for each entry \
         that is loaded:\n"
    )?;
    writeln!(out, "| what | by | build and write | ratio |\n|---|---|--:|--:|")?;
    let (what, shown) = COMPARED[0];
    compare(&mut out, lines, (shown, what), &["build"], false)?;
    writeln!(
        out,
        "\nThe ready objects written into a text that is new each time, and dropped within the time. Its memory is \
         the allocator's,\nwhich may have it from the round before; or the kernel's, which clears \
         each page of it when it is written\nto (`{}={}`, mallopt(3)):\n",
        PAGES.0, PAGES.1
    )?;
    writeln!(out, "| what | by | write | ratio |\n|---|---|--:|--:|")?;
    for (what, shown) in COMPARED {
        compare(&mut out, lines, (shown, what), &["write-new"], python)?;
    }
    let (what, _) = COMPARED[1];
    compare(&mut out, lines, ("array, the kernel's memory", what), &["write-pages"], false)?;
    writeln!(
        out,
        "\nNanoseconds for one dictionary of an array, by the array's length: written to a buffer \
         that keeps its\nmemory, to a new text in the allocator's memory (from 32 MiB on, that is \
         the kernel's) and in the\nkernel's; read; and both element by element \
         (`xml::ArrayWriter`, `xml::ArrayStream`), to memory and from it\nthat is there already:\n"
    )?;
    writeln!(out, "| elements | write | new text | new pages | read | stream out | stream in |")?;
    writeln!(out, "|--:|--:|--:|--:|--:|--:|--:|")?;
    for length in LENGTHS {
        write!(out, "| {} |", grouped(length.parse()?))?;
        for task in ["write", "write-new", "write-pages", "read", "stream-out", "stream-in"] {
            write!(out, " {:.0} |", time(lines, length, "proplib", task)?)?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "\nThe most memory, in KiB, that a process held which streamed an array to a file or from \
         it\n(`VmHWM` of proc(5), the program itself included):\n"
    )?;
    writeln!(out, "| elements | stream out | stream in |\n|--:|--:|--:|")?;
    for count in COUNTS.map(f64::from) {
        let (write, read) = (peak(lines, "write", count)?, peak(lines, "read", count)?);
        writeln!(out, "| {} | {} | {} |", grouped(count), grouped(write), grouped(read))?;
    }
    Ok(out)
}

/// A row for each library: what, by whom, and for each task the time and its ratio to ours.
fn compare(
    out: &mut String,
    lines: &[Line],
    (shown, what): (&str, &str),
    tasks: &[&str],
    python: bool,
) -> Result<()> {
    let by = [("proplib", "proplib"), ("plist", "plist crate"), ("plistlib", "Python's plistlib")];
    for (by, name) in &by[..if python { 3 } else { 2 }] {
        write!(out, "| {shown} | {name} |")?;
        for task in tasks {
            let (ours, time) = (time(lines, what, "proplib", task)?, time(lines, what, by, task)?);
            write!(out, " {time:.0} | {:.1} |", time / ours)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Nanoseconds for one dictionary.
fn time(lines: &[Line], what: &str, by: &str, task: &str) -> Result<f64> {
    let fields = ["time", what, by, task];
    let line = lines.iter().find(|line| (0..).zip(fields).all(|(index, it)| is(line, index, it)));
    number(line.with_context(|| format!("no time of {by} to {task} {what}"))?, 4)
}

fn peak(lines: &[Line], what: &str, count: f64) -> Result<f64> {
    let is_it = |line: &&Line| {
        is(line, 0, "peak") && is(line, 1, what) && number(line, 2).is_ok_and(|it| it == count)
    };
    let line = lines.iter().find(is_it);
    number(line.with_context(|| format!("no peak of {what} for {count}"))?, 3)
}

fn is(line: &Line, index: usize, field: &str) -> bool {
    line.get(index).is_some_and(|found| found == field)
}

fn number(line: &Line, index: usize) -> Result<f64> {
    let field = line.get(index).with_context(|| format!("no field {index} in {line:?}"))?;
    field.parse().with_context(|| format!("{field:?} is no number"))
}

/// The version of a crate that is built here.
fn version_of(name: &str) -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let (_, package) = lock
        .split_once(&format!("name = \"{name}\"\nversion = \""))
        .with_context(|| format!("no {name} in Cargo.lock"))?;
    Ok(package.split('"').next().unwrap_or_default().into())
}

fn version_of_python(python: bool) -> Result<String> {
    if !python {
        return Ok("; Python's plistlib skipped: needs python3".into());
    }
    Ok(format!("; {}", first_line(command("python3").arg("--version"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_every_measurement_or_names_what_is_missing() {
        let mut text = String::new();
        for what in ["load"].iter().chain(&LENGTHS) {
            for (task, ours, theirs) in [
                ("write", 100, 850),
                ("build", 150, 1200),
                ("write-new", 110, 1100),
                ("write-pages", 200, 500),
                ("read", 200, 1000),
                ("stream-out", 3, 0),
                ("stream-in", 4, 0),
            ] {
                text += &format!("time\t{what}\tproplib\t{task}\t{ours}.4\n");
                text += &format!("time\t{what}\tplist\t{task}\t{theirs}\n");
            }
        }
        for count in COUNTS {
            text += &format!("peak\twrite\t{count}\t1234\npeak\tread\t{count}\t2345678\n");
        }
        let lines: Vec<Line> =
            text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect();
        let report = report(&lines, false).unwrap();
        for row in [
            "| dictionary | plist crate | 850 | 8.5 | 1000 | 5.0 |",
            "| dictionary | plist crate | 1200 | 8.0 |",
            "| array | plist crate | 1100 | 10.0 |",
            "| array, the kernel's memory | plist crate | 500 | 2.5 |",
            "| 1,000 | 100 | 110 | 200 | 200 | 3 | 4 |",
            "| 100,000 | 1,234 | 2,345,678 |",
        ] {
            assert!(report.lines().any(|line| line == row), "{row}\n{report}");
        }
        assert!(report.contains("; Python's plistlib skipped: needs python3.\n"), "{report}");
        assert!(super::report(&lines, true).is_err(), "Python's times are missing");
    }
}
