//! What NetBSD takes and refuses, case by case; and, of its reader's faults, that they are not here.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod objects;

use proplib::{Array, Data, Dictionary, Kind, Limits, Number, Object, ReadErrorKind};

use objects::{array, dictionary, string};

fn read(text: impl AsRef<[u8]>) -> Result<Object, String> {
    Object::internalize(text.as_ref()).map_err(|error| error.to_string())
}

/// The object of a property list around this element.
fn value(element: &str) -> Result<Object, String> {
    read(format!("<plist>{element}</plist>"))
}

fn data(bytes: &[u8]) -> Object {
    Data::new(bytes).unwrap().into()
}

#[test]
fn documents_that_netbsd_takes() {
    for text in [
        "<plist><true/></plist>",
        " \t\r\n<plist><true/></plist>",
        "<plist version=\"1.0\"><true/></plist>",
        "<plist version=\"\"><true/></plist>",
        "<plist version \"1.0\"><true/></plist>",
        "<plist> <true/> </plist> and whatever follows <",
        "<plist><true/></plist>\0<",
        "<?xml version='1.0'?><plist><true/></plist>",
        "<!DOCTYPE plist><plist><true/></plist>",
        "<!DOCTYPE plist><?xml ?><?xml ?>\n<plist><true/></plist>",
        "<?xml ?><!DOCTYPE plist SYSTEM \"a\"><!-- c --><plist><true/></plist>",
        "<!-- c --><plist><true/></plist>",
        "<plist><!-- c --> <!----><true/></plist>",
        "<plist><true/></plist a=\"b\">",
    ] {
        assert_eq!(read(text), Ok(Object::Bool(true)), "{text}");
    }
}

#[test]
fn documents_that_netbsd_refuses() {
    let first = "expected \"<\", with which an XML property list begins, or a value in JSON: \"{\", \
                 \"[\", a string, a whole number, true or false";
    for (text, message) in [
        ("", "1:1: nothing to read; expected a property list"),
        (" \n\t\r", "2:3: nothing to read; expected a property list"),
        ("\0<plist><true/></plist>", "1:1: nothing to read; expected a property list"),
        ("\u{b}<plist><true/></plist>", &format!("1:1: {first}")),
        ("\u{feff}<plist><true/></plist>", &format!("1:1: {first}")),
        (
            "bplist00",
            "1:1: binary property list, which is not read; expected a property list in XML or JSON, \
             in UTF-8",
        ),
        ("<", "1:2: text ends too early; expected <plist>"),
        ("<?xml", "1:6: text ends too early; expected <plist>"),
        ("<?xml ", "1:7: text ends too early; expected \">\" after <?xml or <!DOCTYPE"),
        ("<?xml ?>", "1:9: text ends too early; expected <plist>"),
        ("<?xml?><plist><true/></plist>", "1:1: expected <plist>"),
        ("<!-- c --><?xml ?><plist><true/></plist>", "1:11: expected <plist>"),
        (
            "<?xml ?><!-- c --><!DOCTYPE plist><plist><true/></plist>",
            "1:19: expected <!-- and a comment",
        ),
        ("<<!-- c --><plist><true/></plist>", "1:1: expected <plist>"),
        ("<!DOCTYPE html><plist><true/></plist>", "1:1: expected <!-- and a comment"),
        ("<!DOCTYPE plist [<!ENTITY a \"b\">]><plist><true/></plist>", "1:33: expected <plist>"),
        ("<plist/>", "1:1: expected <plist>"),
        ("</plist>", "1:1: expected <plist>"),
        ("<dict/>", "1:1: expected <plist>"),
        ("<plist >", "1:8: expected name=\"value\" after the blank, or no blank"),
        (
            "<plist id=\"1\"><true/></plist>",
            "1:8: unknown attribute; expected none but \"version\" of <plist> and \"size\" of \
             <data>",
        ),
        (
            "<plist version='1'><true/></plist>",
            "1:8: expected name=\"value\" after the blank, or no blank",
        ),
        (
            "<plist version = \"1\"><true/></plist>",
            "1:8: expected name=\"value\" after the blank, or no blank",
        ),
        ("<plist version=\"1\" ><true/></plist>", "1:19: expected \">\""),
        ("<plist version=\"1\" a=\"b\"><true/></plist>", "1:19: expected \">\""),
        ("<plist></plist>", "1:8: expected a value"),
        ("<plist><true/>", "1:15: text ends too early; expected </plist>"),
        ("<plist><true/><true/></plist>", "1:15: expected </plist>"),
        ("<plist><true/>text</plist>", "1:15: expected </plist>"),
        ("<plist><true/><!-- c --></plist>", "1:15: expected </plist>"),
        ("<plist><true/></plist >", "1:23: expected name=\"value\" after the blank, or no blank"),
        ("<plist>text<true/></plist>", "1:8: expected a value"),
        ("<plist>\n\t<!-- c -", "2:10: text ends too early; expected --> after the comment"),
        ("<plist><![CDATA[]]><true/></plist>", "1:8: expected <!-- and a comment"),
        (
            "<plist><?pi?><true/></plist>",
            "1:8: unknown element; expected <array>, <data>, <dict>, <false/>, <integer>, \
             <string> or <true/>",
        ),
    ] {
        assert_eq!(read(text), Err(message.into()), "{text}");
    }
}

