//! The driver's side: permissions, error numbers, and that failure changes nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::cell::RefCell;

use fingerprint::{Algorithm, Digest};
use kmod_ioctl::{
    Access, Call, LoadOptions, LoadedEntry, REQUEST_LIMIT, Reply, Request, Width, dispatch, message,
};
use proplib::{Array, Dictionary, Object};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sigfile::{Entry, EntryType};
use veriexec::{Errno, FileId, FileKind, Located, Platform, Report, Status, StrictLevel, Veriexec};

/// A system of a few files: `/a`, `/b`, `/bad` (unreadable) and `/dir/c` on one mount, `/mnt` with
/// `/mnt/d` on another, `/link` to `/a`, a device and a name too long.
#[derive(Default)]
struct Files {
    reports: RefCell<Vec<String>>,
}

const DIGEST: [u8; 32] = [7; 32];

impl Platform for Files {
    fn locate(&self, path: &[u8]) -> Result<Located, Errno> {
        let regular = FileKind::Regular;
        let directory = |mount_root| FileKind::Directory { mount_root };
        let (mount, inode, kind) = match path {
            b"/a" | b"/link" | b"relative" => (1, 10, regular),
            b"/b" => (1, 11, regular),
            b"/bad" => (1, 12, regular),
            b"/dir/c" => (1, 13, regular),
            b"/" => (1, 1, directory(true)),
            b"/dir" => (1, 2, directory(false)),
            b"/mnt" => (2, 1, directory(true)),
            b"/mnt/d" => (2, 10, regular),
            b"/dev/null" => (3, 1, FileKind::Other),
            b"/a/below" => return Err(Errno::NOTDIR),
            b"/long" => return Err(Errno::NAMETOOLONG),
            b"/knot" => return Err(Errno::LOOP),
            b"/secret" => return Err(Errno::ACCES),
            _ => return Err(Errno::NOENT),
        };
        Ok(Located { id: FileId { mount, inode, generation: 0 }, kind })
    }

    fn supports(&self, algorithm: Algorithm) -> bool {
        algorithm != Algorithm::Md5
    }

    fn fingerprint(&self, path: &[u8], _: FileId, algorithm: Algorithm) -> Result<Digest, Errno> {
        match path {
            b"/bad" => Err(Errno::IO),
            _ => Ok(Digest::new(algorithm, &DIGEST).unwrap()),
        }
    }

    fn report(&self, report: &Report<'_>) {
        self.reports.borrow_mut().push(report.to_string());
    }
}

/// A driver, and the answers it gives.
struct Driver {
    veriexec: Veriexec,
    files: Files,
}

impl Driver {
    /// One in which `/a` is listed, at a level.
    fn at(level: StrictLevel) -> Self {
        let mut driver = Self { veriexec: Veriexec::new(), files: Files::default() };
        driver.ask(Request::Load, &load("/a")).unwrap();
        driver.veriexec.raise(level).unwrap();
        driver
    }

    fn learning() -> Self {
        Self::at(StrictLevel::Learning)
    }

    fn ask(&mut self, request: Request, message: &Dictionary) -> Result<Reply, Errno> {
        self.send(request, Access::READ_WRITE, Some(&text(&message.clone().into())))
    }

    fn send(
        &mut self,
        request: Request,
        access: Access,
        plist: Option<&[u8]>,
    ) -> Result<Reply, Errno> {
        self.call(Call { number: request.number(Width::NATIVE), access, plist })
    }

    /// Makes the call, and sees that it has changed nothing if it failed.
    fn call(&mut self, call: Call<'_>) -> Result<Reply, Errno> {
        let before = self.contents();
        let answer = dispatch(&mut self.veriexec, &self.files, call);
        if answer.is_err() {
            assert_eq!(self.contents(), before, "a request that failed has changed something");
        }
        answer
    }

    fn contents(&self) -> String {
        let entries: Vec<_> = self.veriexec.entries().collect();
        format!("{:?} {entries:?}", self.veriexec.strict())
    }

