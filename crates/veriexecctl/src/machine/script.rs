//! Scripts, as far as their first line does not say all.

use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::machine::requirements::{base_name, words};

/// As much of a file's beginning is looked at, in bytes: no kernel reads a longer line.
const BEGINNING: usize = 1024;

/// The program that env(1) starts for a script whose first line names env.
pub(crate) fn started_by_env(file: &File) -> Option<Vec<u8>> {
    let mut beginning = [0; BEGINNING];
    let length = file.read_at(&mut beginning, 0).ok()?;
    of_line(beginning.get(..length)?)
}

fn of_line(beginning: &[u8]) -> Option<Vec<u8>> {
    let line = beginning.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let mut words = words(line);
    if base_name(words.next()?) != b"env" {
        return None;
    }
    let mut rest = words.skip_while(|word| word.starts_with(b"-") || word.contains(&b'='));
    Some(rest.next()?.to_vec()).filter(|name| !name.contains(&b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn env_starts_what_its_line_names() {
        let found =
            |line: &str| of_line(line.as_bytes()).map(|name| String::from_utf8(name).unwrap());
        assert_eq!(found("#!/usr/bin/env python3\nimport os").as_deref(), Some("python3"));
        assert_eq!(found("#! /usr/bin/env -S A=b perl -w").as_deref(), Some("perl"));
        assert_eq!(found("#!/usr/bin/env\n"), None);
        assert_eq!(found("#!/bin/sh env"), None);
        assert_eq!(found("plain"), None);
    }
}