#[test]
fn elements_that_netbsd_takes() {
    let yes = Object::Bool(true);
    for (element, object) in [
        ("<false/>", false.into()),
        ("<array/>", Array::new().into()),
        ("<array></array>", Array::new().into()),
        ("<array> <!-- c --> </array>", Array::new().into()),
        ("<array><!-- c --><true/><!-- c --><true/>\n</array>", array(&[yes.clone(), yes.clone()])),
        ("<dict/>", Dictionary::new().into()),
        ("<dict><!-- c --></dict>", Dictionary::new().into()),
        ("<dict><key>k</key><true/></dict>", dictionary(&[(b"k", yes.clone())])),
        (
            "<dict><!-- c --><key>b</key> <!-- c --> <true/><key>a</key><true/></dict>",
            dictionary(&[(b"a", yes.clone()), (b"b", yes.clone())]),
        ),
        ("<dict><key></key><true/></dict>", dictionary(&[(b"", yes.clone())])),
        (
            "<dict><key>k</key><false/><key>k</key><true/></dict>",
            dictionary(&[(b"k", yes.clone())]),
        ),
        ("<dict><key a=\"b\"> &lt;</key a=\"b\"><true/></dict>", dictionary(&[(b" <", yes)])),
        ("<string/>", string(b"")),
        ("<string></string>", string(b"")),
        ("<string> \n a>b]]> </string>", string(b" \n a>b]]> ")),
        ("<string>&amp;lt;&lt;&gt;&apos;&quot;</string>", string(b"&lt;<>'\"")),
        ("<string>\r\n\u{1}\u{7f}é</string>", string("\r\n\u{1}\u{7f}é".as_bytes())),
        ("<integer>5</integer>", Number::Signed(5).into()),
        ("<integer> 5 \n</integer>", Number::Signed(5).into()),
        ("<integer></integer>", Number::Signed(0).into()),
        ("<integer> </integer>", Number::Signed(0).into()),
        ("<integer>0x5</integer>", Number::Unsigned(5).into()),
        ("<data></data>", data(b"")),
        ("<data> \n</data>", data(b"")),
        // NetBSD writes this and does not read it.
        ("<data/>", data(b"")),
        ("<data>Z\tm9v\n Y m F y </data>", data(b"foobar")),
        ("<data>Zg = = </data>", data(b"f")),
        ("<data>Zh==</data>", data(b"f")),
        ("<data size=\"3\">Zm9v</data>", data(b"foo")),
        ("<data size=\"0x3\">Zm9v</data>", data(b"foo")),
        ("<data size=\"0\"></data>", data(b"")),
    ] {
        assert_eq!(value(element), Ok(object), "{element}");
    }
}

