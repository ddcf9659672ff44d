//! Benchmarks, and the reports that are kept of them in `bench/`.

pub(crate) mod fingerprints;
mod module;
mod proplib;

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, command, run, shown};

pub(crate) use module::module;
pub(crate) use proplib::proplib;

/// Draws the chart of the report in `bench/fingerprints.md`. That is another program, so that no other
/// task has to be built with what draws.
///
/// # Errors
/// When there is no report, or it has no figures.
pub(crate) fn chart() -> Result<()> {
    let mut charts = command(cargo());
    charts.args(["run", "--quiet", "--package", "charts", "--"]);
    run(charts.args(["bench/fingerprints.md", "bench/fingerprints.svg"]))
}

/// A line of output, in its fields.
type Line = Vec<String>;

/// Runs a program and takes its output for measurements.
fn measure(program: &mut Command) -> Result<Vec<Line>> {
    let name = program.get_program().to_string_lossy().into_owned();
    // Python's program is too long to be shown.
    if name != "python3" {
        eprintln!("$ {}", shown(program));
    }
    let output = program.output().with_context(|| name.clone())?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} ended with {}: {errors}", output.status);
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

/// The median of what was measured.
fn median(mut all: Vec<f64>) -> Result<f64> {
    all.sort_by(f64::total_cmp);
    let median = all.get(all.len() / 2).copied().filter(|median| median.is_finite());
    median.context("nothing was measured")
}

/// A whole number with commas.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn today() -> Result<String> {
    first_line(command("date").args(["-u", "+%Y-%m-%d"]))
}

/// What the measurements were made on.
fn machine() -> Result<String> {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors.lines().find_map(|line| line.strip_prefix("model name"));
    let model =
        model.map_or("unknown processor", |model| model.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism()?;
    let rustc = first_line(command("rustc").arg("--version"))?;
    Ok(format!("{model}, {cores} cores; {rustc}"))
}

fn first_line(program: &mut Command) -> Result<String> {
    let lines = measure(program)?;
    Ok(lines.into_iter().next().context("a program said nothing")?.join(" "))
}
