//! Integers, as strtoll(3) and strtoull(3) read them.

use crate::Number;

/// The most bytes that a number takes.
const LONGEST: usize = "-9223372036854775808".len();

/// A number as text, and its length: signed in decimal, unsigned in hexadecimal.
#[cold]
pub(super) fn digits(number: Number) -> ([u8; LONGEST], usize) {
    let mut text = [0; LONGEST];
    match number {
        Number::Signed(value @ 0..10) => {
            text[0] = digit(value.unsigned_abs());
            (text, 1)
        }
        Number::Unsigned(value @ 0..16) => {
            text[..3].copy_from_slice(&[b'0', b'x', digit(value)]);
            (text, 3)
        }
        Number::Signed(value) if value < 0 => {
            all_digits(b"-", value.unsigned_abs(), |left| (left % 10, left / 10))
        }
        Number::Signed(value) => {
            all_digits(b"", value.unsigned_abs(), |left| (left % 10, left / 10))
        }
        Number::Unsigned(value) => all_digits(b"0x", value, |left| (left & 0xf, left >> 4)),
    }
}

/// Digits from the last to the first, behind a prefix; `split` takes the last one from the others.
fn all_digits(
    prefix: &[u8],
    value: u64,
    split: impl Fn(u64) -> (u64, u64),
) -> ([u8; LONGEST], usize) {
    let mut text = [0; LONGEST];
    let mut left = value;
    let mut first = LONGEST;
    for (index, place) in text.iter_mut().enumerate().rev() {
        let last;
        (last, left) = split(left);
        *place = digit(last);
        first = index;
        if left == 0 {
            break;
        }
    }
    let first = first.saturating_sub(prefix.len());
    if let Some(place) = text.get_mut(first..) {
        for (place, byte) in place.iter_mut().zip(prefix) {
            *place = *byte;
        }
    }
    text.rotate_left(first.min(LONGEST));
    (text, LONGEST.saturating_sub(first))
}

#[inline]
fn digit(value: u64) -> u8 {
    b"0123456789abcdef".get((value & 0xf) as usize).copied().unwrap_or(b'0')
}

/// A number that is too large for its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OutOfRange;

/// Reads the number that a text begins with, and says how many bytes it takes; none if it begins
/// with no number, which then is 0.
///
/// `0x` makes a number unsigned; otherwise it is signed, and unsigned if it has no sign and fits
/// no other way. `0X` and a leading `0` tell the base, not the sign.
pub(super) fn read(text: &[u8]) -> Result<(Number, usize), OutOfRange> {
    let parsed = parse(text);
    let value = parsed.magnitude.ok_or(OutOfRange)?;
    let number = if text.starts_with(b"0x") {
        Number::Unsigned(value)
    } else if parsed.negative {
        Number::Signed(0_i64.checked_sub_unsigned(value).ok_or(OutOfRange)?)
    } else {
        match i64::try_from(value) {
            Ok(value) => Number::Signed(value),
            Err(_) if text.first() == Some(&b'+') => return Err(OutOfRange),
            Err(_) => Number::Unsigned(value),
        }
    };
    Ok((number, parsed.length))
}

/// Reads a number as proplib(3) writes it, which is neither negative nor large, and says how many
/// bytes it takes.
#[inline]
pub(super) fn read_plain(text: &[u8]) -> Option<(Number, usize)> {
    match text {
        [b'0', b'x', rest @ ..] => {
            let (value, length) = leading_digits::<16>(rest)?;
            Some((Number::Unsigned(value), length.wrapping_add(2)))
        }
        [b'1'..=b'9', ..] | [b'0', b'<', ..] => {
            let (value, length) = leading_digits::<10>(text)?;
            Some((Number::Signed(value.cast_signed()), length))
        }
        _ => None,
    }
}

/// The number that so few digits are that no `i64` is too small for them.
#[inline]
fn leading_digits<const BASE: u32>(text: &[u8]) -> Option<(u64, usize)> {
    let (mut value, mut length) = (0_u64, 0_usize);
    for &byte in text {
        let Some(digit) = char::from(byte).to_digit(BASE) else { break };
        value = value.wrapping_mul(BASE.into()).wrapping_add(digit.into());
        length = length.wrapping_add(1);
    }
    (1..16).contains(&length).then_some((value, length))
}

/// Reads a whole text as strtoul(3) does, where a minus wraps around.
pub(super) fn read_size(text: &[u8]) -> Option<u64> {
    let parsed = parse(text);
    if parsed.length == 0 || parsed.length < text.len() {
        return None;
    }
    let value = parsed.magnitude?;
    Some(if parsed.negative { value.wrapping_neg() } else { value })
}