    fn count(&self) -> usize {
        self.veriexec.entries().count()
    }
}

/// The text with its NUL.
fn text(object: &Object) -> Vec<u8> {
    let mut text = object.externalize().unwrap();
    text.push(0);
    text
}

fn reply(answer: Result<Reply, Errno>) -> Object {
    let Reply::Plist(text) = answer.unwrap() else { panic!("no reply") };
    assert_eq!(text.iter().position(|byte| *byte == 0), Some(text.len() - 1));
    Object::internalize(&text).unwrap()
}

/// A good LOAD of a file.
fn load(path: &str) -> Dictionary {
    let digest = Digest::new(Algorithm::Sha256, &DIGEST).unwrap();
    let entry = Entry::new(path.into(), digest, EntryType::DIRECT).unwrap();
    message::load(&entry, LoadOptions { keep_filename: true, eval_on_load: false }).unwrap()
}

/// A LOAD of `/b` with a key set to something else.
fn load_with(key: &str, value: impl Into<Object>) -> Dictionary {
    with(load("/b"), key, value)
}

fn with(mut message: Dictionary, key: &str, value: impl Into<Object>) -> Dictionary {
    message.set(key.as_bytes(), value).unwrap();
    message
}

fn without(mut message: Dictionary, key: &str) -> Dictionary {
    message.remove(key.as_bytes()).unwrap().unwrap();
    message
}

fn string(text: &str) -> Object {
    proplib::PropString::new(text.as_bytes()).unwrap().into()
}

fn data(bytes: &[u8]) -> Object {
    proplib::Data::new(bytes).unwrap().into()
}

fn file(path: &str) -> Dictionary {
    message::file(path.as_bytes()).unwrap()
}

#[test]
fn what_a_property_list_fails_by() {
    let array = text(&Array::new().into());
    let garbage: [(&str, Option<&[u8]>, Errno); 10] = [
        ("nothing to read", None, Errno::FAULT),
        ("no bytes", Some(b""), Errno::IO),
        ("a NUL alone", Some(b"\0"), Errno::IO),
        ("no property list", Some(b"hello\0"), Errno::IO),
        ("an array", Some(&array), Errno::IO),
        ("an array in JSON", Some(b"[{\"file\":\"/a\"}]\0"), Errno::IO),
        ("a number without digits in JSON", Some(b"[-]\0"), Errno::IO),
        ("a dictionary cut short", Some(b"<plist version=\"1.0\"><dict>\0"), Errno::IO),
        ("as long as the limit", Some(&[b' '; REQUEST_LIMIT]), Errno::BIG),
        ("just below the limit", Some(&[b' '; REQUEST_LIMIT - 1]), Errno::IO),
    ];
    for request in [Request::Load, Request::Delete, Request::Query] {
        for (what, plist, errno) in garbage {
            let answer = Driver::learning().send(request, Access::READ_WRITE, plist);
            assert_eq!(answer, Err(errno), "{request}: {what}");
        }
    }
}

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
fn the_limit_is_of_128_kib_and_its_last_byte_is_out() {
    assert_eq!(REQUEST_LIMIT, 131_072);
    let padded = |len: usize| {
        let mut text = text(&file("/a").into());
        text.pop();
        text.resize(len - 1, b'\n');
        text.push(0);
        text
    };
    let mut driver = Driver::learning();
    let mut query = |plist: &[u8]| driver.send(Request::Query, Access::READ, Some(plist));
    assert!(query(&padded(131_071)).is_ok());
    assert_eq!(query(&padded(131_072)), Err(Errno::BIG));
}

