//! The writer.

use alloc::vec::Vec;
use core::mem;

use super::{FOOTER, HEADER, base64, integer, text};
use crate::fallible::{self, NoMemory};
use crate::walk::Level;
use crate::{Array, Dictionary, Limits, Object, WriteError};

/// Writes an object that is no container.
pub(crate) fn write_leaf(object: &Object) -> Result<Vec<u8>, WriteError> {
    let mut out = begin(room(object))?;
    leaf(&mut out, 0, object)?;
    end(out)
}

/// Writes an array.
pub(crate) fn write_array(array: &Array, limits: &Limits) -> Result<Vec<u8>, WriteError> {
    let mut out = begin(array.iter().map(room).fold(ROOM, usize::saturating_add))?;
    let mut writer = Writer { out: &mut out, max_depth: limits.max_depth, parents: Vec::new() };
    writer.container(Container::Array(array))?;
    end(out)
}

/// Writes a dictionary.
pub(crate) fn write_dictionary(
    dictionary: &Dictionary,
    limits: &Limits,
) -> Result<Vec<u8>, WriteError> {
    let rooms = dictionary.iter().map(|(key, value)| room(value).saturating_add(key.len()));
    let mut out = begin(rooms.fold(ROOM, usize::saturating_add))?;
    let mut writer = Writer { out: &mut out, max_depth: limits.max_depth, parents: Vec::new() };
    writer.container(Container::Dictionary(dictionary))?;
    end(out)
}

/// Room for the tags of an element, those of its key, and their indentation.
const ROOM: usize = 48;

/// About as many bytes as an object needs; only what holds containers can need many more.
fn room(object: &Object) -> usize {
    let content = match object {
        Object::String(string) => string.as_bytes().len(),
        Object::Data(data) => base64::encoded_length(data.as_bytes().len()),
        _ => 0,
    };
    content.saturating_add(ROOM)
}

fn begin(room: usize) -> Result<Vec<u8>, NoMemory> {
    let mut out = Vec::new();
    let around = HEADER.len().saturating_add(FOOTER.len());
    fallible::reserve_exact(&mut out, room.saturating_add(around))?;
    fallible::extend(&mut out, HEADER)?;
    Ok(out)
}

fn end(mut out: Vec<u8>) -> Result<Vec<u8>, WriteError> {
    fallible::extend(&mut out, FOOTER)?;
    Ok(out)
}

enum Container<'a> {
    Array(&'a Array),
    Dictionary(&'a Dictionary),
}

struct Writer<'a, 'out> {
    out: &'out mut Vec<u8>,
    max_depth: usize,
    parents: Vec<Level<'a>>,
}

impl<'a> Writer<'a, '_> {
    /// Writes the outermost container with all that is in it.
    fn container(&mut self, root: Container<'a>) -> Result<(), WriteError> {
        let Some(mut level) = self.open(root, 0)? else { return Ok(()) };
        let mut depth: usize = 1;
        loop {
            let Some((key, child)) = level.next() else {
                let outside = depth.saturating_sub(1);
                line(
                    self.out,
                    outside,
                    match level {
                        Level::Array(_) => ARRAY_END,
                        Level::Dictionary(_) => DICT_END,
                    },
                )?;
                let Some(parent) = self.parents.pop() else { return Ok(()) };
                level = parent;
                depth = outside;
                continue;
            };
            if let Some(key) = key {
                line(self.out, depth, KEY)?;
                text::escape(self.out, key.as_slice())?;
                fallible::extend(self.out, b"</key>\n")?;
            }
            let inner = match child {
                Object::Array(array) => self.open(Container::Array(array), depth)?,
                Object::Dictionary(dictionary) => {
                    self.open(Container::Dictionary(dictionary), depth)?
                }
                object => {
                    leaf(self.out, depth, object)?;
                    continue;
                }
            };
            if let Some(inner) = inner {
                fallible::push(&mut self.parents, mem::replace(&mut level, inner))?;
                depth = depth.saturating_add(1);
            }
        }
    }

    /// Writes the start of a container, and says what is in it if that is to be written next.
    fn open(
        &mut self,
        container: Container<'a>,
        depth: usize,
    ) -> Result<Option<Level<'a>>, WriteError> {
        if depth >= self.max_depth {
            return Err(WriteError::TooDeep { limit: self.max_depth });
        }
        let (tag, level) = match container {
            Container::Array(array) if array.is_empty() => (ARRAY_EMPTY, None),
            Container::Array(array) => (ARRAY, Some(Level::Array(array.iter()))),
            Container::Dictionary(dictionary) if dictionary.is_empty() => (DICT_EMPTY, None),
            Container::Dictionary(dictionary) => {
                (DICT, Some(Level::Dictionary(dictionary.entries().iter())))
            }
        };
        line(self.out, depth, tag)?;
        Ok(level)
    }
}

