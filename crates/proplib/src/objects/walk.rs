//! Going through a property list without recursion, so that its depth costs no stack.

use alloc::vec::Vec;
use core::{fmt, mem, slice};

use crate::memory::fallible::{self, NoMemory};
use crate::objects::bytes::Bytes;
use crate::objects::entries::Entry;
use crate::{Array, Dictionary, Object};

/// What is still to come of a container.
pub(crate) enum Level<'a> {
    Array(slice::Iter<'a, Object>),
    Dictionary(slice::Iter<'a, Entry>),
}

impl<'a> Level<'a> {
    /// All of a container; nothing for other objects.
    pub(crate) fn of(object: &'a Object) -> Option<Self> {
        match object {
            Object::Array(array) => Some(Self::Array(array.iter())),
            Object::Dictionary(dictionary) => Some(Self::Dictionary(dictionary.entries().iter())),
            _ => None,
        }
    }

    /// The next child, with its key in a dictionary.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<(Option<&'a Bytes>, &'a Object)> {
        match self {
            Self::Array(elements) => elements.next().map(|element| (None, element)),
            Self::Dictionary(entries) => {
                entries.next().map(|entry| (Some(&entry.key), &entry.value))
            }
        }
    }
}

/// Whether an object has containers nested deeper than a limit.
pub(crate) fn is_deeper(object: &Object, limit: usize) -> Result<bool, NoMemory> {
    let Some(mut level) = Level::of(object) else { return Ok(false) };
    let mut parents = Vec::new();
    // How many containers there are around the next child.
    let mut depth: usize = 1;
    while depth <= limit {
        match level.next() {
            Some((_, child)) => {
                if let Some(inner) = Level::of(child) {
                    fallible::push(&mut parents, mem::replace(&mut level, inner))?;
                    depth = depth.saturating_add(1);
                }
            }
            None => match parents.pop() {
                Some(parent) => {
                    level = parent;
                    depth = depth.saturating_sub(1);
                }
                None => return Ok(false),
            },
        }
    }
    Ok(true)
}

/// Whether two objects are equal, as prop_object_equals(3) says.
///
/// Containers that hold containers need memory for each depth; where there is none, those that
/// are not one in memory are taken for unequal.
pub(crate) fn equal(one: &Object, other: &Object) -> bool {
    match (one, other) {
        (Object::Bool(one), Object::Bool(other)) => one == other,
        (Object::Number(one), Object::Number(other)) => one == other,
        (Object::String(one), Object::String(other)) => one == other,
        (Object::Data(one), Object::Data(other)) => one == other,
        (Object::Array(one), Object::Array(other)) => arrays_equal(one, other),
        (Object::Dictionary(one), Object::Dictionary(other)) => dictionaries_equal(one, other),
        _ => false,
    }
}

pub(crate) fn arrays_equal(one: &Array, other: &Array) -> bool {
    one.is_same(other)
        || one.len() == other.len()
            && children_equal(Level::Array(one.iter()), Level::Array(other.iter()))
}

pub(crate) fn dictionaries_equal(one: &Dictionary, other: &Dictionary) -> bool {
    one.is_same(other)
        || one.len() == other.len()
            && children_equal(
                Level::Dictionary(one.entries().iter()),
                Level::Dictionary(other.entries().iter()),
            )
}

/// Compares the children of two containers of one kind and length.
fn children_equal<'a>(one: Level<'a>, other: Level<'a>) -> bool {
    let mut pair = (one, other);
    let mut parents = Vec::new();
    loop {
        let ((key, child), (other_key, other_child)) = match (pair.0.next(), pair.1.next()) {
            (Some(one), Some(other)) => (one, other),
            (None, None) => match parents.pop() {
                Some(parent) => {
                    pair = parent;
                    continue;
                }
                None => return true,
            },
            _ => return false,
        };
        if key != other_key {
            return false;
        }
        let levels = match (child, other_child) {
            (Object::Array(one), Object::Array(other)) => {
                if one.is_same(other) {
                    continue;
                }
                one.len() == other.len()
            }
            (Object::Dictionary(one), Object::Dictionary(other)) => {
                if one.is_same(other) {
                    continue;
                }
                one.len() == other.len()
            }
            _ if equal(child, other_child) => continue,
            _ => return false,
        };
        let (true, Some(one), Some(other)) = (levels, Level::of(child), Level::of(other_child))
        else {
            return false;
        };
        if fallible::push(&mut parents, mem::replace(&mut pair, (one, other))).is_err() {
            return false;
        }
    }
}

