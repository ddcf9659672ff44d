//! The errors of veriexec(4): every cause of each, and its number.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use kmod_ioctl::{Access, Call, REQUEST_LIMIT, Reply, Request, Width};
use proplib::{Array, Dictionary};
use veriexec::{Errno, StrictLevel};

use crate::driver::{
    DIGEST, Driver, data, file, good, load, load_with, string, text, with, without,
};
use crate::memory;

/// A row of the table: a request, what is wrong with it, and what is answered.
struct Row {
    request: Request,
    cause: &'static str,
    number: u32,
    access: Access,
    level: StrictLevel,
    plist: Option<Vec<u8>>,
    answer: Result<(), Errno>,
    /// What NetBSD's driver answers, where that is something else.
    in_netbsd: Option<&'static str>,
}

impl Row {
    fn new(request: Request, cause: &'static str, plist: Option<Vec<u8>>, errno: Errno) -> Self {
        Self {
            request,
            cause,
            number: request.number(Width::NATIVE),
            access: Access::READ_WRITE,
            level: StrictLevel::Learning,
            plist,
            answer: Err(errno),
            in_netbsd: None,
        }
    }

    fn of(request: Request, (cause, message, errno): (&'static str, Dictionary, Errno)) -> Self {
        Self::new(request, cause, Some(text(&message.into())), errno)
    }

    /// A request that there is nothing wrong with.
    fn good(request: Request, cause: &'static str, errno: Errno) -> Self {
        Self::new(request, cause, good(request), errno)
    }

    fn but(self, in_netbsd: &'static str) -> Self {
        Self { in_netbsd: Some(in_netbsd), ..self }
    }

    fn succeeds(self) -> Self {
        Self { answer: Ok(()), ..self }
    }

    fn errno(&self) -> &'static str {
        self.answer.map_or_else(|errno| errno.name().unwrap(), |()| "0")
    }

    /// Sends it to a driver in which `/a` is listed; one that fails changes nothing.
    fn check(&self) {
        let Self { request, cause, number, access, level, plist, answer, .. } = self;
        let call = Call { number: *number, access: *access, plist: plist.as_deref() };
        let found = Driver::at(*level).call(call).map(drop::<Reply>);
        assert_eq!(found, *answer, "{request}: {cause}");
    }
}

/// Before the property list is looked at.
fn admission() -> Vec<Row> {
    let mut rows = Vec::new();
    for request in Request::ALL {
        let other = if request.modifies() { Access::READ } else { Access::WRITE };
        let row = Row::good(request, "the descriptor is not open for it", Errno::PERM);
        rows.push(Row { access: other, ..row });
        if request.modifies() {
            let row = Row::good(request, "the strict level is above 0", Errno::PERM);
            rows.push(Row { level: StrictLevel::Ids, ..row });
        }
        // The direction is part of the number: without it, this is another request.
        let cause = "the number lacks the bits for copying";
        let row = Row::good(request, cause, Errno::NODEV);
        let number = row.number & 0x1fff_ffff;
        rows.push(Row { number, ..row });
        let row = Row::good(request, "the number is of another size", Errno::NODEV);
        let number = row.number | 0x0018_0000;
        rows.push(Row { number, ..row });
    }
    rows
}

/// What the property list of any request that has one fails by.
fn copied_in() -> Vec<Row> {
    let array = text(&Array::new().into());
    let causes: [(&str, Option<&[u8]>, Errno); 11] = [
        ("128 KiB", Some(&[b' '; REQUEST_LIMIT]), Errno::BIG),
        ("more than 128 KiB", Some(&[b' '; REQUEST_LIMIT + 1]), Errno::BIG),
        ("a byte less than 128 KiB, of blanks", Some(&[b' '; REQUEST_LIMIT - 1]), Errno::IO),
        ("nothing that can be read", None, Errno::FAULT),
        ("no bytes", Some(b""), Errno::IO),
        ("a NUL alone", Some(b"\0"), Errno::IO),
        ("no property list", Some(b"hello\0"), Errno::IO),
        ("an array", Some(&array), Errno::IO),
        ("an array in JSON", Some(b"[{\"file\":\"/a\"}]\0"), Errno::IO),
        ("a number without digits in JSON", Some(b"[-]\0"), Errno::IO),
        ("a dictionary cut short", Some(b"<plist version=\"1.0\"><dict>\0"), Errno::IO),
    ];
    let of = |request| {
        causes
            .map(|(cause, plist, errno)| Row::new(request, cause, plist.map(<[u8]>::to_vec), errno))
    };
    [Request::Load, Request::Delete, Request::Query].into_iter().flat_map(of).collect()
}