/// Writes an object that is no container, on a line of its own.
fn leaf(out: &mut Vec<u8>, depth: usize, object: &Object) -> Result<(), NoMemory> {
    match object {
        Object::Bool(true) => line(out, depth, TRUE),
        Object::Bool(false) => line(out, depth, FALSE),
        Object::Number(number) => {
            line(out, depth, INTEGER)?;
            integer::write(out, *number)?;
            fallible::extend(out, b"</integer>\n")
        }
        Object::String(string) if string.as_bytes().is_empty() => line(out, depth, STRING_EMPTY),
        Object::String(string) => {
            line(out, depth, STRING)?;
            text::escape(out, string.as_bytes())?;
            fallible::extend(out, b"</string>\n")
        }
        Object::Data(data) if data.as_bytes().is_empty() => line(out, depth, DATA_EMPTY),
        Object::Data(data) => {
            line(out, depth, DATA)?;
            base64::encode(out, data.as_bytes())?;
            fallible::extend(out, b"</data>\n")
        }
        Object::Array(_) | Object::Dictionary(_) => Ok(()),
    }
}

/// How many tabs stand before each of the texts below, so that a line of usual depth is begun
/// with one copy.
const TABS: usize = 8;

macro_rules! tabbed {
    ($($name:ident $text:literal;)*) => {$(
        const $name: &[u8] = concat!("\t\t\t\t\t\t\t\t", $text).as_bytes();
    )*};
}

tabbed! {
    ARRAY "<array>\n";
    ARRAY_EMPTY "<array/>\n";
    ARRAY_END "</array>\n";
    DATA "<data>";
    DATA_EMPTY "<data/>\n";
    DICT "<dict>\n";
    DICT_EMPTY "<dict/>\n";
    DICT_END "</dict>\n";
    FALSE "<false/>\n";
    INTEGER "<integer>";
    KEY "<key>";
    STRING "<string>";
    STRING_EMPTY "<string/>\n";
    TRUE "<true/>\n";
}

/// Begins a line with as many tabs as its depth, and one of the texts above.
#[inline]
fn line(out: &mut Vec<u8>, depth: usize, tabbed: &[u8]) -> Result<(), NoMemory> {
    if depth > TABS {
        tabs(out, depth.saturating_sub(TABS))?;
    }
    fallible::extend(out, tabbed.get(TABS.saturating_sub(depth)..).unwrap_or(&[]))
}

#[cold]
fn tabs(out: &mut Vec<u8>, count: usize) -> Result<(), NoMemory> {
    const BLOCK: &[u8] = &[b'\t'; 64];
    let mut left = count;
    while left > 0 {
        let some = BLOCK.get(..left).unwrap_or(BLOCK);
        fallible::extend(out, some)?;
        left = left.saturating_sub(some.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Data, Number, PropString};

    fn body(object: impl Into<Object>) -> String {
        let text = String::from_utf8(object.into().externalize().unwrap()).unwrap();
        let header = std::str::from_utf8(HEADER).unwrap();
        text.strip_prefix(header).unwrap().strip_suffix("</plist>\n").unwrap().to_owned()
    }

    #[test]
    fn each_object_has_its_element() {
        assert_eq!(body(true), "<true/>\n");
        assert_eq!(body(false), "<false/>\n");
        assert_eq!(body(Number::Signed(-12)), "<integer>-12</integer>\n");
        assert_eq!(body(Number::Unsigned(0xab)), "<integer>0xab</integer>\n");
        assert_eq!(body(PropString::default()), "<string/>\n");
        let string = PropString::new(b"<a & b>\"'").unwrap();
        assert_eq!(body(string), "<string>&lt;a &amp; b&gt;\"'</string>\n");
        assert_eq!(body(Data::default()), "<data/>\n");
        assert_eq!(body(Data::new(b"any").unwrap()), "<data>YW55</data>\n");
        assert_eq!(body(Array::new()), "<array/>\n");
        assert_eq!(body(Dictionary::new()), "<dict/>\n");
    }

    #[test]
    fn lines_are_indented_by_their_depth() {
        let mut object = Object::from(Array::new());
        let (mut before, mut after) = (String::new(), String::new());
        for depth in 0..100 {
            let mut array = Array::new();
            array.push(object).unwrap();
            object = array.into();
            before += &format!("{}<array>\n", "\t".repeat(depth));
            after = format!("{}</array>\n{after}", "\t".repeat(depth));
        }
        assert_eq!(body(object), format!("{before}{}<array/>\n{after}", "\t".repeat(100)));
    }

    #[test]
    fn depth_is_limited() {
        let nest = |depth| {
            let mut array = Array::new();
            for _ in 1..depth {
                let mut outer = Array::new();
                outer.push(array).unwrap();
                array = outer;
            }
            array
        };
        assert!(nest(256).externalize().is_ok());
        assert_eq!(nest(257).externalize(), Err(WriteError::TooDeep { limit: 256 }));
        assert_eq!(nest(10_000).externalize(), Err(WriteError::TooDeep { limit: 256 }));
        let limits = Limits { max_depth: 0, ..Limits::default() };
        assert!(Object::Bool(true).externalize_within(&limits).is_ok());
        assert_eq!(
            Dictionary::new().externalize_within(&limits),
            Err(WriteError::TooDeep { limit: 0 }),
        );
    }
}