/// Prints an object for a programmer, on one line.
pub(crate) fn print(object: &Object, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(mut level) = begin(object, out)? else { return Ok(()) };
    let mut parents = Vec::new();
    let mut separator = "";
    loop {
        let Some((key, child)) = level.next() else {
            out.write_str(if matches!(level, Level::Array(_)) { "]" } else { "}" })?;
            separator = ", ";
            match parents.pop() {
                Some(parent) => level = parent,
                None => return Ok(()),
            }
            continue;
        };
        out.write_str(separator)?;
        separator = ", ";
        if let Some(key) = key {
            write!(out, "\"{}\": ", key.as_slice().escape_ascii())?;
        }
        if let Some(inner) = begin(child, out)? {
            separator = "";
            if fallible::push(&mut parents, mem::replace(&mut level, inner)).is_err() {
                return out.write_str("...");
            }
        }
    }
}

/// Prints an object, or the beginning of a container, whose children come next.
fn begin<'a>(
    object: &'a Object,
    out: &mut fmt::Formatter<'_>,
) -> Result<Option<Level<'a>>, fmt::Error> {
    match object {
        Object::Bool(value) => write!(out, "{value}")?,
        Object::Number(value) => write!(out, "{value:?}")?,
        Object::String(value) => write!(out, "{value:?}")?,
        Object::Data(value) => write!(out, "{value:?}")?,
        Object::Array(_) => out.write_str("[")?,
        Object::Dictionary(_) => out.write_str("{")?,
    }
    Ok(Level::of(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nest(depth: usize, innermost: Object) -> Object {
        let mut object = innermost;
        for level in 0..depth {
            if level % 2 == 0 {
                let mut array = Array::new();
                array.push(object).unwrap();
                array.push(true).unwrap();
                object = array.into();
            } else {
                let mut dictionary = Dictionary::new();
                dictionary.set(b"k", object).unwrap();
                object = dictionary.into();
            }
        }
        object
    }

    #[test]
    fn deep_nests_are_compared_and_dropped_without_recursion() {
        let one = nest(100_000, Object::Bool(true));
        let same = nest(100_000, Object::Bool(true));
        let other = nest(100_000, Object::Bool(false));
        assert!(one == same);
        assert!(one != other);
        assert!(one == one.clone());
    }

    #[test]
    fn depth_counts_containers_inside_each_other() {
        assert_eq!(is_deeper(&Object::Bool(true), 0), Ok(false));
        for depth in [1, 2, 3, 1000] {
            let mut array = Array::new();
            array.push(Array::new()).unwrap();
            array.push(nest(depth - 1, Object::Bool(true))).unwrap();
            let object = Object::from(array);
            let deepest = depth.max(2);
            assert_eq!(is_deeper(&object, deepest - 1), Ok(true), "{depth}");
            assert_eq!(is_deeper(&object, deepest), Ok(false), "{depth}");
        }
    }

    #[test]
    fn containers_differ_by_length_key_and_kind() {
        let mut one = Dictionary::new();
        one.set(b"a", Array::new()).unwrap();
        let mut key = Dictionary::new();
        key.set(b"b", Array::new()).unwrap();
        let mut kind = Dictionary::new();
        kind.set(b"a", Dictionary::new()).unwrap();
        let mut length = Dictionary::new();
        let mut array = Array::new();
        array.push(false).unwrap();
        length.set(b"a", array).unwrap();
        for other in [&key, &kind, &length, &Dictionary::new()] {
            assert_ne!(&one, other);
        }
    }

    #[test]
    fn objects_print_on_one_line() {
        let mut array = Array::new();
        array.push(-1_i8).unwrap();
        array.push(Array::new()).unwrap();
        let mut dictionary = Dictionary::new();
        dictionary.set(b"a", array).unwrap();
        dictionary.set_data(b"d", b"\x01\xff").unwrap();
        dictionary.set_string(b"s", b"\xff\"").unwrap();
        dictionary.set_unsigned(b"u", 16).unwrap();
        assert_eq!(
            format!("{dictionary:?}"),
            r#"{"a": [-1, []], "d": <01ff>, "s": "\xff\"", "u": 0x10}"#,
        );
    }
}
