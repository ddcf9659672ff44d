//! The report.

use std::fmt::Write as _;

use anyhow::Result;

use super::Measured;
use super::memory::Taken;
use super::peer::Peer;
use super::run::Cost;
use crate::bench::{grouped, machine, today};

/// Bytes in a GB, as rates have it.
const GB: f64 = 1e9;

const MIB: f64 = 1_048_576.0;

pub(crate) fn write(measured: &[Measured], growth: &[Taken], engines: &str) -> Result<String> {
    let mut out = String::new();
    writeln!(out, "# veriexecgen beside other tools\n")?;
    writeln!(out, "Written by `cargo xtask bench fingerprints` on {}.\n", today()?)?;
    writeln!(out, "{}.\n", machine()?)?;
    writeln!(
        out,
        "Each tool makes the SHA-256 of every file of a tree, unless another digest is named. They \
         run in turn;\ntimes are medians, CPU is that of all processors together, memory that of \
         the largest process. Ratios\nare of the time that passes. The floor is the time to walk the \
         tree, open, read and close its files\nwithout hashing them, and to hash as many bytes from \
         memory as fast as all processors do with the\nbest engine for as many streams as there are \
         files.",
    )?;
    for measured in measured {
        tree(&mut out, measured)?;
    }
    writeln!(out, "\n## Many files\n")?;
    writeln!(out, "Empty files, with `veriexecgen -a -r`:\n")?;
    writeln!(out, "| files | seconds | microseconds a file | memory, MiB | bytes a file more |")?;
    writeln!(out, "|--:|--:|--:|--:|--:|")?;
    let mut before: Option<&Taken> = None;
    for taken in growth {
        let Taken { files, cost } = taken;
        let files = *files as f64;
        write!(
            out,
            "| {} | {:.2} | {:.2} | {:.1} | ",
            grouped(files),
            cost.wall,
            cost.wall * 1e6 / files,
            cost.memory / MIB
        )?;
        if let Some(before) = before {
            let more = cost.memory - before.cost.memory;
            write!(out, "{:.0} ", more / (files - before.files as f64))?;
        }
        writeln!(out, "|")?;
        before = Some(taken);
    }
    writeln!(
        out,
        "\n## From memory, on one core\n\nEngines beside the crate of each algorithm: all lanes at \
         once, and one stream alone\n(`cargo run --release -p fingerprint --example engines`).\n"
    )?;
    writeln!(out, "```text\n{}```", engines)?;
    Ok(out)
}

fn tree(out: &mut String, measured: &Measured) -> Result<()> {
    let Measured { tree, floor, warm, cold } = measured;
    writeln!(
        out,
        "\n## {}: {} files, {:.2} GB\n",
        capital(tree.what),
        grouped(tree.files as f64),
        tree.bytes as f64 / GB
    )?;
    writeln!(
        out,
        "Floor: {:.2} s ({:.2} to walk, {:.2} to read besides, {:.2} to hash at {:.1} GB/s).\n",
        floor.all(),
        floor.walk,
        floor.read - floor.walk,
        floor.hash,
        floor.rate / GB
    )?;
    table(out, measured, warm, Some(floor.all()))?;
    match cold {
        Some(cold) => {
            writeln!(out, "\nWith an empty cache, those that can hope to be the fastest:\n")?;
            table(out, measured, cold, None)
        }
        None => {
            writeln!(out, "\nNot measured with an empty cache, which takes root.")?;
            Ok(())
        }
    }
}

fn table(
    out: &mut String,
    measured: &Measured,
    costs: &[(&'static Peer, Cost)],
    floor: Option<f64>,
) -> Result<()> {
    let ours = costs.first().map_or(f64::NAN, |(_, cost)| cost.wall);
    let of_floor = if floor.is_some() { " ratio to floor |" } else { "" };
    writeln!(
        out,
        "| tool | wall, s | CPU, s | memory, MiB | GB/s | files/s | ratio to ours |{of_floor}"
    )?;
    writeln!(out, "|---|--:|--:|--:|--:|--:|--:|{}", if floor.is_some() { "--:|" } else { "" })?;
    for (peer, cost) in costs {
        let digest = peer.other_digest.map(|digest| format!(" ({digest})")).unwrap_or_default();
        write!(
            out,
            "| {}{digest} | {:.2} | {:.2} | {:.1} | {:.2} | {} | {:.2} |",
            peer.name,
            cost.wall,
            cost.cpu,
            cost.memory / MIB,
            measured.tree.bytes as f64 / GB / cost.wall,
            grouped((measured.tree.files as f64 / cost.wall).round()),
            cost.wall / ours
        )?;
        if let Some(floor) = floor {
            write!(out, " {:.2} |", cost.wall / floor)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
