//! Every fault that a line can have: what is said of it, and the place that is named.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use sigfile::entries;

const MD5: &str = "00112233445566778899aabbccddeeff";

/// The one diagnostic of a file.
fn text(file: &str) -> String {
    let mut items = entries(file.as_bytes());
    let problem = items.next().unwrap().unwrap_err();
    assert_eq!(items.next(), None);
    problem.to_string()
}

/// The one diagnostic of a file in which `MD5` stands for that word and a fingerprint.
fn problem(file: &str) -> String {
    text(&file.replace("MD5", &format!("MD5 {MD5}")))
}

#[test]
fn a_bad_path_is_named() {
    let relative = "does not begin with \"/\"; expected an absolute path";
    assert_eq!(problem(" bin/ls MD5\n"), format!("1:2: path \"bin/ls\" {relative}"));
    assert_eq!(problem("\"/a\" MD5"), format!("1:1: path \"\\\"/a\\\"\" {relative}"));
    // A byte order mark is one at the beginning alone.
    assert_eq!(
        problem("\u{feff}/a MD5"),
        "1:1: the file begins with a byte order mark; save it as UTF-8 without one, or remove its \
         first three bytes"
    );
    assert_eq!(problem("\n\u{feff}/a MD5"), format!("2:1: path \"\\u{{feff}}/a\" {relative}"));
    assert_eq!(problem("\n,"), format!("2:1: path \",\" {relative}"));
    let root = "path is \"/\" alone; expected the name of a file";
    for file in ["/ MD5\n", "/\n", "/", "/\tx", "/\r\n", "/\r"] {
        assert_eq!(problem(file), format!("1:1: {root}"));
    }
    let nul = "path holds a NUL byte, which no file name can";
    assert_eq!(problem("/a\0b MD5"), format!("1:3: {nul}"));
    assert_eq!(problem("/a\\\n\\\0 MD5"), format!("2:2: {nul}"));
    let alone = "path stands alone; expected PATH ALGORITHM FINGERPRINT [FLAGS]";
    for file in ["/bin/ls\n", "/bin/ls", "/bin/ls # why\n", "/bin/ls\r\n", "/bin/ls \\\n"] {
        assert_eq!(problem(file), format!("1:1: {alone}"));
    }
}

#[test]
fn a_backslash_that_ends_the_file_is_named() {
    let text = "the file ends with a backslash; expected what it quotes or a line that continues";
    for file in ["\\", "/a\\", "/a \\", "/a MD5\\", "/a MD5 file \\", "/a MD5 file,\\"] {
        let column = file.replace("MD5", &format!("MD5 {MD5}")).len();
        assert_eq!(problem(file), format!("1:{column}: {text}"));
    }
    assert_eq!(problem("/a MD5,\\").split_once(": ").unwrap().0, "1:40");
}

#[test]
fn a_bad_algorithm_is_named() {
    let expected = "expected MD5, SHA1, RMD160, SHA256, SHA384 or SHA512";
    let bad = |word: &str| problem(&format!("/a  {word} {MD5} file\n"));
    assert_eq!(bad("FOO"), format!("1:5: unknown algorithm \"FOO\"; {expected}"));
    assert_eq!(bad("SHA-256"), format!("1:5: unknown algorithm \"SHA-256\"; {expected}"));
    assert_eq!(bad("="), "1:5: unexpected \"=\"; expected an algorithm");
    assert_eq!(bad(",MD5"), "1:5: unexpected \",\"; expected an algorithm");
    assert_eq!(
        problem(&format!("/a {MD5} VERIEXEC_DIRECT")),
        "1:4: algorithm missing before the fingerprint; expected PATH ALGORITHM FINGERPRINT \
         [FLAGS]"
    );
    assert_eq!(
        problem("/my own file MD5 file"),
        "1:5: unknown algorithm \"own\"; if it belongs to the path, write each blank of the \
         path with a backslash before it"
    );
}

#[test]
fn a_bad_fingerprint_is_named() {
    assert_eq!(
        text("/a SHA256\n"),
        "1:10: fingerprint missing; expected 64 hexadecimal digits for SHA256"
    );
    assert_eq!(
        text("/a md5 file"),
        "1:8: fingerprint missing; expected 32 hexadecimal digits for MD5"
    );
    assert_eq!(text("/a md5 0011 file"), "1:8: fingerprint of 4 digits; expected 32 for MD5");
    assert_eq!(text("/a md5 001"), "1:8: fingerprint of 3 digits; expected 32 for MD5");
    let overlong = format!("/a md5 {}", "0".repeat(100_000));
    assert_eq!(text(&overlong), "1:8: fingerprint of 100000 digits; expected 32 for MD5");
    let digit = "is no hexadecimal digit; expected 32 of them for MD5";
    assert_eq!(text("/a md5 00g1"), format!("1:10: \"g\" {digit}"));
    assert_eq!(text("/a md5 \\\n0\u{20ac}1"), format!("2:2: \"\u{20ac}\" {digit}"));
    assert_eq!(text("/a md5 00:11"), format!("1:10: \":\" {digit}"));
    assert_eq!(text("/a md5 , file"), "1:8: unexpected \",\"; expected a fingerprint");
}

#[test]
fn bad_flags_are_named() {
    // The flags begin at column 41.
    let bad = |flags: &str| problem(&format!("/a MD5 {flags}\n"));
    let expected = "expected direct, indirect, file, program, interpreter, script, library or \
                    untrusted";
    assert_eq!(bad("foo"), format!("1:41: unknown flag \"foo\"; {expected}"));
    assert_eq!(bad("file, \\\n foo"), format!("2:2: unknown flag \"foo\"; {expected}"));
    assert_eq!(bad("direct;file"), format!("1:41: unknown flag \"direct;file\"; {expected}"));
    assert_eq!(bad("VERIEXEC_X"), format!("1:41: unknown flag \"VERIEXEC_X\"; {expected}"));
    assert_eq!(
        bad("Veriexec_Untrusted"),
        "1:41: unknown flag \"Veriexec_Untrusted\"; expected untrusted"
    );
    assert_eq!(
        bad("direct file"),
        "1:48: flags are separated by commas; expected \",\" before \"file\""
    );
    let stray = "\",\" without a flag before it; expected a flag";
    assert_eq!(bad(", file"), format!("1:41: {stray}"));
    assert_eq!(bad("file,, direct"), format!("1:46: {stray}"));
    let dangling =
        "\",\" without a flag after it; expected a flag, or the line to end before the comma";
    for flags in ["file,", "file, ", "file, # why", "file,\r", "file, \\\n"] {
        assert_eq!(bad(flags), format!("1:45: {dangling}"));
    }
    assert_eq!(bad("-x"), "1:41: unexpected \"-x\"; expected a flag");
    assert_eq!(bad("file ;"), "1:46: unexpected \";\"; expected \",\" or the end of the line");
    assert_eq!(bad("file /b"), "1:46: unexpected \"/b\"; expected \",\" or the end of the line");
    assert_eq!(bad("file, \\x"), "1:47: unexpected \"\\\\x\"; expected a flag");
}
