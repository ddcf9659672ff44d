//! Entries through dictionaries and text, to the driver and back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use fingerprint::{Algorithm, Digest};
use kmod_ioctl::{EntryError, LoadOptions, LoadedEntry, message};
use proplib::{Array, Dictionary, Object};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use sigfile::{Entry, EntryType};
use veriexec::{EntryView, Errno, Status};

fn libc_so() -> Entry {
    let bytes: Vec<u8> = (0..32).collect();
    let digest = Digest::new(Algorithm::Sha256, &bytes).unwrap();
    Entry::new(b"/lib/libc.so".to_vec(), digest, EntryType::FILE | EntryType::INDIRECT).unwrap()
}

#[test]
fn a_load_is_sent_as_netbsd_sends_it_byte_for_byte() {
    let options = LoadOptions { keep_filename: true, eval_on_load: false };
    let text = message::load(&libc_so(), options).unwrap().externalize().unwrap();
    let golden = include_bytes!("golden/load.plist");
    assert_eq!(String::from_utf8(text).unwrap(), String::from_utf8(golden.to_vec()).unwrap());
}

#[test]
fn an_entry_without_flags_has_no_entry_type() {
    let entry = libc_so();
    let bare = Entry::new(entry.path().to_vec(), *entry.fingerprint(), EntryType::EMPTY).unwrap();
    let message = message::load(&bare, LoadOptions::default()).unwrap();
    let keys: Vec<&[u8]> = message.iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [&b"eval-on-load"[..], b"file", b"fp", b"fp-type", b"keep-filename"]);
    assert_eq!(message::load_request(&message).unwrap().entry_type, 0);
}

/// A LOAD with one key changed.
fn load_with(key: &[u8], value: impl Into<Object>) -> Dictionary {
    let options = LoadOptions { keep_filename: true, eval_on_load: true };
    let mut message = message::load(&libc_so(), options).unwrap();
    message.set(key, value).unwrap();
    message
}

#[test]
fn the_driver_reads_leniently() {
    let entry_type =
        |value: Object| message::load_request(&load_with(b"entry-type", value)).unwrap().entry_type;
    assert_eq!(entry_type(5_u8.into()), 5);
    assert_eq!(entry_type(5_i64.into()), 5);
    assert_eq!(entry_type(0x106_u64.into()), 0, "no number of eight bits");
    assert_eq!(entry_type((-1_i64).into()), 0);
    assert_eq!(entry_type(true.into()), 0);

    let message = load_with(b"keep-filename", 1_u8);
    assert!(!message::load_request(&message).unwrap().keep_filename);
    let message = load_with(b"eval-on-load", Array::new());
    assert!(!message::load_request(&message).unwrap().eval_on_load);
    let message = load_with(b"fp-type", true);
    assert_eq!(message::load_request(&message).unwrap().algorithm, None);
    let message = load_with(b"fp", true);
    assert_eq!(message::load_request(&message).unwrap().fingerprint, None);
    let message = load_with(b"unknown", true);
    assert!(message::load_request(&message).is_ok());

    let message = load_with(b"file", true);
    assert_eq!(message::load_request(&message), Err(Errno::INVAL));
    assert_eq!(message::load_request(&Dictionary::new()), Err(Errno::INVAL));
}

/// What the driver says of a file, with one key changed or missing.
fn shown_with(key: &[u8], value: Option<Object>) -> Result<LoadedEntry, EntryError> {
    let entry = libc_so();
    let view = EntryView {
        kept_names: &[entry.path().to_vec()],
        entry_type: entry.entry_type(),
        status: Status::Valid,
        fingerprint: entry.fingerprint(),
    };
    let mut message = message::entry(&view, view.kept_name()).unwrap();
    message.remove(key).unwrap();
    if let Some(value) = value {
        message.set(key, value).unwrap();
    }
    LoadedEntry::read(&message)
}