#[test]
fn elements_that_netbsd_refuses() {
    let unknown = "unknown element; expected <array>, <data>, <dict>, <false/>, <integer>, \
                   <string> or <true/>";
    let other_type = |name| {
        format!(
            "<{name}>, a type unknown to proplib(3); expected <array>, <data>, <dict>, <false/>, \
             <integer>, <string> or <true/>"
        )
    };
    let (date, real) = (other_type("date"), other_type("real"));
    let attribute = "unknown attribute; expected none but \"version\" of <plist> and \"size\" of \
                     <data>";
    let entity = "unknown entity; expected &amp;, &apos;, &gt;, &lt; or &quot;";
    let integer = "expected a whole number and </integer>";
    let range = "number out of range; expected -9223372036854775808 to 9223372036854775807, or to \
                 18446744073709551615 without a sign";
    let base64 = "expected base64 with its padding and </data>";
    let size = "wrong size; expected size=\"3\", or none";
    let long_key = format!("<dict><key>{}</key><true/></dict>", "k".repeat(129));
    let escaped_key = format!("<dict><key>{}</key><true/></dict>", "&amp;".repeat(129));
    for (element, column, message) in [
        ("<date>2020-01-01T00:00:00Z</date>", 1, date.as_str()),
        ("<real>1.5</real>", 1, &real),
        ("<plist/>", 1, unknown),
        ("<key>k</key>", 1, unknown),
        ("<True/>", 1, unknown),
        ("<>", 1, unknown),
        ("<true />", 7, "expected name=\"value\" after the blank, or no blank"),
        ("<true></true>", 1, "expected the form <name/>"),
        ("<false></false>", 1, "expected the form <name/>"),
        ("<true a=\"b\"></true>", 7, attribute),
        ("<true a=\"b\"/>", 12, "expected \">\""),
        ("</true>", 1, "expected a value"),
        ("<array a=\"b\"></array>", 8, attribute),
        ("<array/ >", 7, "expected \">\""),
        ("<array></array/>", 15, "expected \">\""),
        ("<array></array >", 16, "expected name=\"value\" after the blank, or no blank"),
        ("<array><true/></dict>", 15, "expected a value"),
        // NetBSD goes by the name alone and takes these.
        ("<array></integer>5</integer></array>", 8, "expected a value"),
        ("<array></true></array>", 8, "expected a value"),
        ("<array>text</array>", 8, "expected a value or </array>"),
        ("<array><key>k</key></array>", 8, unknown),
        ("<dict a=\"b\"></dict>", 7, attribute),
        ("<dict></array>", 7, "expected <key> or </dict>"),
        ("<dict><true/></dict>", 7, "expected <key> or </dict>"),
        ("<dict></key><true/></dict>", 7, "expected <key> or </dict>"),
        ("<dict><key/><true/></dict>", 7, "expected <key> or </dict>"),
        ("<dict><key>k</key></dict>", 19, "expected a value"),
        ("<dict><key>k</key><key>l</key></dict>", 19, unknown),
        ("<dict><key>k</string><true/></dict>", 13, "expected </key>"),
        ("<dict><key>k<!-- c --></key><true/></dict>", 13, "expected </key>"),
        (&long_key, 12, "key too long; expected at most 128 bytes"),
        (&escaped_key, 12, "key too long; expected at most 128 bytes"),
        ("<string a=\"b\">s</string>", 9, attribute),
        ("<string>a &#65;</string>", 11, entity),
        ("<string>a & b</string>", 11, entity),
        ("<string>&nbsp;</string>", 9, entity),
        ("<string>&amp</string>", 9, entity),
        ("<string>a<!-- c --></string>", 10, "expected </string>"),
        ("<string>a<b/></string>", 10, "expected </string>"),
        ("<string>a</key>", 10, "expected </string>"),
        ("<string><![CDATA[a]]></string>", 9, "expected </string>"),
        ("<integer/>", 1, "expected the form <name>...</name>"),
        ("<integer a=\"b\">5</integer>", 10, attribute),
        ("<integer>5a</integer>", 11, integer),
        ("<integer>5 a</integer>", 12, integer),
        ("<integer>1.5</integer>", 11, integer),
        ("<integer>-</integer>", 10, integer),
        ("<integer>five</integer>", 10, integer),
        ("<integer>0x</integer>", 11, integer),
        ("<integer>0xg</integer>", 11, integer),
        ("<integer>09</integer>", 11, integer),
        ("<integer>5<!-- c --></integer>", 11, "expected </integer>"),
        ("<integer>5</string>", 11, "expected </integer>"),
        ("<integer>18446744073709551616</integer>", 10, range),
        ("<integer>0x10000000000000000</integer>", 10, range),
        ("<integer>-9223372036854775809</integer>", 10, range),
        ("<integer>+9223372036854775808</integer>", 10, range),
        ("<data a=\"b\">Zm9v</data>", 7, attribute),
        ("<data size=\"4\">Zm9v</data>", 7, size),
        ("<data size=\"\">Zm9v</data>", 7, size),
        ("<data size=\"3 \">Zm9v</data>", 7, size),
        ("<data size=\"2147483648\">Zm9v</data>", 7, size),
        ("<data size=\"3\"/>", 15, "expected \">\""),
        ("<data>Zm9</data>", 10, base64),
        ("<data>Zm-v</data>", 9, base64),
        ("<data>Zg=</data>", 10, base64),
        ("<data>=</data>", 7, base64),
        ("<data>Z===</data>", 8, base64),
        ("<data>Zg==Zg==</data>", 11, base64),
        ("<data>Zm9v<!-- c --></data>", 11, "expected </data>"),
    ] {
        let expected = format!("1:{}: {message}", column + "<plist>".len());
        assert_eq!(value(element), Err(expected), "{element}");
    }
}

