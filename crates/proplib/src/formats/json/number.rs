//! Whole numbers in decimal.

use alloc::vec::Vec;

use crate::Number;
use crate::memory::fallible::{self, NoMemory};

/// Writes a number; its signedness is lost.
pub(super) fn write(out: &mut Vec<u8>, number: Number) -> Result<(), NoMemory> {
    let magnitude = match number {
        Number::Signed(value) => {
            if value < 0 {
                fallible::push(out, b'-')?;
            }
            value.unsigned_abs()
        }
        Number::Unsigned(value) => value,
    };
    let mut room = [b'0'; 20];
    let mut left = magnitude;
    let mut first = room.len();
    for (index, place) in room.iter_mut().enumerate().rev() {
        *place = b"0123456789".get((left % 10) as usize).copied().unwrap_or(b'0');
        first = index;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    fallible::extend(out, room.get(first..).unwrap_or(&[]))
}

/// Why a text begins with no number, and after how many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberError {
    /// A digit is due there.
    NoDigit(usize),
    /// It is too large for any type.
    OutOfRange,
}

/// Reads the number that a text begins with, and says how many bytes it takes.
///
/// It is signed, and unsigned if it has no sign and fits no other way. Zeros may come before it.
pub(super) fn read(text: &[u8]) -> Result<(Number, usize), NumberError> {
    let (sign, unsigned) = match text {
        [sign @ (b'-' | b'+'), rest @ ..] => (Some(*sign), rest),
        _ => (None, text),
    };
    let mut magnitude = Some(0_u64);
    let mut rest = unsigned;
    while let Some((digit @ b'0'..=b'9', behind)) = rest.split_first() {
        let digit = u64::from(digit.wrapping_sub(b'0'));
        magnitude = magnitude.and_then(|value| value.checked_mul(10)?.checked_add(digit));
        rest = behind;
    }
    let length = text.len().saturating_sub(rest.len());
    if rest.len() == unsigned.len() {
        return Err(NumberError::NoDigit(length));
    }
    let magnitude = magnitude.ok_or(NumberError::OutOfRange)?;
    let number = match (sign, i64::try_from(magnitude)) {
        (Some(b'-'), _) => {
            let value = 0_i64.checked_sub_unsigned(magnitude).ok_or(NumberError::OutOfRange)?;
            Number::Signed(value)
        }
        (_, Ok(value)) => Number::Signed(value),
        (Some(_), Err(_)) => return Err(NumberError::OutOfRange),
        (None, Err(_)) => Number::Unsigned(magnitude),
    };
    Ok((number, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Number::{Signed, Unsigned};

    #[test]
    fn numbers_are_written_in_decimal() {
        for (number, text) in [
            (Signed(0), "0"),
            (Unsigned(0), "0"),
            (Signed(-1), "-1"),
            (Signed(10), "10"),
            (Unsigned(0x1f), "31"),
            (Signed(i64::MAX), "9223372036854775807"),
            (Signed(i64::MIN), "-9223372036854775808"),
            (Unsigned(u64::MAX), "18446744073709551615"),
        ] {
            let mut out = Vec::new();
            write(&mut out, number).unwrap();
            assert_eq!(out, text.as_bytes());
            assert_eq!(read(&out), Ok((number, text.len())));
        }
    }

    #[test]
    fn numbers_are_read_with_as_many_digits_as_there_are() {
        for (text, number, length) in [
            ("5", Signed(5), 1),
            ("+5", Signed(5), 2),
            ("-5", Signed(-5), 2),
            ("-0", Signed(0), 2),
            ("0010", Signed(10), 4),
            ("-09", Signed(-9), 3),
            ("00000000000000000000000001", Signed(1), 26),
            ("+9223372036854775807", Signed(i64::MAX), 20),
            ("-9223372036854775808", Signed(i64::MIN), 20),
            ("9223372036854775808", Unsigned(1 << 63), 19),
            ("18446744073709551615", Unsigned(u64::MAX), 20),
            ("0x10", Signed(0), 1),
            ("1.5", Signed(1), 1),
            ("1e5", Signed(1), 1),
            ("1-2", Signed(1), 1),
            ("1 2", Signed(1), 1),
        ] {
            let (read, taken) = read(text.as_bytes()).unwrap();
            // Numbers are equal across signedness, so it is compared apart.
            assert_eq!((read, read.is_unsigned()), (number, number.is_unsigned()), "{text}");
            assert_eq!(taken, length, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for (text, error) in [
            ("", NumberError::NoDigit(0)),
            (" 5", NumberError::NoDigit(0)),
            ("-", NumberError::NoDigit(1)),
            ("+]", NumberError::NoDigit(1)),
            ("--5", NumberError::NoDigit(1)),
            ("+-5", NumberError::NoDigit(1)),
            ("- 5", NumberError::NoDigit(1)),
            ("-.5", NumberError::NoDigit(1)),
            ("18446744073709551616", NumberError::OutOfRange),
            ("-9223372036854775809", NumberError::OutOfRange),
            ("+9223372036854775808", NumberError::OutOfRange),
            ("99999999999999999999999999999999999999", NumberError::OutOfRange),
        ] {
            assert_eq!(read(text.as_bytes()), Err(error), "{text:?}");
        }
    }
}
