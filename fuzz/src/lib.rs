//! What each fuzz target does with its input: parse it, and check what must hold of any input.
//!
//! A target panics on a finding.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is a finding")]

mod driver;

pub use driver::dispatch;

use std::io::{self, Read};

use proplib::xml::{ArrayReader, ArrayStream, Events, StreamError};
use proplib::{Array, Format, Limits, Mode, Object, ReadErrorKind, ReadOptions, WriteError};

/// Property lists in XML: what is read is written, and read again as the same.
pub fn xml(data: &[u8]) {
    if let Ok(object) = Object::internalize(data) {
        let text = object.externalize().expect("what was read can be written");
        let again = Object::internalize(&text).expect("what was written can be read");
        assert_eq!(again, object);
        assert_eq!(again.externalize().expect("and written again"), text);
    }
}

/// Property lists in XML as others write it: what the strict mode takes is the same in the tolerant
/// one, or refused by it for an attribute or an encoding that the strict one passes over; and what
/// that takes is written, and read again by the strict mode as the same.
pub fn xml_tolerant(data: &[u8]) {
    let tolerant = Object::internalize_with(data, &TOLERANT);
    if let Ok(object) = Object::internalize(data) {
        match &tolerant {
            Ok(tolerant) => assert_eq!(tolerant, &object),
            Err(error) => assert!(
                matches!(error.kind, ReadErrorKind::ForeignAttribute | ReadErrorKind::Encoding),
                "the tolerant mode takes no less: {error}"
            ),
        }
    }
    if let Ok(object) = tolerant {
        let text = object.externalize().expect("what was read can be written");
        assert_eq!(Object::internalize(&text).expect("what was written can be read"), object);
    }
}

/// Arrays in XML, element by element: from a text and from a stream in pieces of any size, the
/// readers agree with the one that reads all at once, also on where and why they refuse; and so
/// does the one that makes no objects.
pub fn xml_stream(data: &[u8]) {
    let Some((piece, text)) = data.split_first() else { return };
    for options in [ReadOptions::default(), TOLERANT] {
        let whole = Array::internalize_with(text, &options);
        let elements: Result<Vec<_>, _> = ArrayReader::new(text, &options).collect();
        let input = Pieces { text, len: usize::from(*piece).max(1) };
        let streamed: Result<Vec<_>, _> = ArrayStream::new(input, &options)
            .map(|element| {
                element.map_err(|error| match error {
                    StreamError::Text(error) => error,
                    StreamError::Read(error) => panic!("{error}"),
                })
            })
            .collect();
        assert_eq!(streamed, elements);
        if Format::of(text) == Some(Format::Xml) {
            assert_eq!(elements, whole.map(|array| array.as_slice().to_vec()));
            let last = Events::new(text, &options).last().expect("at least an error");
            let object = Object::internalize_with(text, &options);
            assert_eq!(last.err(), object.err());
        }
    }
}

const TOLERANT: ReadOptions = ReadOptions { mode: Mode::Tolerant, limits: Limits::DEFAULT };

/// A text that comes in pieces.
struct Pieces<'a> {
    text: &'a [u8],
    len: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.len.min(buffer.len());
        let read = (&self.text[..len.min(self.text.len())]).read(buffer)?;
        self.text = &self.text[read..];
        Ok(read)
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
/// a place in the file and prints harmlessly, and so does every finding of lint.
pub fn signatures(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n').count();
    for finding in sigfile::lint(data) {
        assert!((1..=lines).contains(&finding.line) && finding.column >= 1);
        assert!(!finding.fault.to_string().contains(char::is_control));
    }
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
