//! What the tolerant mode takes beyond what NetBSD does, case by case, and what it refuses.
#![allow(clippy::unwrap_used, reason = "a test may stop at once")]

mod objects;

use proplib::{Data, Limits, Mode, Number, Object, ReadOptions};

use objects::{array, dictionary, string};

fn read(text: impl AsRef<[u8]>) -> Result<Object, String> {
    let options = ReadOptions { mode: Mode::Tolerant, ..ReadOptions::default() };
    Object::internalize_with(text.as_ref(), &options).map_err(|error| error.to_string())
}

/// The object of a property list around this element.
fn value(element: &str) -> Result<Object, String> {
    read(format!("<plist>{element}</plist>"))
}

fn data(bytes: &[u8]) -> Object {
    Data::new(bytes).unwrap().into()
}

#[test]
fn documents_of_others_are_taken() {
    for text in [
        "\u{feff}<plist><true/></plist>",
        "\u{feff} <?xml version=\"1.0\"?>\r\n<plist version='1.0'>\r\n<true/>\r\n</plist>\r\n",
        "<!-- first --><?xml version='1.0' encoding='UTF-8' standalone='yes'?><plist><true/></plist>",
        "<?xml ?><!-- c --><!DOCTYPE plist><!-- c --><plist><true/></plist>",
        "<?xml version=\"1.0\"?>\n<?xml-stylesheet href=\"a>b\"?>\n<plist><true/></plist>",
        "<?xml?><plist><true/></plist>",
        "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\"><plist><true/></plist>",
        "<!DOCTYPE plist SYSTEM 'a>b' [\n<!ENTITY lt '\">'>\n<!-- it's ]> -->\n]><plist><true/></plist>",
        "<!DOCTYPE html><plist><true/></plist>",
        "<plist version = \"1.0\"><true/></plist>",
        "<plist version=\"1\" ><true/></plist>",
        "<plist xmlns:a='b' version='1' id=\"c\"><true/></plist >",
        "<plist\n><true/></plist\n>",
        "<plist><?pi > ?><true/><!-- c --></plist>",
        "<plist><true/><?pi?> <!-- c --> </plist> and whatever follows <",
        "<plist><true/></plist>\0<",
    ] {
        assert_eq!(read(text), Ok(Object::Bool(true)), "{text}");
    }
}

#[test]
fn elements_of_others_are_taken() {
    let yes = Object::Bool(true);
    for (element, object) in [
        ("<true />", true.into()),
        ("<false\n/>", false.into()),
        ("<true></true>", true.into()),
        ("<false > <!-- c --> </false >", false.into()),
        ("<true id='b' xmlns=\"d\"/>", true.into()),
        ("<array />", array(&[])),
        ("<array ></array\t>", array(&[])),
        ("<array id='1'><true/><!-- c --><?pi?></array>", array(std::slice::from_ref(&yes))),
        ("<dict />", dictionary(&[])),
        ("<dict ID=\"b\"><key id='d'>k</key><true/></dict>", dictionary(&[(b"k", yes.clone())])),
        (
            "<dict><key>a</key><!-- c --><?pi?><true/><!-- c --><key/><true/><?pi?></dict>",
            dictionary(&[(b"a", yes.clone()), (b"", yes.clone())]),
        ),
        ("<dict><key><![CDATA[<]]>&#x26;</key><true/></dict>", dictionary(&[(b"<&", yes)])),
        ("<string />", string(b"")),
        ("<string xml:space='preserve'> a </string >", string(b" a ")),
        ("<string>a<!-- b -->c<?d?>e</string>", string(b"ace")),
        ("<string><![CDATA[a<b>&amp;]]>]]&gt;</string>", string(b"a<b>&amp;]]>")),
        ("<string><![CDATA[]]></string>", string(b"")),
        ("<string>&#65;&#x42;&#233;&#x1f600;</string>", string("ABé\u{1f600}".as_bytes())),
        ("<string>a\r\nb</string>", string(b"a\r\nb")),
        ("<integer id='b'>5</integer>", Number::Signed(5).into()),
        ("<integer>\n\t5\n</integer >", Number::Signed(5).into()),
        ("<integer><!-- five -->5<!-- --></integer>", Number::Signed(5).into()),
        ("<integer>&#45;<![CDATA[5]]></integer>", Number::Signed(-5).into()),
        // NetBSD takes these as octal and as hexadecimal numbers, so they must be the same here.
        ("<integer>010</integer>", Number::Signed(8).into()),
        ("<integer>0x10</integer>", Number::Unsigned(16).into()),
        ("<data />", data(b"")),
        ("<data id='b' size = '3'>Zm9v</data>", data(b"foo")),
        ("<data>\n\tZm9vYmFy\n\tZm9v\n\t</data>", data(b"foobarfoo")),
        ("<data>Zm<!-- c -->9v&#10;<?pi?><![CDATA[Zg==]]></data>", data(b"foof")),
        ("<data size='0'/>", data(b"")),
    ] {
        assert_eq!(value(element), Ok(object), "{element}");
    }
}