#[test]
fn a_reply_that_shows_no_entry_is_refused() {
    assert!(shown_with(b"unknown", Some(true.into())).is_ok());
    assert_eq!(shown_with(b"file", None).unwrap().file, None);
    assert_eq!(shown_with(b"file", Some(true.into())), Err(EntryError::File));
    assert_eq!(shown_with(b"fp-type", None), Err(EntryError::Algorithm));
    assert_eq!(shown_with(b"fp", None), Err(EntryError::NoFingerprint));
    let short = proplib::Data::new(b"short").unwrap();
    let error = shown_with(b"fp", Some(short.into())).unwrap_err();
    assert_eq!(error.to_string(), "key \"fp\": fingerprint of 5 bytes; expected 32 for SHA256");
    for value in [None, Some(0x08_u8.into()), Some(0x106_u16.into()), Some(true.into())] {
        assert_eq!(shown_with(b"entry-type", value), Err(EntryError::EntryType));
    }
    for value in [None, Some(3_u8.into()), Some((-1_i8).into())] {
        assert_eq!(shown_with(b"status", value), Err(EntryError::Status));
    }
}

fn entries() -> impl Strategy<Value = Entry> {
    let path = vec(1_u8..=255, 1..200);
    let digest = (select(&Algorithm::ALL[..]), vec(any::<u8>(), 64));
    let bits = (0_u8..8, any::<bool>());
    (path, digest, bits).prop_map(|(mut path, (algorithm, bytes), (access, untrusted))| {
        path.insert(0, b'/');
        let digest = Digest::new(algorithm, &bytes[..algorithm.digest_len()]).unwrap();
        let bits = access | if untrusted { 0x10 } else { 0 };
        Entry::new(path, digest, EntryType::from_bits(bits).unwrap()).unwrap()
    })
}

/// The dictionary after it was written and read.
fn through_text(message: &Dictionary) -> Dictionary {
    Dictionary::internalize(&message.externalize().unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_loaded_is_what_the_driver_reads(
        entry in entries(),
        keep_filename: bool,
        eval_on_load: bool,
    ) {
        let options = LoadOptions { keep_filename, eval_on_load };
        let message = through_text(&message::load(&entry, options).unwrap());
        let request = message::load_request(&message).unwrap();
        prop_assert_eq!(request.file, entry.path());
        prop_assert_eq!(request.algorithm.unwrap(), entry.algorithm().name().as_bytes());
        prop_assert_eq!(request.fingerprint.unwrap(), entry.fingerprint().as_bytes());
        prop_assert_eq!(request.entry_type, entry.entry_type().bits());
        prop_assert_eq!(request.keep_filename, keep_filename);
        prop_assert_eq!(request.eval_on_load, eval_on_load);
    }

    #[test]
    fn what_the_driver_shows_is_what_is_read(entry in entries(), kept: bool, status in 0_u64..3) {
        let name = kept.then_some(entry.path());
        let view = EntryView {
            kept_names: &[b"/another".to_vec()],
            entry_type: entry.entry_type(),
            status: Status::from_number(status).unwrap(),
            fingerprint: entry.fingerprint(),
        };
        let message = through_text(&message::entry(&view, name).unwrap());
        let shown = LoadedEntry::read(&message).unwrap();
        prop_assert_eq!(shown.file.as_deref(), name);
        prop_assert_eq!(shown.status, view.status);
        prop_assert_eq!(&shown.fingerprint, view.fingerprint);
        prop_assert_eq!(shown.entry_type, view.entry_type);
        if kept {
            prop_assert_eq!(shown.into_entry().unwrap(), entry);
        }
    }

    #[test]
    fn a_path_is_sent_as_it_is(path in vec(1_u8..=255, 0..300)) {
        let message = through_text(&message::file(&path).unwrap());
        prop_assert_eq!(message::file_of(&message).unwrap(), &path[..]);
    }
}
