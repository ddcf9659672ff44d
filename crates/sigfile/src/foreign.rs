//! Files in formats of other programs, told from signatures files before each of their lines is
//! called wrong.

use crate::{Diagnostic, Problem, grammar};

/// What a file is that is no signatures file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Foreign {
    /// Two bytes a character.
    #[error(
        "the file is text in UTF-16, and a signatures file is bytes; convert it: iconv -f UTF-16 \
         -t UTF-8"
    )]
    Utf16,
    /// The name is that of the program that made it.
    #[error("the file is compressed by {0}; decompress it: {0} -dc")]
    Compressed(&'static str),
    /// An archive of the name's kind.
    #[error("the file is a {0} archive; extract the signatures file from it")]
    Archive(&'static str),
    /// The name is that of the kind of file.
    #[error("the file is {0}; {EXPECTED}")]
    Binary(&'static str),
    /// What sha256sum(1) and its like write.
    #[error("the file is a list of checksums as sha256sum(1) writes it; {EXPECTED}")]
    Checksums,
    /// What sha256(1) of a BSD writes, or `sha256sum --tag`.
    #[error("the file is a list of checksums as a BSD's sha256(1) writes it; {EXPECTED}")]
    TaggedChecksums,
    /// What FreeBSD's veriexec(8) loads.
    #[error("the file is a manifest of FreeBSD's veriexec(8); {EXPECTED}")]
    FreeBsd,
    /// What mtree(8) writes.
    #[error("the file is a specification of mtree(8); {EXPECTED}")]
    Mtree,
    /// What fapolicyd(8) trusts.
    #[error("the file is a list of fapolicyd's trust; {EXPECTED}")]
    Fapolicyd,
    /// What `rpm -q --dump` writes.
    #[error("the file is a list as rpm --dump writes it; {EXPECTED}")]
    Rpm,
    /// What the kernel's IMA has measured.
    #[error("the file is a list of what IMA has measured; {EXPECTED}")]
    Ima,
    /// A text in JSON.
    #[error("the file is JSON; {EXPECTED}")]
    Json,
    /// A property list.
    #[error("the file is a property list in XML; {EXPECTED}")]
    PropertyList,
    /// Any other text in XML.
    #[error("the file is XML; {EXPECTED}")]
    Xml,
    /// What openssl(1), gpg(1) and others write around what they made.
    #[error("the file is a message of PGP, or a key or certificate in PEM; {EXPECTED}")]
    Armored,
}

/// What to do about it.
const EXPECTED: &str = "expected lines PATH ALGORITHM FINGERPRINT [FLAGS]; veriexecgen -a -f \
                        writes them for the files whose names it is given";

/// The UTF-8 form of a byte order mark.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// So much of a file is looked at, in bytes.
const LOOKED_AT: usize = 1 << 16;
/// So many lines of it.
const LINES: usize = 16;

/// What to say about a file in another program's format, in place of what is wrong with each of its
/// lines. A file with a line that is an entry is none.
#[must_use]
pub fn foreign(file: &[u8]) -> Option<Diagnostic> {
    let foreign = told(file).filter(|_| !grammar::entries(file).any(|line| line.is_ok()));
    foreign.map(|foreign| Diagnostic { line: 1, column: 1, problem: Problem::Foreign(foreign) })
}

/// What a file is, if its beginning has the form of something else.
fn told(file: &[u8]) -> Option<Foreign> {
    let beginning = file.get(..LOOKED_AT).unwrap_or(file);
    magic(beginning).or_else(|| text(beginning, beginning.len() < file.len()))
}

/// What the first bytes alone tell.
fn magic(file: &[u8]) -> Option<Foreign> {
    use Foreign::{Archive, Armored, Binary, Compressed, Json, PropertyList, Utf16, Xml};
    const KNOWN: [(&[u8], Foreign); 17] = [
        (b"\xff\xfe", Utf16),
        (b"\xfe\xff", Utf16),
        (b"\x1f\x8b", Compressed("gzip")),
        (b"\xfd7zXZ\0", Compressed("xz")),
        (b"\x28\xb5\x2f\xfd", Compressed("zstd")),
        (b"BZh", Compressed("bzip2")),
        (b"\x04\x22\x4d\x18", Compressed("lz4")),
        (b"\x5d\0\0", Compressed("lzma")),
        (b"PK\x03\x04", Archive("zip")),
        (b"7z\xbc\xaf\x27\x1c", Archive("7z")),
        (b"!<arch>\n", Archive("ar or deb")),
        (b"\xed\xab\xee\xdb", Archive("rpm")),
        (b"\x7fELF", Binary("an ELF file")),
        (b"bplist", Binary("a binary property list")),
        (b"SQLite format 3\0", Binary("a database of SQLite")),
        (b"-----BEGIN ", Armored),
        (b"#mtree", Foreign::Mtree),
    ];
    if let Some((_, known)) = KNOWN.iter().find(|(magic, _)| file.starts_with(magic)) {
        return Some(*known);
    }
    // Without a mark every other byte of plain text is a NUL.
    if let [a, b, c, d, ..] = file
        && ([*a, *c] == [0, 0] || [*b, *d] == [0, 0])
        && [a, b, c, d].into_iter().filter(|byte| is_of_text(**byte)).count() == 2
    {
        return Some(Utf16);
    }
    if file.get(257..262) == Some(b"ustar") {
        return Some(Archive("tar"));
    }
    let text = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file).trim_ascii_start();
    match text.first()? {
        b'{' | b'[' => return Some(Json),
        b'<' if has(text, b"<plist") => return Some(PropertyList),
        b'<' => return Some(Xml),
        b'/' | b'#' | b'\\' => return None,
        _ => {}
    }
    let first = text.get(..512).unwrap_or(text);
    first.contains(&0).then_some(Binary("no text"))
}

fn is_of_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// What the lines of a text have in common.
fn text(file: &[u8], cut: bool) -> Option<Foreign> {
    let file = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file);
    let mut lines: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
    if cut {
        lines.pop();
    }
    let lines = lines.into_iter().map(<[u8]>::trim_ascii);
    let mut lines = lines.filter(|line| !matches!(line, [] | [b'#', ..])).take(LINES);
    let first = lines.clone().next().and_then(form)?;
    lines.all(|line| form(line) == Some(first)).then_some(first)
}

