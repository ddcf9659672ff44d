//! What each fuzz target does with its input: parse it, and check what must hold of any input.
//!
//! A target panics on a finding.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is a finding")]

mod driver;

pub use driver::dispatch;

use proplib::{Format, Object, WriteError};

/// Property lists in XML: what is read is written, and read again as the same.
pub fn xml(data: &[u8]) {
    if let Ok(object) = Object::internalize(data) {
        let text = object.externalize().expect("what was read can be written");
        let again = Object::internalize(&text).expect("what was written can be read");
        assert_eq!(again, object);
        assert_eq!(again.externalize().expect("and written again"), text);
    }
}

/// Property lists in JSON: what is read is written, and read again as the same; only what came from
/// XML may hold what JSON cannot carry.
pub fn json(data: &[u8]) {
    match Object::internalize(data) {
        Ok(object) => match object.externalize_json() {
            Ok(text) => {
                let again = Object::internalize(&text).expect("what was written can be read");
                assert_eq!(again, object);
                assert_eq!(again.externalize_json().expect("and written again"), text);
            }
            Err(WriteError::Data | WriteError::EmptyKey) => {
                assert_eq!(Format::of(data), Some(Format::Xml));
            }
            Err(error) => panic!("what was read cannot be written: {error}"),
        },
        Err(error) => assert!(error.offset <= data.len(), "{error}"),
    }
}

/// Signatures files: what is read is written, and read again as the same; every diagnostic names
/// a place in the file and prints harmlessly.
pub fn signatures(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n').count();
    for line in sigfile::entries(data) {
        match line {
            Ok(line) => {
                assert!(line.number <= lines);
                let mut text = Vec::new();
                sigfile::write_entry(&mut text, &line.entry).expect("a Vec takes it");
                let mut again = sigfile::entries(&text);
                assert_eq!(again.next().expect("a line").expect("a good one").entry, line.entry);
                assert!(again.next().is_none());
            }
            Err(diagnostic) => {
                assert!((1..=lines).contains(&diagnostic.line));
                assert!(diagnostic.column >= 1);
                assert!(!diagnostic.to_string().contains(char::is_control));
            }
        }
    }
}
