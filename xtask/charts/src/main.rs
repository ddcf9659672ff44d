//! Draws the chart of a report of `cargo xtask bench fingerprints`: `charts REPORT CHART`.
//!
//! It is a program of its own so that nothing else has to be built with a plotting library.
#![forbid(unsafe_code)]

mod drawing;
mod report;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    match draw() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("charts: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn draw() -> Result<()> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [report, chart] = arguments.as_slice() else { bail!("expected REPORT and CHART") };
    let text = fs::read_to_string(report).with_context(|| report.display().to_string())?;
    let trees = report::trees(&text).with_context(|| report.display().to_string())?;
    let drawn = drawing::draw(&trees)?;
    fs::write(chart, drawn).with_context(|| chart.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_that_is_kept_is_of_the_report_that_is_kept() {
        let bench = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bench");
        let text = fs::read_to_string(bench.join("fingerprints.md")).unwrap();
        let kept = fs::read_to_string(bench.join("fingerprints.svg")).unwrap();
        let drawn = drawing::draw(&report::trees(&text).unwrap()).unwrap();
        assert!(drawn == kept, "draw it again: cargo xtask bench chart");
    }
}
