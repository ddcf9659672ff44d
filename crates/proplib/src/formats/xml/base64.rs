//! Base64 (RFC 4648), written on one line with padding, read with white space anywhere.

use alloc::vec::Vec;

use super::is_space;
use crate::Data;
use crate::formats::read_error::{Expected, Fault, ReadErrorKind};
use crate::memory::fallible::{self, NoMemory};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What [`VALUES`] says of a byte outside the alphabet; any value has none of these bits.
const OUTSIDE: u8 = 0xc0;

/// What each byte stands for.
#[allow(clippy::indexing_slicing, reason = "the compiler evaluates it, once")]
const VALUES: [u8; 256] = {
    let mut values = [OUTSIDE; 256];
    let mut value: u8 = 0;
    while value < 64 {
        values[ALPHABET[value as usize] as usize] = value;
        value += 1;
    }
    values
};

/// The number of characters that encode a number of bytes.
pub(super) fn encoded_length(bytes: usize) -> usize {
    bytes.div_ceil(3).saturating_mul(4)
}

/// The number of bytes that are encoded at once, except for the last ones.
pub(super) const BLOCK: usize = 48;

/// The characters of each twelve bits.
#[allow(clippy::indexing_slicing, reason = "the compiler evaluates it, once")]
const PAIRS: [[u8; 2]; 1 << 12] = {
    let mut pairs = [[0; 2]; 1 << 12];
    let mut bits = 0;
    while bits < pairs.len() {
        pairs[bits] = [ALPHABET[bits >> 6], ALPHABET[bits & 0x3f]];
        bits += 1;
    }
    pairs
};

/// Writes bytes to a place that is long enough; says how many characters they are.
#[inline(never)]
pub(super) fn encode(bytes: &[u8], place: &mut [u8]) -> usize {
    let (groups, rest) = bytes.as_chunks::<3>();
    let (places, _) = place.as_chunks_mut::<4>();
    let mut places = places.iter_mut();
    for (&[a, b, c], four) in groups.iter().zip(places.by_ref()) {
        *four = encode_group(a, b, c);
    }
    let last = match *rest {
        [a] => {
            let [one, two, ..] = encode_group(a, 0, 0);
            [one, two, b'=', b'=']
        }
        [a, b] => {
            let [one, two, three, _] = encode_group(a, b, 0);
            [one, two, three, b'=']
        }
        _ => return encoded_length(bytes.len()),
    };
    if let Some(four) = places.next() {
        *four = last;
    }
    encoded_length(bytes.len())
}

#[inline]
fn encode_group(a: u8, b: u8, c: u8) -> [u8; 4] {
    let (a, b, c) = (usize::from(a), usize::from(b), usize::from(c));
    let pair = |bits: usize| PAIRS.get(bits).copied().unwrap_or_default();
    let ([one, two], [three, four]) = (pair(a << 4 | b >> 4), pair((b & 0xf) << 8 | c));
    [one, two, three, four]
}

/// The number of groups that are decoded before they are copied out: enough for a SHA-512 digest.
const GROUPS: usize = 22;

/// Reads data from a text without white space; nothing if it is long or anything is odd about it.
#[inline]
pub(super) fn decode_plain(text: &[u8]) -> Option<Data> {
    let (groups, []) = text.as_chunks::<4>() else { return None };
    let (last, groups) = groups.split_last()?;
    let mut room = [[0; 3]; GROUPS];
    let (place, places) = room.get_mut(..=groups.len())?.split_last_mut()?;
    let mut outside = 0;
    for (place, four) in places.iter_mut().zip(groups) {
        let four @ [one, two, three, last] = four.map(value);
        outside |= one | two | three | last;
        *place = decode_group(four);
    }
    let (four, padding) = match *last {
        [one, two, b'=', b'='] => ([one, two, b'A', b'A'], 2),
        [one, two, three, b'='] => ([one, two, three, b'A'], 1),
        four => (four, 0),
    };
    let four @ [one, two, three, last] = four.map(value);
    outside |= one | two | three | last;
    *place = decode_group(four);
    if outside & OUTSIDE != 0 {
        return None;
    }
    let length = places.len().wrapping_add(1).wrapping_mul(3).wrapping_sub(padding);
    Data::new(room.as_flattened().get(..length)?).ok()
}

/// Reads data from a text that begins at `offset` and ends where its element does.
pub(super) fn decode(text: &[u8], offset: usize) -> Result<Data, Fault> {
    let no_memory = |error: NoMemory| Fault { kind: error.into(), offset };
    let mut decoder = Decoder { text, rest: text };
    let mut room = [[0; 3]; GROUPS];
    let mut bytes = Vec::new();
    loop {
        let (length, is_last) = decoder.block(&mut room).map_err(|at| Fault {
            kind: ReadErrorKind::Other(Expected::Base64),
            offset: offset.saturating_add(at),
        })?;
        let block = room.as_flattened().get(..length).unwrap_or(&[]);
        match (bytes.is_empty(), is_last) {
            (true, true) => return Data::new(block).map_err(no_memory),
            (true, false) => {
                let most = (text.len() / 4).saturating_add(1).saturating_mul(3);
                fallible::reserve_exact(&mut bytes, most).map_err(no_memory)?;
            }
            (false, _) => {}
        }
        fallible::extend(&mut bytes, block).map_err(no_memory)?;
        if is_last {
            return Data::from_vec(bytes).map_err(no_memory);
        }
    }
}

