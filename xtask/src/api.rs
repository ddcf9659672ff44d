//! The public API of proplib as a list under version control, so that a change of it is seen.

mod items;
mod signature;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::command::{cargo, command, root, run, target_dir};

/// The format of rustdoc's JSON that is read here: that of Rust 1.95 to 1.97.
const FORMAT: u64 = 57;

/// Compares the list with the sources, or writes it anew.
///
/// # Errors
/// When they differ, or rustdoc does not write the JSON that is read here.
pub(crate) fn check(bless: bool) -> Result<()> {
    let found = items::list(json()?)?.join("\n") + "\n";
    let file = root().join("crates/proplib/public-api.txt");
    if bless {
        return fs::write(&file, found).with_context(|| file.display().to_string());
    }
    let listed = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    if listed == found {
        return Ok(());
    }
    let (old, new): (BTreeSet<_>, BTreeSet<_>) =
        (listed.lines().collect(), found.lines().collect());
    for line in old.difference(&new) {
        eprintln!("- {line}");
    }
    for line in new.difference(&old) {
        eprintln!("+ {line}");
    }
    bail!(
        "crates/proplib/public-api.txt is not the public API; if the change is meant, run cargo \
         xtask api --bless"
    )
}

/// What this machine lacks for it, if anything.
pub(crate) fn lacks() -> Option<&'static str> {
    match trial() {
        Ok(FORMAT) => None,
        _ => Some("a rustdoc that writes JSON of format 57, such as that of Rust 1.95"),
    }
}

/// The format of what rustdoc writes of an empty crate.
fn trial() -> Result<u64> {
    let place = tempfile::tempdir()?;
    let source = place.path().join("empty.rs");
    fs::write(&source, "")?;
    let mut rustdoc = command("rustdoc");
    rustdoc.env("RUSTC_BOOTSTRAP", "1").args(["-Zunstable-options", "--output-format", "json"]);
    let output = rustdoc.arg("--out-dir").arg(place.path()).arg(&source).output()?;
    if !output.status.success() {
        bail!("rustdoc writes no JSON");
    }
    format_of(&serde_json::from_slice(&fs::read(place.path().join("empty.json"))?)?)
}

fn format_of(json: &Value) -> Result<u64> {
    json["format_version"].as_u64().context("rustdoc's JSON has no format_version")
}

/// What rustdoc knows of proplib with all its features.
fn json() -> Result<Value> {
    let target: PathBuf = target_dir().join("api");
    let mut rustdoc = command(cargo());
    rustdoc.env("RUSTC_BOOTSTRAP", "1");
    rustdoc.args(["rustdoc", "--quiet", "-p", "proplib", "--lib", "--all-features"]);
    rustdoc.arg("--target-dir").arg(&target);
    run(rustdoc.args(["--", "-Zunstable-options", "--output-format", "json"]))?;
    let json: Value = serde_json::from_slice(&fs::read(target.join("doc/proplib.json"))?)?;
    let format = format_of(&json)?;
    if format != FORMAT {
        bail!("rustdoc's JSON has format {format}; expected {FORMAT}");
    }
    Ok(json)
}

fn list_of(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().with_context(|| format!("expected a list in rustdoc's JSON, found {value}"))
}