#[test]
fn what_load_fails_by() {
    let directory = with(load_with("file", string("/dir")), "fp-type", string("none"));
    let rows: [(&str, Dictionary, Errno); 23] = [
        ("no file", without(load("/b"), "file"), Errno::INVAL),
        ("no file at all", Dictionary::new(), Errno::INVAL),
        ("file is no string", load_with("file", true), Errno::INVAL),
        ("empty path", load_with("file", string("")), Errno::NOENT),
        ("no such file", load("/none"), Errno::NOENT),
        ("below a file", load("/a/below"), Errno::NOTDIR),
        ("name too long", load("/long"), Errno::NAMETOOLONG),
        ("links in a circle", load("/knot"), Errno::LOOP),
        ("not to be searched", load("/secret"), Errno::ACCES),
        ("a directory", load("/dir"), Errno::BADF),
        ("a device", load("/dev/null"), Errno::BADF),
        ("the kind of file comes before the algorithm", directory, Errno::BADF),
        ("unknown algorithm", load_with("fp-type", string("SHA-256")), Errno::OPNOTSUPP),
        ("unsupported algorithm", load_with("fp-type", string("MD5")), Errno::OPNOTSUPP),
        ("no algorithm", without(load("/b"), "fp-type"), Errno::OPNOTSUPP),
        ("the algorithm is no string", load_with("fp-type", 1_u8), Errno::OPNOTSUPP),
        ("no fingerprint", without(load("/b"), "fp"), Errno::INVAL),
        ("a short fingerprint", load_with("fp", data(&DIGEST[1..])), Errno::INVAL),
        ("a long fingerprint", load_with("fp", data(&[0; 48])), Errno::INVAL),
        ("the fingerprint is no data", load_with("fp", string("00")), Errno::INVAL),
        ("a flag that is none", load_with("entry-type", 0x08_u8), Errno::INVAL),
        ("another that is none", load_with("entry-type", 0x25_u8), Errno::INVAL),
        ("another fingerprint", with(load("/a"), "fp", data(&[8; 32])), Errno::EXIST),
    ];
    for (what, message, errno) in rows {
        assert_eq!(Driver::learning().ask(Request::Load, &message), Err(errno), "{what}");
    }
    let rows = [
        ("another type", with(load("/a"), "entry-type", 2_u8), Errno::EXIST),
        ("another type by a link", with(load("/link"), "entry-type", 2_u8), Errno::EXIST),
        ("another algorithm", other_algorithm(), Errno::EXIST),
        ("unreadable, evaluated", with(load("/bad"), "eval-on-load", true), Errno::IO),
        ("unreadable, untrusted", with(load("/bad"), "entry-type", 0x11_u8), Errno::IO),
    ];
    for (what, message, errno) in rows {
        assert_eq!(Driver::learning().ask(Request::Load, &message), Err(errno), "{what}");
    }
}

