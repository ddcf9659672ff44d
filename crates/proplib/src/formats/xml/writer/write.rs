//! The writer.

use alloc::vec::Vec;
use core::{mem, slice};

use super::out::{Line, Out, TABS};
use super::sink::Sink;
use crate::formats::xml::{FOOTER, HEADER, base64};
use crate::memory::{fallible, prefetch};
use crate::objects::bytes::Bytes;
use crate::objects::entries::Entry;
use crate::objects::walk::Level;
use crate::{Array, Dictionary, Limits, Object, WriteError};

/// Writes a property list.
pub(crate) fn write<S: Sink>(object: &Object, sink: S, limits: &Limits) -> Result<S, S::Error> {
    let mut out = Out::new(sink);
    out.bytes(HEADER)?;
    out.object(object, 0, limits.max_depth)?;
    out.bytes(FOOTER)?;
    out.finish()
}

/// Writes an array.
pub(crate) fn write_array<S: Sink>(array: &Array, sink: S, limits: &Limits) -> Result<S, S::Error> {
    write_container(Container::Array(array), sink, limits)
}

/// Writes a dictionary.
pub(crate) fn write_dictionary<S: Sink>(
    dictionary: &Dictionary,
    sink: S,
    limits: &Limits,
) -> Result<S, S::Error> {
    write_container(Container::Dictionary(dictionary), sink, limits)
}

fn write_container<S: Sink>(
    container: Container<'_>,
    sink: S,
    limits: &Limits,
) -> Result<S, S::Error> {
    let mut out = Out::new(sink);
    out.bytes(HEADER)?;
    out.container(container, 0, limits.max_depth)?;
    out.bytes(FOOTER)?;
    out.finish()
}

/// A container to be written.
#[derive(Clone, Copy)]
pub(super) enum Container<'a> {
    Array(&'a Array),
    Dictionary(&'a Dictionary),
}

/// Elements, each on lines of its own.
impl<S: Sink> Out<S> {
    /// Writes an object that is `depth` containers deep.
    pub(super) fn object(
        &mut self,
        object: &Object,
        depth: usize,
        max_depth: usize,
    ) -> Result<(), S::Error> {
        match object {
            Object::Array(array) => self.container(Container::Array(array), depth, max_depth),
            Object::Dictionary(dictionary) => {
                self.container(Container::Dictionary(dictionary), depth, max_depth)
            }
            leaf => self.leaf(depth, leaf),
        }
    }

    /// Writes a container with all that is in it.
    fn container(
        &mut self,
        root: Container<'_>,
        outside: usize,
        max_depth: usize,
    ) -> Result<(), S::Error> {
        let Some(mut level) = self.open(root, outside, max_depth)? else { return Ok(()) };
        let mut parents = Vec::new();
        let mut depth = outside;
        loop {
            depth = depth.saturating_add(1);
            let inner = match &mut level {
                Level::Array(elements) => self.elements(elements, depth)?,
                Level::Dictionary(entries) => self.entries(entries, depth)?,
            };
            if let Some(inner) = inner {
                if let Some(inner) = self.open(inner, depth, max_depth)? {
                    fallible::push(&mut parents, mem::replace(&mut level, inner))
                        .map_err(WriteError::from)?;
                } else {
                    depth = depth.saturating_sub(1);
                }
                continue;
            }
            depth = depth.saturating_sub(1);
            let tabs = self.indent(depth)?;
            let mut line = self.line()?;
            line.tabs(tabs);
            match level {
                Level::Array(_) => line.put(b"</array>\n"),
                Level::Dictionary(_) => line.put(b"</dict>\n"),
            }
            line.end();
            let Some(parent) = parents.pop() else { return Ok(()) };
            level = parent;
            depth = depth.saturating_sub(1);
        }
    }

    /// Writes the start of a container, and says what is in it if that is to be written next.
    fn open<'a>(
        &mut self,
        container: Container<'a>,
        depth: usize,
        max_depth: usize,
    ) -> Result<Option<Level<'a>>, S::Error> {
        if depth >= max_depth {
            return Err(WriteError::TooDeep { limit: max_depth }.into());
        }
        let tabs = self.indent(depth)?;
        let mut line = self.line()?;
        line.tabs(tabs);
        let level = match container {
            Container::Array(array) if array.is_empty() => {
                line.put(b"<array/>\n");
                None
            }
            Container::Array(array) => {
                line.put(b"<array>\n");
                Some(Level::Array(array.iter()))
            }
            Container::Dictionary(dictionary) if dictionary.is_empty() => {
                line.put(b"<dict/>\n");
                None
            }
            Container::Dictionary(dictionary) => {
                line.put(b"<dict>\n");
                Some(Level::Dictionary(dictionary.entries().iter()))
            }
        };
        line.end();
        Ok(level)
    }

    /// Writes elements up to the next container, which it returns.
    fn elements<'a>(
        &mut self,
        elements: &mut slice::Iter<'a, Object>,
        depth: usize,
    ) -> Result<Option<Container<'a>>, S::Error> {
        while let Some(element) = elements.next() {
            match element {
                Object::Array(array) => return Ok(Some(Container::Array(array))),
                Object::Dictionary(dictionary) => {
                    look_ahead(elements.as_slice());
                    return Ok(Some(Container::Dictionary(dictionary)));
                }
                leaf => self.leaf(depth, leaf)?,
            }
        }
        Ok(None)
    }

    /// Writes entries up to the next container, which it returns with its key written.
    fn entries<'a>(
        &mut self,
        entries: &mut slice::Iter<'a, Entry>,
        depth: usize,
    ) -> Result<Option<Container<'a>>, S::Error> {
        /// The end of a key's line, and tabs for the next one.
        const END: &[u8; 7 + TABS] = b"</key>\n\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t";
        for Entry { key, value } in entries {
            let tabs = self.indent(depth)?;
            let mut line = self.line()?;
            line.tabs(tabs);
            line.put(b"<key>");
            let is_plain = line.plain(key);
            let inner = match value {
                Object::Array(array) => Container::Array(array),
                Object::Dictionary(dictionary) => Container::Dictionary(dictionary),
                leaf if is_plain && depth <= TABS => {
                    line.put_part(END, 7_usize.wrapping_add(depth));
                    if !line.leaf(leaf) {
                        self.rest_of_leaf(leaf)?;
                    }
                    continue;
                }
                leaf => {
                    line.end();
                    self.end_key(key, is_plain)?;
                    self.leaf(depth, leaf)?;
                    continue;
                }
            };
            line.end();
            self.end_key(key, is_plain)?;
            return Ok(Some(inner));
        }
        Ok(None)
    }

    fn end_key(&mut self, key: &Bytes, is_written: bool) -> Result<(), S::Error> {
        if !is_written {
            self.escaped(key.as_slice())?;
        }
        self.bytes(b"</key>\n")
    }

    /// Writes an object that is no container.
    fn leaf(&mut self, depth: usize, object: &Object) -> Result<(), S::Error> {
        let tabs = self.indent(depth)?;
        let mut line = self.line()?;
        line.tabs(tabs);
        if line.leaf(object) { Ok(()) } else { self.rest_of_leaf(object) }
    }

    /// Writes what is behind the start tag of an object that is long.
    #[cold]
    fn rest_of_leaf(&mut self, object: &Object) -> Result<(), S::Error> {
        match object {
            Object::String(string) => {
                self.escaped(string.as_bytes())?;
                self.bytes(b"</string>\n")
            }
            Object::Data(data) => {
                self.base64(data.as_bytes())?;
                self.bytes(b"</data>\n")
            }
            _ => Ok(()),
        }
    }
}

