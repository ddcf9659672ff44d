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
                depth = depth.saturating_sub(1);
                indent(self.out, depth)?;
                match level {
                    Level::Array(_) => put(self.out, b"</array>\n")?,
                    Level::Dictionary(_) => put(self.out, b"</dict>\n")?,
                }
                let Some(parent) = self.parents.pop() else { return Ok(()) };
                level = parent;
                continue;
            };
            if let Some(key) = key {
                indent(self.out, depth)?;
                put(self.out, b"<key>")?;
                text::escape(self.out, key)?;
                put(self.out, b"</key>\n")?;
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
        indent(self.out, depth)?;
        Ok(match container {
            Container::Array(array) if array.is_empty() => {
                put(self.out, b"<array/>\n")?;
                None
            }
            Container::Array(array) => {
                put(self.out, b"<array>\n")?;
                Some(Level::Array(array.iter()))
            }
            Container::Dictionary(dictionary) if dictionary.is_empty() => {
                put(self.out, b"<dict/>\n")?;
                None
            }
            Container::Dictionary(dictionary) => {
                put(self.out, b"<dict>\n")?;
                Some(Level::Dictionary(dictionary.entries().iter()))
            }
        })
    }
}

/// Writes an object that is no container, on a line of its own.
fn leaf(out: &mut Vec<u8>, depth: usize, object: &Object) -> Result<(), NoMemory> {
    indent(out, depth)?;
    match object {
        Object::Bool(true) => put(out, b"<true/>\n"),
        Object::Bool(false) => put(out, b"<false/>\n"),
        Object::Number(number) => {
            put(out, b"<integer>")?;
            integer::write(out, *number)?;
            put(out, b"</integer>\n")
        }
        Object::String(string) if string.as_bytes().is_empty() => put(out, b"<string/>\n"),
        Object::String(string) => {
            put(out, b"<string>")?;
            text::escape(out, string.bytes())?;
            put(out, b"</string>\n")
        }
        Object::Data(data) if data.as_bytes().is_empty() => put(out, b"<data/>\n"),
        Object::Data(data) => {
            put(out, b"<data>")?;
            base64::encode(out, data.as_bytes())?;
            put(out, b"</data>\n")
        }
        Object::Array(_) | Object::Dictionary(_) => Ok(()),
    }
}

/// Appends a text of known length, which is a few instructions.
#[inline]
fn put<const LENGTH: usize>(out: &mut Vec<u8>, text: &[u8; LENGTH]) -> Result<(), NoMemory> {
    fallible::extend(out, text)
}

/// Begins a line with as many tabs as its depth.
#[inline]
fn indent(out: &mut Vec<u8>, depth: usize) -> Result<(), NoMemory> {
    const TABS: &[u8; 8] = &[b'\t'; 8];
    let end = out.len().saturating_add(depth);
    let mut left = depth;
    while left > TABS.len() {
        put(out, TABS)?;
        left = left.saturating_sub(TABS.len());
    }
    put(out, TABS)?;
    out.truncate(end);
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