#[test]
fn text_without_its_end_is_an_error() {
    let early = "text ends too early; expected";
    for (text, message) in [
        ("<plist><string>abc", &format!("1:19: {early} </string>")),
        ("<plist><string>a&amp;", &format!("1:22: {early} </string>")),
        ("<plist><string>a\0</string></plist>", &format!("1:17: {early} </string>")),
        ("<plist><dict><key>abc", &format!("1:22: {early} </key>")),
        ("<plist><integer>5", &format!("1:18: {early} a whole number and </integer>")),
        ("<plist><data>Zm9v", &format!("1:18: {early} base64 with its padding and </data>")),
        ("<plist><array>", &format!("1:15: {early} a value or </array>")),
        ("<plist><dict>", &format!("1:14: {early} <key> or </dict>")),
        ("<plist><dict><key>k</key>", &format!("1:26: {early} a value")),
    ] {
        assert_eq!(read(text), Err(message.clone()), "{text}");
    }
}

#[test]
fn every_truncation_is_an_error() {
    for text in [
        &include_bytes!("golden/load.plist")[..],
        include_bytes!("golden/prop_basic.plist"),
        include_bytes!("golden/extremes.plist"),
    ] {
        let end = text.len() - "\n".len();
        assert!(Object::internalize(&text[..end]).is_ok());
        for length in 0..end {
            let error = Object::internalize(&text[..length]).unwrap_err();
            assert!(error.offset <= length, "{length}: {error}");
        }
    }
}

#[test]
fn errors_know_their_place() {
    let error = Object::internalize(b"<plist>\n\t<array>\n\t\t<tru/>").unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::UnknownElement);
    assert_eq!((error.offset, error.line, error.column), (19, 3, 3));
    let error = Object::internalize(b"\n\n").unwrap_err();
    assert_eq!((error.offset, error.line, error.column), (2, 3, 1));
}

#[test]
fn the_root_is_of_the_kind_that_is_asked_for() {
    let of_array = b"<plist><array/></plist>";
    let of_dictionary = b"<plist>\n<dict/></plist>";
    assert_eq!(Array::internalize(of_array), Ok(Array::new()));
    assert_eq!(Dictionary::internalize(of_dictionary), Ok(Dictionary::new()));
    let error = Array::internalize(of_dictionary).unwrap_err();
    let expected = ReadErrorKind::Root { expected: Kind::Array, found: Kind::Dictionary };
    assert_eq!((error.kind, error.offset), (expected, 8));
    assert_eq!(
        Dictionary::internalize(b"<plist><true/></plist>").unwrap_err().to_string(),
        "1:8: property list is of kind bool; expected dictionary",
    );
}

fn nest(depth: usize) -> Vec<u8> {
    let (start, end) = ("<array>".repeat(depth), "</array>".repeat(depth));
    format!("<plist>{start}{end}</plist>").into_bytes()
}

#[test]
fn depth_is_limited() {
    assert!(Object::internalize(&nest(256)).is_ok());
    let error = Object::internalize(&nest(257)).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::TooDeep { limit: 256 });
    assert_eq!(error.offset, "<plist>".len() + 256 * "<array>".len());
    assert!(Object::internalize(&nest(1_000_000)).is_err());

    let flat = Limits { max_depth: 0, ..Limits::default() };
    assert!(Object::internalize_within(b"<plist><true/></plist>", &flat).is_ok());
    assert!(Object::internalize_within(b"<plist><dict/></plist>", &flat).is_err());
}

#[test]
fn a_deep_nest_costs_no_stack() {
    let limits = Limits { max_depth: 10_000, ..Limits::default() };
    let text = nest(10_000);
    let object = Object::internalize_within(&text, &limits).unwrap();
    let same = Object::internalize_within(&text, &limits).unwrap();
    assert!(object == same);
    assert!(object.externalize().is_err());
    assert!(format!("{object:?}").starts_with("[[[["));

    let object = Object::internalize_within(&nest(2_000), &limits).unwrap();
    let written = object.externalize_within(&limits).unwrap();
    assert!(Object::internalize_within(&written, &limits).unwrap() == object);
}

#[test]
fn input_is_limited() {
    let text = b"<plist><true/></plist>";
    let limits = |max_input| Limits { max_input, ..Limits::default() };
    assert!(Object::internalize_within(text, &limits(text.len())).is_ok());
    let error = Object::internalize_within(text, &limits(text.len() - 1)).unwrap_err();
    assert_eq!(error.kind, ReadErrorKind::TooLarge { limit: text.len() - 1 });
}