#[test]
fn what_is_no_property_list_is_refused() {
    let other_type = |name| {
        format!(
            "<{name}>, a type unknown to proplib(3); expected <array>, <data>, <dict>, <false/>, \
             <integer>, <string> or <true/>"
        )
    };
    let (date, real, uid) = (other_type("date"), other_type("real"), other_type("uid"));
    let entity = "unknown entity; expected &amp;, &apos;, &gt;, &lt; or &quot;";
    let character = "no character; expected &#N; or &#xN; with a number of Unicode other than 0";
    let base64 = "expected base64 with its padding and </data>";
    let integer = "expected a whole number and </integer>";
    let size = "wrong size; expected size=\"3\", or none";
    let foreign = "attribute that may change the value; expected none but \"version\" of <plist>, \
                   \"size\" of <data>, \"id\", \"xmlns\", \"xml:lang\" and \"xml:space\"";
    let attribute = "expected name=\"value\" after the blank, or no blank";
    for (element, column, message) in [
        ("<date>2020-01-01T00:00:00Z</date>", 1, date.as_str()),
        ("<real>1.5</real>", 1, &real),
        ("<uid />", 1, &uid),
        ("<true>yes</true>", 7, "expected </true>"),
        ("<true></false>", 7, "expected </true>"),
        ("<true/ >", 6, "expected \">\""),
        ("<true a=b/>", 7, attribute),
        ("<true a/>", 7, attribute),
        ("<true id='b'c='d'/>", 13, "expected \">\""),
        ("</true>", 1, "expected a value"),
        ("<integer />", 1, "expected the form <name>...</name>"),
        ("<string IDREF=\"1\"/>", 9, foreign),
        ("<array><string ID='1'>a</string><string IDREF='1'>b</string></array>", 41, foreign),
        ("<dict><key nil='true'/><true/></dict>", 12, foreign),
        ("<integer size='8'>0x1ff</integer>", 10, foreign),
        ("<array></true></array>", 8, "expected a value"),
        ("<array><![CDATA[ ]]></array>", 8, "expected <!-- and a comment"),
        ("<dict><key>k</key></dict>", 19, "expected a value"),
        ("<dict><key>k<true/></key></dict>", 13, "expected </key>"),
        ("<string>&nbsp;</string>", 9, entity),
        ("<string>a & b</string>", 11, entity),
        ("<string>ab&#0;</string>", 11, character),
        ("<string>&#xD800;</string>", 9, character),
        ("<string>a<b/></string>", 10, "expected </string>"),
        ("<integer>5 <!-- --> a</integer>", 10, integer),
        ("<integer>1.5</integer>", 11, integer),
        ("<data>Zm<!-- -->9</data>", 7, base64),
        ("<data>Zm9v&amp;</data>", 7, base64),
        ("<data size='4'>Zm9v</data>", 7, size),
        ("<data size='2147483648'>Zm9v</data>", 7, size),
    ] {
        let expected = format!("1:{}: {message}", column + "<plist>".len());
        assert_eq!(value(element), Err(expected), "{element}");
    }
    let first = "expected \"<\", with which an XML property list begins";
    for (text, message) in [
        ("\u{feff}", "1:4: nothing to read; expected a property list"),
        ("<dict/>", "1:1: expected <plist>"),
        ("<plist/>", "1:1: expected <plist>"),
        ("<plist></plist>", "1:8: expected a value"),
        ("<plist><true/>text</plist>", "1:15: expected </plist>"),
        ("<plist><true/><true/></plist>", "1:15: expected </plist>"),
        ("<plist><true/><!-- ", "1:20: text ends too early; expected --> after the comment"),
        (
            "<plist><true/><?pi >",
            "1:21: text ends too early; expected ?> after the processing instruction",
        ),
        (
            "<plist><string><![CDATA[a]]</string>",
            "1:37: text ends too early; expected ]]> after the CDATA section",
        ),
        (
            "<!DOCTYPE plist [<!ENTITY a 'b>]><plist><true/></plist>",
            "1:56: text ends too early; expected \">\" after <?xml or <!DOCTYPE",
        ),
    ] {
        assert_eq!(read(text), Err(message.into()), "{text}");
    }
    assert!(read("\u{feff}\u{feff}<plist><true/></plist>").is_err_and(|error| error != first));
}

/// What an entity stands for is never read from the text, so it cannot be made to grow.
#[test]
fn declared_entities_are_not_looked_at() {
    let text = "<!DOCTYPE plist [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY lt \"less\">]><plist><string>&lt;</string></plist>";
    assert_eq!(read(text), Ok(string(b"<")));
    assert!(read(text.replace("&lt;<", "&b;<")).unwrap_err().contains("unknown entity"));
}

#[test]
fn every_truncation_is_an_error() {
    let text = "<!-- a --><?xml b?><!DOCTYPE plist [<!ENTITY c '>'>]><plist id='e' ><dict >\
                <key>f&#103;<![CDATA[h]]></key><array><true ></true><integer> 5<!-- --></integer>\
                <data size='1'>\nZg==\n</data><string>&#x20;</string></array ></dict ></plist >";
    assert!(read(text).is_ok());
    for length in 0..text.len() {
        let error = read(&text.as_bytes()[..length]).unwrap_err();
        assert!(
            error.contains("text ends too early") || error.contains("nothing to read"),
            "{length}: {error}"
        );
        let with_nul = [&text.as_bytes()[..length], b"\0", &text.as_bytes()[length..]].concat();
        assert_eq!(read(with_nul), Err(error));
    }
}

#[test]
fn limits_hold_in_this_mode_too() {
    let nest =
        |depth| format!("<plist>{}{}</plist>", "<array >".repeat(depth), "</array >".repeat(depth));
    assert!(read(nest(256)).is_ok());
    let error = read(nest(10_000)).unwrap_err();
    assert!(error.ends_with("containers nested too deep; expected at most 256 inside each other"));
    let limits = Limits { max_input: 10, ..Limits::default() };
    let options = ReadOptions { mode: Mode::Tolerant, limits };
    let error = Object::internalize_with(b"<plist><true /></plist>", &options).unwrap_err();
    assert_eq!(error.to_string(), "1:1: text too long; expected at most 10 bytes");
}
