//! Property lists in formats that are not read here, recognised so that errors can name them.

/// What a text is that is neither XML nor JSON, if that can be told. It is asked of texts that
/// could not be read, so that it need not be sure of those that can.
pub(super) fn name_of(text: &[u8]) -> Option<&'static str> {
    // ASCII in UTF-16 has a NUL in every character.
    let has_nul = text.iter().take(64).any(|&byte| byte == 0);
    match text.trim_ascii_start() {
        [b'b', b'p', b'l', b'i', b's', b't', ..] => Some("binary property list"),
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("text in UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] if has_nul => Some("text in UTF-16"),
        [1..=0x7f, 0, 1..=0x7f, 0, ..] | [0, 1..=0x7f, 0, 1..=0x7f, ..] => Some("text in UTF-16"),
        _ if is_open_step(text) => Some("property list in the format of OpenStep"),
        _ => None,
    }
}

/// Whether a text begins as a property list of OpenStep's: an array in parentheses, or a
/// dictionary, with or without its braces, whose first key has a `=` after it.
fn is_open_step(text: &[u8]) -> bool {
    let text = skip_comments(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    match text {
        [b'(', ..] => true,
        // A value there ends with a semicolon, always.
        [b'{', inside @ ..] => has_key(skip_comments(inside)) && text.contains(&b';'),
        _ => has_key(text) && text.contains(&b';'),
    }
}

/// Whether a key comes, bare or in quotes, and a `=` after it.
fn has_key(text: &[u8]) -> bool {
    let behind = match text {
        [quote @ (b'"' | b'\''), rest @ ..] => {
            let mut is_escaped = false;
            let end = rest.iter().position(|byte| {
                let ends = byte == quote && !is_escaped;
                is_escaped = *byte == b'\\' && !is_escaped;
                ends
            });
            end.and_then(|end| rest.get(end.saturating_add(1)..)).unwrap_or(&[])
        }
        _ => {
            let is_bare = |byte: &u8| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'_' | b'$' | b'.' | b':' | b'-' | b'/')
            };
            let length = text.iter().take_while(|byte| is_bare(byte)).count();
            if length == 0 { &[] } else { text.get(length..).unwrap_or(&[]) }
        }
    };
    skip_comments(behind).first() == Some(&b'=')
}

/// What comes after white space and comments of C.
fn skip_comments(mut text: &[u8]) -> &[u8] {
    loop {
        let end: &[u8] = match text {
            [space, rest @ ..] if is_space(*space) => {
                text = rest;
                continue;
            }
            [b'/', b'*', ..] => b"*/",
            [b'/', b'/', ..] => b"\n",
            _ => return text,
        };
        text = text.get(2..).unwrap_or(&[]);
        while !text.is_empty() && !text.starts_with(end) {
            text = text.get(1..).unwrap_or(&[]);
        }
        text = text.strip_prefix(end).unwrap_or(&[]);
    }
}

/// White space of C's, form feeds included.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_others_are_recognised() {
        for (text, name) in [
            (&b"bplist00\xd1"[..], "binary property list"),
            (b"bplist15", "binary property list"),
            (b"\xff\xfe<\0?\0", "text in UTF-16"),
            (b"\xfe\xff\0<\0?", "text in UTF-16"),
            (b"{\0\"\0a\0", "text in UTF-16"),
            (b"\0<\0?\0x", "text in UTF-16"),
            (b"\xff\xfe\0\0<\0\0\0", "text in UTF-32"),
            (b"\0\0\xfe\xff\0\0\0<", "text in UTF-32"),
            (b"{ a = b; }", "property list in the format of OpenStep"),
            (b"{\n\t\"a b\" = (1, 2);\n}", "property list in the format of OpenStep"),
            (
                b"// !$*UTF8*$!\n{\n\tarchiveVersion = 1;\n}",
                "property list in the format of OpenStep",
            ),
            (b"/* c */ \"key\\\"\" = \"value\";", "property list in the format of OpenStep"),
            (b"\xef\xbb\xbf'a'/*=*/='b';", "property list in the format of OpenStep"),
            (b"( a, b )", "property list in the format of OpenStep"),
        ] {
            assert_eq!(name_of(text), Some(name), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn what_may_be_xml_or_json_is_not() {
        for text in [
            "",
            " ",
            "{",
            "}",
            "{}",
            "[]",
            "{\"a\": 1}",
            "{\"a\"",
            "{\"a",
            "{a}",
            "{a: 1}",
            "a",
            "a b",
            "= b",
            "{ = b; }",
            "{\"a\"=1}",
            "<plist>",
            "<a>",
            "<dict",
            "<ab",
            "</ab>",
            "/",
            "/*",
            "//",
            "\"a\\\" = b",
        ] {
            assert_eq!(name_of(text.as_bytes()), None, "{text}");
        }
    }
}
