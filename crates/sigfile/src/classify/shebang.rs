//! The first line of a script.

use super::BEGINNING;

/// The absolute path after `#!`, unless the line is longer than what was read.
pub(super) fn interpreter(beginning: &[u8]) -> Option<Vec<u8>> {
    let beginning = beginning.get(..BEGINNING).unwrap_or(beginning);
    let line = beginning.strip_prefix(b"#!")?;
    let start = line.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    let name = line.get(start..)?;
    let end = name.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0));
    let end = match end {
        Some(end) => end,
        None if beginning.len() < BEGINNING => name.len(),
        None => return None,
    };
    let name = name.get(..end)?;
    (name.len() > 1 && name.starts_with(b"/")).then(|| name.to_vec())
}