fn of_load() -> Vec<Row> {
    let directory = with(load_with("file", string("/dir")), "fp-type", string("none"));
    let other_algorithm = with(with(load("/a"), "fp-type", string("SHA1")), "fp", data(&[7; 20]));
    let causes: [(&str, Dictionary, Errno); 31] = [
        ("no file", without(load("/b"), "file"), Errno::INVAL),
        ("no key at all", Dictionary::new(), Errno::INVAL),
        ("file is no string", load_with("file", true), Errno::INVAL),
        ("an empty path", load_with("file", string("")), Errno::NOENT),
        ("no such file", load("/none"), Errno::NOENT),
        ("below a file", load("/a/below"), Errno::NOTDIR),
        ("the name is too long", load("/long"), Errno::NAMETOOLONG),
        ("links in a circle", load("/knot"), Errno::LOOP),
        ("not to be searched", load("/secret"), Errno::ACCES),
        ("a directory", load("/dir"), Errno::BADF),
        ("a mount point", load("/mnt"), Errno::BADF),
        ("a device", load("/dev/null"), Errno::BADF),
        ("a directory, and no algorithm either", directory, Errno::BADF),
        ("an unknown algorithm", load_with("fp-type", string("SHA-256")), Errno::OPNOTSUPP),
        ("an unsupported algorithm", load_with("fp-type", string("MD5")), Errno::OPNOTSUPP),
        ("no algorithm", without(load("/b"), "fp-type"), Errno::OPNOTSUPP),
        ("the algorithm is no string", load_with("fp-type", 1_u8), Errno::OPNOTSUPP),
        ("no fingerprint", without(load("/b"), "fp"), Errno::INVAL),
        ("an empty fingerprint", load_with("fp", data(b"")), Errno::INVAL),
        ("a short fingerprint", load_with("fp", data(&DIGEST[1..])), Errno::INVAL),
        ("a long fingerprint", load_with("fp", data(&[0; 48])), Errno::INVAL),
        ("the fingerprint is no data", load_with("fp", string("00")), Errno::INVAL),
        ("the entry type has bit 0x8", load_with("entry-type", 0x08_u8), Errno::INVAL),
        ("the entry type has bit 0x20", load_with("entry-type", 0x25_u8), Errno::INVAL),
        ("unreadable, to be evaluated", with(load("/bad"), "eval-on-load", true), Errno::IO),
        ("unreadable, untrusted", with(load("/bad"), "entry-type", 0x11_u8), Errno::IO),
        ("not to be read, evaluated", with(load("/locked"), "eval-on-load", true), Errno::ACCES),
        ("another fingerprint", with(load("/a"), "fp", data(&[8; 32])), Errno::EXIST),
        ("another type", with(load("/a"), "entry-type", 2_u8), Errno::EXIST),
        ("another type by a link", with(load("/link"), "entry-type", 2_u8), Errno::EXIST),
        ("another algorithm", other_algorithm, Errno::EXIST),
    ];
    let mut rows: Vec<_> = causes.into_iter().map(|row| Row::of(Request::Load, row)).collect();
    let same = Row::of(Request::Load, ("the same entry", load("/a"), Errno::EXIST)).succeeds();
    rows.push(same.but("EEXIST, if the file was evaluated"));
    rows
}