/// Prefetches what is written a few elements later: first a dictionary's list, and, once that is
/// there, its entries.
#[inline(always)]
fn look_ahead(elements: &[Object]) {
    /// The number of elements that are written until memory answers.
    const FEW: usize = 6;
    if let Some(Object::Dictionary(dictionary)) = elements.get(2 * FEW) {
        dictionary.prefetch_list();
    }
    if let Some(Object::Dictionary(dictionary)) = elements.get(FEW) {
        prefetch::slice(dictionary.entries());
    }
}

impl Line<'_> {
    /// Writes an object that is no container, and of one that is long only the start tag; says
    /// whether that was all.
    #[inline(always)]
    fn leaf(mut self, object: &Object) -> bool {
        let mut is_all = true;
        match object {
            Object::Bool(true) => self.put(b"<true/>\n"),
            Object::Bool(false) => self.put(b"<false/>\n"),
            Object::Number(number) => {
                self.put(b"<integer>");
                self.number(*number);
                self.put(b"</integer>\n");
            }
            Object::String(string) if string.as_bytes().is_empty() => self.put(b"<string/>\n"),
            Object::String(string) => {
                self.put(b"<string>");
                is_all = self.plain(string.bytes());
                if is_all {
                    self.put(b"</string>\n");
                }
            }
            Object::Data(data) => match data.as_bytes() {
                [] => self.put(b"<data/>\n"),
                bytes => {
                    self.put(b"<data>");
                    is_all = bytes.len() <= base64::BLOCK;
                    if is_all {
                        self.base64(bytes);
                        self.put(b"</data>\n");
                    }
                }
            },
            Object::Array(_) | Object::Dictionary(_) => {}
        }
        self.end();
        is_all
    }
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