struct Parsed {
    negative: bool,
    /// None if it is larger than any `u64`.
    magnitude: Option<u64>,
    /// How many bytes of the text it takes.
    length: usize,
}

/// Reads space, a sign, a base and digits.
fn parse(text: &[u8]) -> Parsed {
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
    let (negative, unsigned) = match text.get(blanks..).unwrap_or(&[]) {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (base, numeral) = match unsigned {
        [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => {
            (16, rest)
        }
        [b'0', ..] => (8, unsigned),
        _ => (10, unsigned),
    };
    let mut magnitude = Some(0_u64);
    let mut rest = numeral;
    while let Some((digit, behind)) = rest
        .split_first()
        .and_then(|(&byte, behind)| Some((char::from(byte).to_digit(base)?, behind)))
    {
        magnitude =
            magnitude.and_then(|value| value.checked_mul(base.into())?.checked_add(digit.into()));
        rest = behind;
    }
    let length =
        if rest.len() == numeral.len() { 0 } else { text.len().saturating_sub(rest.len()) };
    Parsed { negative, magnitude, length }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Number::{Signed, Unsigned};

    fn written(number: Number) -> String {
        let (text, length) = digits(number);
        String::from_utf8(text[..length].to_vec()).unwrap()
    }

    #[test]
    fn numbers_are_written_by_their_sign() {
        for (number, text) in [
            (Signed(0), "0"),
            (Signed(-1), "-1"),
            (Signed(i64::MAX), "9223372036854775807"),
            (Signed(i64::MIN), "-9223372036854775808"),
            (Unsigned(0), "0x0"),
            (Unsigned(0x1f), "0x1f"),
            (Unsigned(u64::MAX), "0xffffffffffffffff"),
        ] {
            assert_eq!(written(number), text);
        }
    }

    /// Numbers are equal across signedness, so it is compared apart.
    fn same(one: Number, other: Number) -> bool {
        one == other && one.is_unsigned() == other.is_unsigned()
    }

    #[test]
    fn numbers_are_read_as_netbsd_reads_them() {
        for (text, number) in [
            ("5", Signed(5)),
            ("0x5", Unsigned(5)),
            ("0xFf", Unsigned(255)),
            ("0X5", Signed(5)),
            (" 0x5", Signed(5)),
            ("\u{b}7", Signed(7)),
            ("010", Signed(8)),
            ("-010", Signed(-8)),
            ("+0x10", Signed(16)),
            ("-0x10", Signed(-16)),
            (" -3", Signed(-3)),
            ("-0", Signed(0)),
            ("9223372036854775807", Signed(i64::MAX)),
            ("9223372036854775808", Unsigned(1 << 63)),
            ("18446744073709551615", Unsigned(u64::MAX)),
            ("01777777777777777777777", Unsigned(u64::MAX)),
            ("0Xffffffffffffffff", Unsigned(u64::MAX)),
            ("0xffffffffffffffff", Unsigned(u64::MAX)),
            ("-9223372036854775808", Signed(i64::MIN)),
            ("+9223372036854775807", Signed(i64::MAX)),
        ] {
            let (read, length) = read(text.as_bytes()).unwrap();
            assert!(same(read, number), "{text}: {read:?}");
            assert_eq!(length, text.len(), "{text}");
        }
    }

    #[test]
    fn a_number_ends_before_what_is_no_digit() {
        for (text, length) in [
            ("", 0),
            (" ", 0),
            ("-", 0),
            ("+ 5", 0),
            ("x", 0),
            ("0x", 1),
            ("0xg", 1),
            ("09", 1),
            ("5 ", 1),
            ("--5", 0),
            ("1.5", 1),
            ("0b1", 1),
        ] {
            assert_eq!(read(text.as_bytes()).unwrap().1, length, "{text:?}");
        }
    }

    #[test]
    fn what_no_type_holds_is_refused() {
        for text in [
            "18446744073709551616",
            "0x10000000000000000",
            "-9223372036854775809",
            " -9223372036854775809",
            "+9223372036854775808",
            "02000000000000000000000",
            "99999999999999999999999999999999999999999999",
        ] {
            assert_eq!(read(text.as_bytes()).map(|_| ()), Err(OutOfRange), "{text}");
        }
    }

    #[test]
    fn sizes_are_read_whole() {
        for (text, size) in [
            ("4", Some(4)),
            ("0x10", Some(16)),
            ("010", Some(8)),
            (" +4", Some(4)),
            ("-18446744073709551612", Some(4)),
            ("", None),
            ("4 ", None),
            ("four", None),
            ("18446744073709551616", None),
        ] {
            assert_eq!(read_size(text.as_bytes()), size, "{text:?}");
        }
    }
}