fn other_algorithm() -> Dictionary {
    with(with(load("/a"), "fp-type", string("SHA1")), "fp", data(&[7; 20]))
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
fn what_delete_and_query_fail_by() {
    let rows = [
        ("no file", Dictionary::new(), Errno::INVAL),
        ("file is no string", with(Dictionary::new(), "file", true), Errno::INVAL),
        ("no such file", file("/none"), Errno::NOENT),
        ("below a file", file("/a/below"), Errno::NOTDIR),
        ("links in a circle", file("/knot"), Errno::LOOP),
        ("no entry", file("/b"), Errno::NOENT),
        ("no table", file("/mnt/d"), Errno::NOENT),
        ("no mount point", file("/dir"), Errno::NOENT),
        ("a mount point without a table", file("/mnt"), Errno::NOENT),
        ("a device", file("/dev/null"), Errno::NOENT),
    ];
    for request in [Request::Delete, Request::Query] {
        for (what, message, errno) in &rows {
            let answer = Driver::learning().ask(request, message);
            assert_eq!(answer, Err(*errno), "{request}: {what}");
        }
    }
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

/// A property list with which the request succeeds.
fn good(request: Request) -> Option<Vec<u8>> {
    match request {
        Request::Load => Some(text(&load("/b").into())),
        Request::Delete | Request::Query => Some(text(&file("/a").into())),
        Request::TableSize | Request::Dump | Request::Flush => None,
    }
}

#[test]
fn permissions_come_before_the_property_list() {
    let accesses =
        [Access { read: false, write: false }, Access::READ, Access::WRITE, Access::READ_WRITE];
    for request in Request::ALL {
        let modifies = !matches!(request, Request::Query | Request::Dump);
        for level in StrictLevel::ALL {
            for access in accesses {
                let open = if modifies { access.write } else { access.read };
                let allowed = open && (!modifies || level == StrictLevel::Learning);
                let mut driver = Driver::at(level);
                driver.files.reports.borrow_mut().clear();
                let answer = driver.send(request, access, good(request).as_deref());
                let what = format!("{request} at {level} with {access:?}");
                if allowed {
                    assert!(answer.is_ok(), "{what}");
                    continue;
                }
                assert_eq!(answer, Err(Errno::PERM), "{what}");
                let reports = driver.files.reports.borrow().clone();
                if open {
                    let text = "Veriexec: Strict mode, modifying tables not permitted.";
                    assert_eq!(reports, [text], "{what}");
                } else {
                    assert!(reports.is_empty(), "{what}");
                }
                for garbage in [None, Some(&b"garbage"[..]), Some(&[b' '; REQUEST_LIMIT])] {
                    assert_eq!(driver.send(request, access, garbage), Err(Errno::PERM), "{what}");
                }
            }
        }
    }
}

#[test]
fn a_request_of_either_width_is_answered() {
    for request in Request::ALL {
        for width in [Width::Lp64, Width::Ilp32] {
            let plist = good(request);
            let number = request.number(width);
            let call = Call { number, access: Access::READ_WRITE, plist: plist.as_deref() };
            assert!(Driver::learning().call(call).is_ok(), "{request}");
        }
    }
}

#[test]
fn tablesize_reads_nothing_and_changes_nothing() {
    for plist in [None, Some(&b"garbage"[..]), Some(&[b' '; REQUEST_LIMIT])] {
        let mut driver = Driver::learning();
        let before = driver.contents();
        assert_eq!(driver.send(Request::TableSize, Access::WRITE, plist), Ok(Reply::Empty));
        assert_eq!(driver.contents(), before);
    }
}

#[test]
fn an_unknown_request_is_not_of_this_device() {
    for access in [Access { read: false, write: false }, Access::READ_WRITE] {
        for level in StrictLevel::ALL {
            // The last is LOAD with the size of neither width.
            for number in [0, 0x8010_5807, 0x8010_5301, 0x8018_5801] {
                let answer = Driver::at(level).call(Call { number, access, plist: None });
                assert_eq!(answer, Err(Errno::NODEV), "{number:#x}");
            }
        }
    }
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

/// Numbers of requests, most of them known.
fn numbers() -> impl Strategy<Value = u32> {
    let known = Request::ALL
        .into_iter()
        .flat_map(|request| [request.number(Width::Lp64), request.number(Width::Ilp32)])
        .collect::<Vec<_>>();
    prop_oneof![9 => select(known), 1 => any::<u32>()]
}

fn accesses() -> impl Strategy<Value = Access> {
    any::<(bool, bool)>().prop_map(|(read, write)| Access { read, write })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_do_any_harm(
        number in numbers(),
        access in accesses(),
        bytes in proptest::option::of(vec(any::<u8>(), 0..400)),
    ) {
        let mut driver = Driver::learning();
        let _ = driver.call(Call { number, access, plist: bytes.as_deref() });
    }

    #[test]
    fn no_damage_to_good_bytes_does_any_harm(
        number in numbers(),
        request in select(&[Request::Load, Request::Query][..]),
        damage in vec((any::<Index>(), any::<u8>()), 1..6),
        cut in any::<Index>(),
    ) {
        let mut plist = good(request).unwrap();
        for (index, byte) in damage {
            let at = index.index(plist.len());
            plist[at] = byte;
        }
        let keep = cut.index(2 * plist.len());
        plist.truncate(keep.max(1));
        let mut driver = Driver::learning();
        let _ = driver.call(Call { number, access: Access::READ_WRITE, plist: Some(&plist) });
    }
}