/// Whether a line has some form.
type HasForm = fn(&[u8]) -> bool;

/// The form that a line has.
fn form(line: &[u8]) -> Option<Foreign> {
    const FORMS: [(HasForm, Foreign); 7] = [
        (is_checksum, Foreign::Checksums),
        (is_tagged_checksum, Foreign::TaggedChecksums),
        (is_mtree, Foreign::Mtree),
        (is_of_freebsd, Foreign::FreeBsd),
        (is_of_rpm, Foreign::Rpm),
        (is_of_fapolicyd, Foreign::Fapolicyd),
        (is_of_ima, Foreign::Ima),
    ];
    FORMS.into_iter().find(|(has_form, _)| has_form(line)).map(|(_, foreign)| foreign)
}

/// `DIGEST  NAME` or `DIGEST *NAME`, with a backslash before it if the name has one.
fn is_checksum(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\\").unwrap_or(line);
    let mut words = words(line);
    words.next().is_some_and(is_digest) && words.next().is_some()
}

/// `ALGORITHM (NAME) = DIGEST`, and without the blanks as openssl(1) writes it.
fn is_tagged_checksum(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\\").unwrap_or(line);
    let algorithm = line.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
    let rest = algorithm.filter(|length| *length > 0).and_then(|length| line.get(length..));
    let opens = rest.is_some_and(|rest| rest.trim_ascii_start().starts_with(b"("));
    let equals = line.iter().rposition(|byte| *byte == b'=');
    let Some((before, after)) = equals.and_then(|equals| line.split_at_checked(equals)) else {
        return false;
    };
    let digest = after.strip_prefix(b"=").unwrap_or(after).trim_ascii();
    opens && before.trim_ascii_end().ends_with(b")") && is_digest(digest)
}

/// `NAME KEYWORD=VALUE ...`, what continues that, or what sets the values of those that follow.
fn is_mtree(line: &[u8]) -> bool {
    const KEYWORDS: [&[u8]; 10] = [
        b"type=", b"size=", b"time=", b"nlink=", b"link=", b"uname=", b"gname=", b"uid=",
        b"cksum=", b"flags=",
    ];
    let mut words = words(line).peekable();
    matches!(words.peek(), Some(&(b"/set" | b"/unset" | b"..")))
        || words.peek().is_some_and(|first| is_keyword(first, b"="))
        || words.any(|word| {
            let known = KEYWORDS.iter().any(|keyword| word.starts_with(keyword));
            known || is_keyword(word, b"digest=")
        })
}

