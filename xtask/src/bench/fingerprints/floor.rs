//! What the machine can do: `crates/fingerprint/examples/floor.rs`.

use std::num::NonZero;

use anyhow::{Context, Result, ensure};

use super::corpus::Tree;
use super::text;
use crate::bench::median;
use crate::command::{cargo, command};

/// As often as the rate of hashing is measured.
const ROUNDS: usize = 5;

/// The least seconds that a tree takes.
#[derive(Debug)]
pub(crate) struct Floor {
    /// To read its directories.
    pub(crate) walk: f64,
    /// To read its files, too.
    pub(crate) read: f64,
    /// To hash what is in them,
    pub(crate) hash: f64,
    /// at so many bytes in a second.
    pub(crate) rate: f64,
}

impl Floor {
    pub(crate) fn all(&self) -> f64 {
        self.read + self.hash
    }
}

/// Measures a tree.
pub(crate) fn of(tree: &Tree, rounds: NonZero<usize>) -> Result<Floor> {
    let place = text(&tree.path)?;
    let seconds = |task| -> Result<f64> {
        let time = |_| {
            fill_cache(tree)?;
            Ok(example(&[task, place])?.seconds)
        };
        median((0..rounds.get()).map(time).collect::<Result<_>>()?)
    };
    let rate = hash_rate(tree.files)?;
    let hash = tree.bytes as f64 / rate;
    Ok(Floor { walk: seconds("walk")?, read: seconds("read")?, hash, rate })
}

/// Reads a tree, so that the cache holds what it can. A kernel may be told to take back what has
/// not been used for a while, and so this is done before each measurement.
pub(crate) fn fill_cache(tree: &Tree) -> Result<()> {
    example(&["read", text(&tree.path)?]).map(|_| ())
}

/// The bytes that all processors together hash in a second, with SHA-256, from memory: of so many
/// streams, since each file is one and cannot be cut in two.
fn hash_rate(streams: u64) -> Result<f64> {
    let streams = streams.to_string();
    let rates = (0..ROUNDS).map(|_| {
        let did = example(&["hash", "SHA256", &streams])?;
        Ok(did.bytes / did.seconds)
    });
    median(rates.collect::<Result<_>>()?)
}

/// What the example did.
struct Did {
    bytes: f64,
    seconds: f64,
}

fn example(arguments: &[&str]) -> Result<Did> {
    let mut floor = command(cargo());
    floor.args(["run", "--quiet", "--release", "-p", "fingerprint", "--example", "floor", "--"]);
    let output = floor.args(arguments).output().context("cannot run the floor")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the floor ended with {}: {errors}", output.status);
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[_, bytes, nanoseconds] = numbers.as_slice() else {
        anyhow::bail!("expected three numbers, not {text:?}")
    };
    Ok(Did { bytes, seconds: nanoseconds / 1e9 })
}