/// A place in encoded text. Its errors are where the text is wrong.
struct Decoder<'a> {
    text: &'a [u8],
    rest: &'a [u8],
}

impl Decoder<'_> {
    /// Decodes groups; says how many bytes there are, and whether they are the last.
    fn block(&mut self, room: &mut [[u8; 3]; GROUPS]) -> Result<(usize, bool), usize> {
        let mut length: usize = 0;
        for place in room {
            let (group, bytes) = self.group()?;
            *place = group;
            length = length.saturating_add(bytes);
            if bytes < 3 {
                return Ok((length, true));
            }
        }
        Ok((length, false))
    }

    /// Decodes the next group; says how many bytes it has: fewer than three in the last one.
    #[inline]
    fn group(&mut self) -> Result<([u8; 3], usize), usize> {
        if let Some((&four, rest)) = self.rest.split_first_chunk::<4>() {
            let four @ [one, two, three, last] = four.map(value);
            if (one | two | three | last) & OUTSIDE == 0 {
                self.rest = rest;
                return Ok((decode_group(four), 3));
            }
        }
        self.odd_group()
    }

    /// Decodes a group with white space or padding in it.
    #[cold]
    fn odd_group(&mut self) -> Result<([u8; 3], usize), usize> {
        let mut four = [0; 4];
        for index in 0..4_usize {
            let Some(byte) = self.next() else {
                return if index == 0 { Ok(([0; 3], 0)) } else { Err(self.text.len()) };
            };
            if byte == b'=' && index >= 2 {
                return self.padded(four, index);
            }
            let value = value(byte);
            if value & OUTSIDE != 0 {
                return Err(self.before());
            }
            if let Some(place) = four.get_mut(index) {
                *place = value;
            }
        }
        Ok((decode_group(four), 3))
    }

    /// Ends at the first padding, which came after so many values.
    fn padded(&mut self, four: [u8; 4], values: usize) -> Result<([u8; 3], usize), usize> {
        if values == 2 {
            match self.next() {
                Some(b'=') => {}
                Some(_) => return Err(self.before()),
                None => return Err(self.text.len()),
            }
        }
        if self.next().is_some() {
            return Err(self.before());
        }
        Ok((decode_group(four), values.saturating_sub(1)))
    }

    /// The next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        while let Some((&byte, rest)) = self.rest.split_first() {
            self.rest = rest;
            if !is_space(byte) {
                return Some(byte);
            }
        }
        None
    }

    /// Where the byte is that was just taken.
    fn before(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len()).saturating_sub(1)
    }
}

#[inline]
fn value(byte: u8) -> u8 {
    VALUES.get(usize::from(byte)).copied().unwrap_or(OUTSIDE)
}

#[inline]
fn decode_group([one, two, three, four]: [u8; 4]) -> [u8; 3] {
    [one << 2 | two >> 4, two << 4 | three >> 2, three << 6 | four]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        let mut place = vec![0; bytes.len() * 2 + 4];
        let length = encode(bytes, &mut place);
        String::from_utf8(place[..length].to_vec()).unwrap()
    }

    fn decoded(text: &str) -> Result<Vec<u8>, usize> {
        decode(text.as_bytes(), 0)
            .map(|data| data.as_bytes().to_vec())
            .map_err(|fault| fault.offset)
    }

    /// The vectors of RFC 4648, section 10.
    #[test]
    fn vectors_of_the_standard() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encoded(bytes.as_bytes()), text);
            assert_eq!(encoded_length(bytes.len()), text.len());
            assert_eq!(decoded(text).unwrap(), bytes.as_bytes());
        }
    }

    #[test]
    fn every_length_and_byte_comes_back() {
        let bytes: Vec<u8> = (0..=255).cycle().take(500).collect();
        for length in 0..bytes.len() {
            let text = encoded(&bytes[..length]);
            assert_eq!(decoded(&text).unwrap(), bytes[..length], "{length}");
            let wrapped: String = text.chars().flat_map(|char| ['\n', char, '\t']).collect();
            assert_eq!(decoded(&wrapped).unwrap(), bytes[..length], "{length}");
        }
    }

    #[test]
    fn spare_bits_are_not_looked_at() {
        assert_eq!(decoded("Zh==").unwrap(), b"f");
        assert_eq!(decoded("Zm9=").unwrap(), b"fo");
    }

    #[test]
    fn what_is_no_base64_is_refused_where_it_is_wrong() {
        for (text, at) in [
            ("Zm9", 3),
            ("Z", 1),
            ("Zm", 2),
            ("=", 0),
            ("Z===", 1),
            ("Zg=", 3),
            ("Zg=a", 3),
            ("Zg==Zg==", 4),
            ("Zm8=Zg==", 4),
            ("Zm8==", 4),
            ("Zm9v=", 4),
            ("Zm-v", 2),
            ("Zm9v\x0b", 4),
            ("Zm9vé", 4),
        ] {
            assert_eq!(decoded(text), Err(at), "{text}");
        }
    }
}
