//! A tree of names that break careless tools.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Every odd name, as bytes of one path component.
#[must_use]
pub fn all() -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = [
        &b"plain"[..],
        b"with space",
        b" leading and trailing ",
        b"tab\there",
        b"\t",
        b"back\\slash",
        b"trailing\\",
        b"\\",
        b"\\\\",
        b"\\n",
        b"escaped\\ space",
        b"#",
        b"# comment",
        b"mid#hash",
        b"'single'",
        b"\"double\"",
        b"`tick`",
        b"$HOME",
        b"-rf",
        b"*",
        b"a,b",
        b"direct, file",
        b"SHA256",
        b"carriage\rreturn",
        b"\r",
        b"esc\x1b[2Jape",
        b"bell\x07",
        b"\x7f",
        b"\xff\xfe not text",
        b"\xc3\x28",
        b"caf\xc3\xa9",
        "right\u{202e}left".as_bytes(),
        "zero\u{200b}width".as_bytes(),
        "\u{1f512}".as_bytes(),
        b"<key>&amp;",
        b"]]>",
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    names.extend([vec![b'x'; 255], vec![b' '; 255], vec![b'\\'; 255], vec![0xfe; 255]]);
    names
}

/// Every odd name with a newline in it.
#[must_use]
pub fn with_newline() -> Vec<Vec<u8>> {
    [&b"new\nline"[..], b"\n", b"ends\n", b"\\\n", b"a SHA256 00\n b"]
        .map(<[u8]>::to_vec)
        .into_iter()
        .chain([vec![b'\n'; 255]])
        .collect()
}

/// Makes a file of each name below `directory`, every other one executable, each with contents of
/// its own, and a directory of each name with a file in it.
///
/// # Panics
/// When the file system does not take them.
pub fn plant(directory: &Path, names: &[Vec<u8>]) {
    for (index, name) in names.iter().enumerate() {
        let name = OsStr::from_bytes(name);
        let inner = directory.join("directories").join(name);
        fs::create_dir_all(&inner).unwrap_or_else(|error| panic!("{}: {error}", inner.display()));
        write(&directory.join(name), index);
        write(&inner.join("inner"), index + names.len());
    }
}

fn write(file: &Path, number: usize) {
    let mode = if number.is_multiple_of(2) { 0o755 } else { 0o644 };
    fs::write(file, format!("contents {number}\n"))
        .and_then(|()| fs::set_permissions(file, PermissionsExt::from_mode(mode)))
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}