/// `NAME ALGORITHM=DIGEST [OPTION ...]`.
fn is_of_freebsd(line: &[u8]) -> bool {
    words(line).skip(1).any(|word| is_keyword(word, b"="))
}

/// Whether a word is the name of an algorithm, this, and a digest.
fn is_keyword(word: &[u8], between: &[u8]) -> bool {
    const ALGORITHMS: [&[u8]; 7] =
        [b"sha1", b"sha256", b"sha384", b"sha512", b"md5", b"rmd160", b"ripemd160"];
    ALGORITHMS.iter().any(|algorithm| {
        let digest = word.strip_prefix(*algorithm).and_then(|rest| rest.strip_prefix(between));
        digest.is_some_and(is_digest)
    })
}

/// `PATH SIZE TIME DIGEST MODE ...`.
fn is_of_rpm(line: &[u8]) -> bool {
    let mut words = words(line).skip(1);
    let numbers = words.by_ref().take(2).filter(|word| is_number(word)).count();
    numbers == 2 && words.next().is_some_and(is_digest) && words.next().is_some_and(is_number)
}

/// `PATH SIZE DIGEST`; a path may have blanks in it.
fn is_of_fapolicyd(line: &[u8]) -> bool {
    let words: Vec<&[u8]> = words(line).collect();
    match &*words {
        [.., _, size, digest] => line.starts_with(b"/") && is_number(size) && is_digest(digest),
        _ => false,
    }
}

/// `REGISTER DIGEST TEMPLATE ...`.
fn is_of_ima(line: &[u8]) -> bool {
    let mut words = words(line);
    let before = words.next().is_some_and(is_number) && words.next().is_some_and(is_digest);
    before && words.next().is_some_and(|template| template.starts_with(b"ima"))
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty())
}

fn is_number(word: &[u8]) -> bool {
    word.iter().all(u8::is_ascii_digit)
}

/// Whether a word is as long as a digest of a usual algorithm, and in hexadecimal.
fn is_digest(word: &[u8]) -> bool {
    matches!(word.len(), 32 | 40 | 56 | 64 | 96 | 128) && word.iter().all(u8::is_ascii_hexdigit)
}