fn of_delete_and_query() -> Vec<Row> {
    let causes = [
        ("no file", Dictionary::new(), Errno::INVAL),
        ("file is no string", with(Dictionary::new(), "file", true), Errno::INVAL),
        ("an empty path", file(""), Errno::NOENT),
        ("no such file", file("/none"), Errno::NOENT),
        ("below a file", file("/a/below"), Errno::NOTDIR),
        ("the name is too long", file("/long"), Errno::NAMETOOLONG),
        ("links in a circle", file("/knot"), Errno::LOOP),
        ("not to be searched", file("/secret"), Errno::ACCES),
        ("the file has no entry", file("/b"), Errno::NOENT),
        ("its mount has no table", file("/mnt/d"), Errno::NOENT),
        ("a mount point without a table", file("/mnt"), Errno::NOENT),
    ];
    let of = |request| causes.clone().map(|row| Row::of(request, row));
    let mut rows: Vec<_> = [Request::Delete, Request::Query].into_iter().flat_map(of).collect();
    let directory = ("a directory, no mount point", file("/dir"), Errno::NOENT);
    let device = ("a device", file("/dev/null"), Errno::NOENT);
    rows.extend([
        Row::of(Request::Delete, directory.clone()).but("0, and the table of its mount is gone"),
        Row::of(Request::Delete, device.clone()).but("0, and nothing is done"),
        Row::of(Request::Query, directory),
        Row::of(Request::Query, device),
    ]);
    rows
}

/// What cannot fail but for memory.
fn of_the_others() -> Vec<Row> {
    let never = |request, cause| Row::new(request, cause, None, Errno::INVAL).succeeds();
    let unread = |cause, plist: &[u8]| {
        Row::new(Request::TableSize, cause, Some(plist.to_vec()), Errno::INVAL).succeeds()
    };
    vec![
        never(Request::Dump, "nothing is sent"),
        never(Request::Flush, "nothing is sent"),
        never(Request::TableSize, "nothing is sent"),
        unread("no property list", b"garbage"),
        unread("128 KiB", &[b' '; REQUEST_LIMIT]),
    ]
}

fn rows() -> Vec<Row> {
    let parts = [admission(), copied_in(), of_load(), of_delete_and_query(), of_the_others()];
    parts.into_iter().flatten().collect()
}

#[test]
fn every_row_of_the_table_of_errors() {
    let rows = rows();
    for row in &rows {
        row.check();
        let netbsd = row.in_netbsd.map(|said| format!(" (NetBSD: {said})")).unwrap_or_default();
        println!("{:19} {:12} {}{netbsd}", row.request, row.errno(), row.cause);
    }
    let differing = rows.iter().filter(|row| row.in_netbsd.is_some()).count();
    let mut without_memory = 0;
    for request in Request::ALL {
        let failed = memory::fails_in_turn(request, good(request).as_deref());
        let row = "each allocation fails in turn";
        println!("{request:19} {:12} {row}: {failed}", if failed > 0 { "ENOMEM" } else { "0" });
        let has_memory = matches!(request, Request::TableSize | Request::Flush);
        assert_eq!(failed == 0, has_memory, "{request}");
        without_memory += failed;
    }
    println!(
        "{} rows and {without_memory} failing allocations: {differing} rows differ from NetBSD's",
        rows.len()
    );
    assert_eq!((rows.len(), differing), (118, 3));
}

/// The symbols that a page of the manual has in its list of what a request fails with.
fn documented() -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../man/veriexec.4");
    let page = fs::read_to_string(page).unwrap();
    let (_, errors) = page.split_once("A request fails with\n").unwrap();
    let (errors, _) = errors.split_once("\n.El\n").unwrap();
    let items = errors.lines().filter(|line| line.starts_with(".It Bq"));
    let words = items.flat_map(str::split_whitespace);
    words.filter(|word| word.starts_with('E') && *word != "Er").map(str::to_owned).collect()
}

#[test]
fn every_error_of_the_manual_has_a_row_and_every_row_is_in_it() {
    let failing = rows().into_iter().filter(|row| row.answer.is_err());
    let mut found: BTreeSet<String> = failing.map(|row| row.errno().to_owned()).collect();
    assert!(found.insert("ENOMEM".to_owned()), "memory has rows of its own");
    assert_eq!(found, documented());
}

/// The limit is that of proplib, and its last byte is out.
#[test]
fn the_limit_is_of_128_kib() {
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
