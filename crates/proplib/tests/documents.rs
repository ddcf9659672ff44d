//! Documents as other programs write them: what each mode reads is what stands there, or an error
//! with its place.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

use proplib::{Mode, Object, ReadOptions};

/// What a mode makes of a text: the object as it prints, or the error.
fn read(text: &[u8], mode: Mode) -> Result<String, String> {
    let options = ReadOptions { mode, ..ReadOptions::default() };
    match Object::internalize_with(text, &options) {
        Ok(object) => Ok(format!("{object:?}")),
        Err(error) => Err(error.to_string()),
    }
}

/// A test for each document, by its name: what both modes say of it, or the strict one and then the
/// tolerant one.
macro_rules! documents {
    ($($test:ident $file:literal: $strict:expr $(, $tolerant:expr)?;)*) => {$(
        #[test]
        fn $test() {
            let text = include_bytes!(concat!("documents/", $file));
            let strict: Result<&str, &str> = $strict;
            #[allow(unused_mut, unused_assignments, reason = "not every document has both")]
            let mut tolerant = strict;
            $(tolerant = $tolerant;)?
            let owned = |result: Result<&str, &str>| result.map(String::from).map_err(String::from);
            assert_eq!(read(text, Mode::Strict), owned(strict), "strict");
            assert_eq!(read(text, Mode::Tolerant), owned(tolerant), "tolerant");
        }
    )*};
}

const ROOT: &str = "1:1: expected \"<\", with which an XML property list begins, or a value in JSON: \
                    \"{\", \"[\", a string, a whole number, true or false";

documents! {
    apple_bom "apple-bom.plist": Err(ROOT), Ok(r#"{"a": "b"}"#);
    apple_bplist "apple-bplist.plist": Err(
        "1:1: binary property list, which is not read; expected a property list in XML or JSON, in \
         UTF-8"
    );
    apple_cdata "apple-cdata.plist":
        Err("5:21: expected </string>"), Ok(r#"{"c": "a<b>&c"}"#);
    apple_comment_dashes "apple-comment-dashes.plist": Ok(r#"{"a": "b"}"#);
    apple_data_ws "apple-data-ws.plist": Ok(r#"{"d": <000102030405>, "e": <>, "f": <>}"#);
    // The last one counts, as in NetBSD.
    apple_dup_keys "apple-dup-keys.plist": Ok(r#"{"a": "2"}"#);
    apple_openstep "apple-openstep.plist": Err(
        "1:1: property list in the format of OpenStep, which is not read; expected a property list \
         in XML or JSON, in UTF-8"
    );
    apple_truncated "apple-truncated.plist":
        Err("7:1: text ends too early; expected </string>");
    apple_utf16 "apple-utf16.plist": Err(
        "1:1: text in UTF-16, which is not read; expected a property list in XML or JSON, in UTF-8"
    );
    // NetBSD ends a document type at the first `>`.
    apple_xxe "apple-xxe.plist":
        Err("2:57: expected <plist>"),
        Err("3:48: unknown entity; expected &amp;, &apos;, &gt;, &lt; or &quot;");
    json_big "json-big.json": Err(
        "1:7: number out of range; expected -9223372036854775808 to 9223372036854775807, or to \
         18446744073709551615 without a sign"
    );
    json_dup "json-dup.json": Ok(r#"{"a": 2}"#);
    json_exp "json-exp.json":
        Err("1:8: expected a whole number in decimal, without fraction and exponent");
    json_float "json-float.json":
        Err("1:8: expected a whole number in decimal, without fraction and exponent");
    json_lone "json-lone.json": Err(
        "1:7: surrogate without its other half; expected \\uD800 to \\uDBFF, and \\uDC00 to \\uDFFF \
         at once after it"
    );
    json_null "json-null.json":
        Err("1:7: expected a value: \"{\", \"[\", a string, a whole number, true or false");
    // The last one counts, as in NetBSD.
    nb_boards "nb-boards.plist": Ok(r#"{"a,b": {"pkg": "y"}}"#);
    xbps_conf "xbps-conf.plist": Ok(r#"{"k": "dcron>=0", "l": []}"#);
    xbps_unsorted "xbps-unsorted.plist": Ok(
        "{\"attr\": {\"installed_size\": 0x1f}, \"zlib\": {\"automatic-install\": true, \
         \"run_depends\": [\"glibc>=2.8\"]}}"
    );
}

/// What says that the value is another one than what stands there, or that the bytes are other
/// characters: the tolerant mode refuses it where it stands, in every form.
#[test]
fn what_is_not_known_is_never_passed_over() {
    let place = |text: &str| {
        let error = read(text.as_bytes(), Mode::Tolerant).unwrap_err();
        error.splitn(3, ':').take(2).map(String::from).collect::<Vec<_>>().join(":")
    };
    for (text, at) in [
        // What writers of Apple's kernel shorten.
        ("<plist><array><string ID=\"1\">a</string>\n<string IDREF=\"1\"/></array></plist>", "2:9"),
        (
            "<plist><dict><key>a</key><dict ID='0'/>\n<key>b</key>\n<dict IDREF = '0'/></dict></plist>",
            "3:7",
        ),
        ("<plist><array><data ID='1' IDREF='2'>AA==</data></array></plist>", "1:28"),
        ("<plist><array><true IDREF='2'></true></array></plist>", "1:21"),
        ("<plist><array idref='2'/></plist>", "1:15"),
        ("<plist><reference IDREF='2'/></plist>", "1:19"),
        ("<?xml version='1.0' encoding='latin1'?>\n<plist><string>\u{e9}</string></plist>", "1:30"),
        ("<plist><string xsi:nil='true'/></plist>", "1:16"),
        ("<plist><string>&eacute;</string></plist>", "1:16"),
    ] {
        assert_eq!(place(text), at, "{text}");
    }
}
