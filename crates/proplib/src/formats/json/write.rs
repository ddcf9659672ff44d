//! The writer.

use alloc::vec::Vec;
use core::mem;

use super::{number, string};
use crate::memory::fallible::{self, NoMemory};
use crate::objects::walk::Level;
use crate::{Limits, Object, WriteError};

/// Writes an object with all that is in it.
pub(crate) fn write(object: &Object, limits: &Limits) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer { out: Vec::new(), max_depth: limits.max_depth };
    if let Some(level) = writer.begin(object, 0)? {
        writer.children(level)?;
    }
    fallible::push(&mut writer.out, b'\n')?;
    Ok(writer.out)
}

struct Writer {
    out: Vec<u8>,
    max_depth: usize,
}

impl Writer {
    /// Writes what is in the outermost container, and its end.
    fn children(&mut self, outermost: Level<'_>) -> Result<(), WriteError> {
        let mut level = outermost;
        let mut parents = Vec::new();
        let mut is_first = true;
        loop {
            let Some((key, child)) = level.next() else {
                self.line(b"\n", parents.len())?;
                fallible::push(&mut self.out, if is_array(&level) { b']' } else { b'}' })?;
                let Some(parent) = parents.pop() else { return Ok(()) };
                level = parent;
                is_first = false;
                continue;
            };
            let depth = parents.len().saturating_add(1);
            self.line(if is_first { b"\n" } else { b",\n" }, depth)?;
            is_first = false;
            if let Some(key) = key {
                if key.as_slice().is_empty() {
                    return Err(WriteError::EmptyKey);
                }
                string::write(&mut self.out, key.as_slice())?;
                fallible::extend(&mut self.out, b": ")?;
            }
            if let Some(inner) = self.begin(child, depth)? {
                fallible::push(&mut parents, mem::replace(&mut level, inner))?;
                is_first = true;
            }
        }
    }

    /// Writes an object that is `depth` containers deep; of one that holds others only the
    /// beginning, and says what is in it.
    fn begin<'a>(
        &mut self,
        object: &'a Object,
        depth: usize,
    ) -> Result<Option<Level<'a>>, WriteError> {
        match object {
            Object::Array(_) | Object::Dictionary(_) if depth >= self.max_depth => {
                return Err(WriteError::TooDeep { limit: self.max_depth });
            }
            Object::Array(array) if array.is_empty() => fallible::extend(&mut self.out, b"[ ]")?,
            Object::Array(_) => fallible::push(&mut self.out, b'[')?,
            Object::Dictionary(dictionary) if dictionary.is_empty() => {
                fallible::extend(&mut self.out, b"{ }")?;
            }
            Object::Dictionary(_) => fallible::push(&mut self.out, b'{')?,
            Object::Bool(true) => fallible::extend(&mut self.out, b"true")?,
            Object::Bool(false) => fallible::extend(&mut self.out, b"false")?,
            Object::Number(number) => number::write(&mut self.out, *number)?,
            Object::String(text) => string::write(&mut self.out, text.as_bytes())?,
            Object::Data(_) => return Err(WriteError::Data),
        }
        Ok(if object.has_children() { Level::of(object) } else { None })
    }

    /// Ends a line and begins the next one, indented by its depth.
    fn line(&mut self, end: &[u8], depth: usize) -> Result<(), NoMemory> {
        fallible::extend(&mut self.out, end)?;
        for _ in 0..depth {
            fallible::push(&mut self.out, b'\t')?;
        }
        Ok(())
    }
}

fn is_array(level: &Level<'_>) -> bool {
    matches!(level, Level::Array(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Array, Data, Dictionary, Number, PropString};

    fn text(object: impl Into<Object>) -> String {
        String::from_utf8(object.into().externalize_json().unwrap()).unwrap()
    }

    #[test]
    fn each_object_has_its_form() {
        assert_eq!(text(true), "true\n");
        assert_eq!(text(false), "false\n");
        assert_eq!(text(Number::Signed(-12)), "-12\n");
        assert_eq!(text(Number::Unsigned(0xab)), "171\n");
        assert_eq!(text(PropString::default()), "\"\"\n");
        assert_eq!(text(PropString::new(b"/<&>'").unwrap()), "\"\\/<&>'\"\n");
        assert_eq!(text(Array::new()), "[ ]\n");
        assert_eq!(text(Dictionary::new()), "{ }\n");
    }

    #[test]
    fn lines_are_indented_by_their_depth() {
        let mut inner = Dictionary::new();
        inner.set(b"a", Array::new()).unwrap();
        inner.set_bool(b"b/", true).unwrap();
        let mut array = Array::new();
        array.push(inner).unwrap();
        array.push(Dictionary::new()).unwrap();
        array.push(7_u8).unwrap();
        assert_eq!(
            text(array),
            "[\n\t{\n\t\t\"a\": [ ],\n\t\t\"b\\/\": true\n\t},\n\t{ },\n\t7\n]\n",
        );
    }

    #[test]
    fn depth_is_limited() {
        let nest = |depth| {
            (1..depth).fold(Array::new(), |inner, _| {
                let mut outer = Array::new();
                outer.push(inner).unwrap();
                outer
            })
        };
        assert!(nest(256).externalize_json().is_ok());
        assert_eq!(nest(257).externalize_json(), Err(WriteError::TooDeep { limit: 256 }));
        assert_eq!(nest(10_000).externalize_json(), Err(WriteError::TooDeep { limit: 256 }));
    }

    #[test]
    fn what_json_has_not_is_refused() {
        let mut array = Array::new();
        array.push_data(b"").unwrap();
        let mut outer = Dictionary::new();
        outer.set(b"k", array).unwrap();
        assert_eq!(outer.externalize_json(), Err(WriteError::Data));
        assert_eq!(Object::from(Data::default()).externalize_json(), Err(WriteError::Data));
        let mut outer = Dictionary::new();
        outer.set_bool(b"", true).unwrap();
        assert_eq!(outer.externalize_json(), Err(WriteError::EmptyKey));
        for error in [WriteError::Data, WriteError::EmptyKey] {
            assert!(error.to_string().contains("JSON cannot carry"), "{error}");
        }
    }
}
