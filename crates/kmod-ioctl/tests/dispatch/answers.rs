//! What requests do, and what they reply.

use kmod_ioctl::{Access, LoadedEntry, Reply, Request};
use proplib::{Dictionary, Object};
use sigfile::EntryType;
use veriexec::{Errno, Status};

use crate::driver::{Driver, data, file, load, load_with, reply, string, with, without};

/// NetBSD's kernel tells the format by the first byte, since 2025. A LOAD needs data, which JSON
/// cannot carry.
#[test]
fn a_request_may_be_json() {
    let mut driver = Driver::learning();
    let request = b"{ \"file\": \"\\/a\" }\0";
    let asked = driver.send(Request::Query, Access::READ, Some(request));
    assert_eq!(asked, driver.ask(Request::Query, &file("/a")));
    assert!(asked.is_ok());
    let load = b"{ \"file\": \"/b\", \"fp\": \"00\", \"fp-type\": \"SHA256\" }";
    let loaded = driver.send(Request::Load, Access::READ_WRITE, Some(load));
    assert_eq!(loaded, Err(Errno::INVAL));
    assert_eq!(driver.count(), 1);
    assert_eq!(driver.send(Request::Delete, Access::READ_WRITE, Some(request)), Ok(Reply::Empty));
    assert_eq!(driver.count(), 0);
}

#[test]
fn what_load_takes() {
    let direct = EntryType::DIRECT.bits();
    let rows: [(&str, Dictionary, u8, Status); 12] = [
        ("a good entry", load("/b"), direct, Status::NotEvaluated),
        (
            "a name in lower case",
            load_with("fp-type", string("sha256")),
            direct,
            Status::NotEvaluated,
        ),
        ("no type", without(load("/b"), "entry-type"), direct, Status::NotEvaluated),
        ("type 0", load_with("entry-type", 0_u8), direct, Status::NotEvaluated),
        ("a signed type", load_with("entry-type", 6_i8), 6, Status::NotEvaluated),
        (
            "a type too large to be one",
            load_with("entry-type", 0x106_u16),
            direct,
            Status::NotEvaluated,
        ),
        ("a negative type", load_with("entry-type", -1_i8), direct, Status::NotEvaluated),
        ("untrusted alone", load_with("entry-type", 0x10_u8), 0x11, Status::NotEvaluated),
        ("not evaluated", load_with("eval-on-load", 1_u8), direct, Status::NotEvaluated),
        ("evaluated", load_with("eval-on-load", true), direct, Status::Valid),
        ("evaluated, and wrong", wrong_and_evaluated(), direct, Status::Mismatch),
        ("unreadable, not evaluated", load("/bad"), direct, Status::NotEvaluated),
    ];
    for (what, message, entry_type, status) in rows {
        let mut driver = Driver::learning();
        assert_eq!(driver.ask(Request::Load, &message), Ok(Reply::Empty), "{what}");
        let path = message.get_string(b"file").unwrap();
        let shown = driver.veriexec.query(&driver.files, path).unwrap();
        assert_eq!(shown.entry_type.bits(), entry_type, "{what}");
        // An untrusted file is evaluated whenever that can be done.
        let status = if entry_type & 0x10 == 0 { status } else { Status::Valid };
        assert_eq!(shown.status, status, "{what}");
    }
}

fn wrong_and_evaluated() -> Dictionary {
    with(load_with("eval-on-load", true), "fp", data(&[8; 32]))
}

#[test]
fn the_same_entry_is_taken_again_by_any_name() {
    let mut driver = Driver::learning();
    assert_eq!(driver.ask(Request::Load, &load("/a")), Ok(Reply::Empty));
    assert_eq!(driver.ask(Request::Load, &load("/link")), Ok(Reply::Empty));
    assert_eq!(driver.count(), 1);
    let shown = driver.veriexec.query(&driver.files, b"/link").unwrap();
    assert_eq!(shown.kept_name(), Some(&b"/a"[..]), "the first name stays");
}

#[test]
fn what_delete_deletes() {
    let mut driver = Driver::learning();
    for path in ["/b", "/dir/c", "/mnt/d"] {
        driver.ask(Request::Load, &load(path)).unwrap();
    }
    assert_eq!(driver.ask(Request::Delete, &file("/link")), Ok(Reply::Empty));
    assert_eq!(driver.ask(Request::Delete, &file("/a")), Err(Errno::NOENT), "it is gone");
    assert_eq!(driver.count(), 3);
    assert_eq!(driver.ask(Request::Delete, &file("/mnt")), Ok(Reply::Empty));
    assert_eq!(driver.count(), 2);
    assert_eq!(driver.ask(Request::Delete, &file("/")), Ok(Reply::Empty));
    assert_eq!(driver.count(), 0);
}

#[test]
fn a_query_shows_the_entry() {
    let mut driver = Driver::learning();
    let Object::Dictionary(shown) = reply(driver.ask(Request::Query, &file("/link"))) else {
        panic!("no dictionary")
    };
    let keys: Vec<&[u8]> = shown.iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [&b"entry-type"[..], b"file", b"fp", b"fp-type", b"status"]);
    assert_eq!(shown.get_string(b"file"), Some(&b"/a"[..]));
    assert_eq!(shown.get_string(b"fp-type"), Some(&b"SHA256"[..]));
    assert!(shown.get(b"status").unwrap().as_number().unwrap().is_unsigned());

    driver.ask(Request::Load, &load_with("keep-filename", false)).unwrap();
    let Object::Dictionary(shown) = reply(driver.ask(Request::Query, &file("/b"))) else {
        panic!("no dictionary")
    };
    assert_eq!(shown.get(b"file"), None);
}

#[test]
fn a_dump_shows_the_entries_with_kept_names() {
    let mut driver = Driver::learning();
    driver.ask(Request::Load, &load_with("keep-filename", false)).unwrap();
    driver.ask(Request::Load, &load("/mnt/d")).unwrap();
    driver.ask(Request::Load, &load("/link")).unwrap();
    let dump = |driver: &mut Driver| match reply(driver.send(Request::Dump, Access::READ, None)) {
        Object::Array(entries) => entries,
        other => panic!("{other:?}"),
    };
    let names: Vec<Vec<u8>> = dump(&mut driver)
        .iter()
        .map(|entry| LoadedEntry::read(entry.as_dictionary().unwrap()).unwrap().file.unwrap())
        .collect();
    assert_eq!(names, [b"/a".to_vec(), b"/link".to_vec(), b"/mnt/d".to_vec()]);

    for _ in 0..2 {
        assert_eq!(driver.send(Request::Flush, Access::WRITE, None), Ok(Reply::Empty));
    }
    assert_eq!(driver.count(), 0);
    assert!(dump(&mut driver).is_empty());
}

#[test]
fn refused_loads_are_reported() {
    let mut driver = Driver::learning();
    let mut reports = |message: &Dictionary| {
        driver.files.reports.borrow_mut().clear();
        driver.ask(Request::Load, message).unwrap_err();
        driver.files.reports.borrow().join("\n")
    };
    assert_eq!(reports(&load("/dir")), "Veriexec: Not adding `/dir': Not a regular file.");
    assert_eq!(
        reports(&load_with("entry-type", 0x08_u8)),
        "Veriexec: Contaminated flags `0x8' for `/b', skipping."
    );
}