fn has(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file is said to be.
    fn foreign(file: &[u8]) -> Option<Foreign> {
        match super::foreign(file)?.problem {
            Problem::Foreign(foreign) => Some(foreign),
            other => panic!("{other}"),
        }
    }

    const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn lists_of_others_are_told_by_their_lines() {
        for (text, expected) in [
            ("SHA  /usr/bin/env\n", Foreign::Checksums),
            ("SHA */usr/bin/env\n", Foreign::Checksums),
            ("\\SHA  /a\\nb\n", Foreign::Checksums),
            ("d41d8cd98f00b204e9800998ecf8427e  usr/bin/env\n", Foreign::Checksums),
            ("SHASHA  /usr/bin/env with blanks\n", Foreign::Checksums),
            ("SHA256 (/usr/bin/env) = SHA\n", Foreign::TaggedChecksums),
            ("BLAKE2b-256 (a (b)) = SHA\n", Foreign::TaggedChecksums),
            ("SHA2-256(/usr/bin/env)= SHA\n", Foreign::TaggedChecksums),
            ("\\MD5 (a\\nb) = d41d8cd98f00b204e9800998ecf8427e\n", Foreign::TaggedChecksums),
            ("usr/bin/env sha256=SHA\n", Foreign::FreeBsd),
            ("/usr/bin/env sha256=SHA indirect no_ptrace\n", Foreign::FreeBsd),
            ("#mtree\n./a type=file\n", Foreign::Mtree),
            (
                "/set type=file uid=0\n.   type=dir\nenv  mode=0755 size=9 \\\n    sha256=SHA\n..\n",
                Foreign::Mtree,
            ),
            ("./usr/bin/env type=file sha256digest=SHA\n", Foreign::Mtree),
            ("/usr/bin/env 48000 SHA\n", Foreign::Fapolicyd),
            ("/usr/bin/with blanks 48000 SHA\n", Foreign::Fapolicyd),
            ("/usr/bin/env 48000 1700000000 SHA 0100755 root root 0 0 0 X\n", Foreign::Rpm),
            ("10 d41d8cd98f00b204e9800998ecf8427e ima-ng sha256:SHA /init\n", Foreign::Ima),
        ] {
            let text = text.replace("SHA2-", "@").replace("SHA256 (", "%");
            let text = text.replace("SHA", SHA256).replace('@', "SHA2-").replace('%', "SHA256 (");
            assert_eq!(foreign(text.as_bytes()), Some(expected), "{text}");
            assert_eq!(foreign(text.replace('\n', "\r\n").as_bytes()), Some(expected), "{text}");
            let many = text.repeat(200_000 / text.len());
            assert_eq!(foreign(many.as_bytes()), Some(expected), "many of {text}");
            let before = format!("\u{feff}# a comment\n\n{text}");
            assert_eq!(foreign(before.as_bytes()), Some(expected), "{before}");
            // What can be loaded makes it a signatures file, and so does what is of no form.
            for more in [format!("/a SHA256 {SHA256}\n"), "/a\n".to_owned()] {
                let mixed = [format!("{more}{text}"), format!("{text}{more}")];
                let mixed = mixed.iter().filter(|mixed| !mixed.starts_with("#mtree"));
                mixed.for_each(|mixed| assert_eq!(foreign(mixed.as_bytes()), None, "{mixed}"));
            }
        }
    }

    #[test]
    fn what_is_no_text_is_told_by_its_beginning() {
        let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        for bytes in [u16::to_be_bytes, u16::to_le_bytes] {
            for text in ["/a SHA256 00\n", "\u{feff}/a", "# a", "\u{feff}"] {
                assert_eq!(foreign(&utf16(text, bytes)), Some(Foreign::Utf16), "{text:?}");
            }
        }
        for (file, expected) in [
            (&b"\x1f\x8b\x08\0"[..], Foreign::Compressed("gzip")),
            (b"\xfd7zXZ\0\0", Foreign::Compressed("xz")),
            (b"PK\x03\x04", Foreign::Archive("zip")),
            (b"\x7fELF\x02", Foreign::Binary("an ELF file")),
            (b"\x01\x02\0", Foreign::Binary("no text")),
            (b" {\"entries\": []}", Foreign::Json),
            (b"\n[]", Foreign::Json),
            (b"<?xml version=\"1.0\"?>\n<plist version=\"1.0\"/>", Foreign::PropertyList),
            (b"\xef\xbb\xbf<html>", Foreign::Xml),
            (b"-----BEGIN PGP SIGNED MESSAGE-----\n", Foreign::Armored),
        ] {
            assert_eq!(foreign(file), Some(expected), "{}", crate::printable(file));
        }
        let mut tar = vec![b'a'; 257];
        tar.extend(b"ustar\0");
        assert_eq!(foreign(&tar), Some(Foreign::Archive("tar")));
    }

    #[test]
    fn signatures_files_are_not_foreign_whatever_is_wrong_with_them() {
        let entry = format!("/a SHA256 {SHA256} file\n");
        for file in [
            "",
            "\n# c\n",
            "#",
            "/",
            "/a",
            "/a\0b SHA256 00\n",
            "bin/ls SHA256 00\n",
            &entry,
            &format!("\u{feff}{entry}"),
            &entry.replace('\n', "\r\n"),
            &format!("[section]\n{entry}"),
            &format!("<?xml?>\n{entry}"),
            &format!("BZh\n{entry}"),
            &format!("{SHA256}  /a\n{}{entry}", format!("{SHA256}  /b\n").repeat(2000)),
            &entry.replace("SHA256", ""),
            &entry.replace("/a", "/a\\ type=file"),
            &entry.replace("/a", "/a\\ sha256=00"),
            &entry.replace("/a", "/a\\ 12"),
            &format!("{SHA256}\n"),
            &format!("/a {SHA256}\n"),
            &format!("/a SHA256 {SHA256} 12 {SHA256}x\n"),
        ] {
            assert_eq!(foreign(file.as_bytes()), None, "{file:?}");
        }
    }
}
