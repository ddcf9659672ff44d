//! The reader.

use alloc::vec::Vec;
use core::mem;

use super::element::{Start, Value};
use super::scan::Scanner;
use crate::formats::read_error::{Fault, ReadErrorKind};
use crate::memory::fallible;
use crate::objects::container::Open;
use crate::{Array, Dictionary, Kind, Object, PropString, ReadOptions};

/// Reads a property list from a text, which a NUL ends; its outermost object must be of the kind
/// that is given.
pub(crate) fn read(
    text: &[u8],
    options: &ReadOptions,
    root: Option<Kind>,
) -> Result<Object, Fault> {
    let mut scanner = Scanner::new(text, options.mode);
    scanner.begin()?;
    let value = scanner.root(root)?;
    let mut builder = Builder::new(0, options.limits.max_depth);
    let object = match builder.begin(value, &scanner)? {
        Some(object) => object,
        None => builder.go_on(&mut scanner)?,
    };
    scanner.end()?;
    Ok(object)
}

/// An object in the making.
pub(super) struct Builder {
    /// The container whose children come next.
    current: Open,
    /// Those around it, the innermost last.
    parents: Vec<Open>,
    /// How many containers there are around all of it.
    outside: usize,
    max_depth: usize,
}

impl Builder {
    /// For an object that is this many containers deep.
    pub(super) fn new(outside: usize, max_depth: usize) -> Self {
        Self { current: Open::array(), parents: Vec::new(), outside, max_depth }
    }

    /// Begins with a value, which is the whole object unless it is a container.
    pub(super) fn begin(
        &mut self,
        value: Value<'_>,
        scanner: &Scanner<'_>,
    ) -> Result<Option<Object>, Fault> {
        match begun(value, self.outside, self.max_depth, scanner)? {
            Begun::Object(object) => Ok(Some(object)),
            Begun::Container(open) => {
                self.current = open;
                self.parents.clear();
                Ok(None)
            }
        }
    }

    /// Reads what is in the container that was begun, and its end.
    ///
    /// When the text ends too early, what is complete is kept, and the scanner is behind it: with
    /// more text, this goes on.
    pub(super) fn go_on(&mut self, scanner: &mut Scanner<'_>) -> Result<Object, Fault> {
        loop {
            let before = scanner.rest();
            match self.child(scanner) {
                Ok(None) => {}
                Ok(Some(object)) => return Ok(object),
                Err(fault) => {
                    scanner.go_on_at(before);
                    return Err(fault);
                }
            }
        }
    }

    /// Reads the next child, or the end of the current container, which may end the whole object.
    #[inline]
    fn child(&mut self, scanner: &mut Scanner<'_>) -> Result<Option<Object>, Fault> {
        let depth = self.outside.saturating_add(self.parents.len()).saturating_add(1);
        let inner = match &mut self.current {
            Open::Array(elements) => {
                let Some(value) = scanner.element()? else { return self.close(scanner) };
                match begun(value, depth, self.max_depth, scanner)? {
                    Begun::Object(object) => {
                        fallible::push(elements, object)
                            .map_err(|error| scanner.no_memory(error))?;
                        return Ok(None);
                    }
                    Begun::Container(open) => open,
                }
            }
            Open::Dictionary { entries, key } => {
                let Some(text) = scanner.key()? else { return self.close(scanner) };
                let value = scanner.value()?;
                let bytes = text.into_bytes().map_err(|error| scanner.no_memory(error))?;
                match begun(value, depth, self.max_depth, scanner)? {
                    Begun::Object(object) => {
                        entries.push(bytes, object).map_err(|error| scanner.no_memory(error))?;
                        return Ok(None);
                    }
                    Begun::Container(open) => {
                        *key = bytes;
                        open
                    }
                }
            }
        };
        fallible::push(&mut self.parents, mem::replace(&mut self.current, inner))
            .map_err(|error| scanner.no_memory(error))?;
        Ok(None)
    }

    fn close(&mut self, scanner: &Scanner<'_>) -> Result<Option<Object>, Fault> {
        let (parent, is_outermost) = match self.parents.pop() {
            Some(parent) => (parent, false),
            None => (Open::array(), true),
        };
        let closed = mem::replace(&mut self.current, parent).close();
        let object = closed.map_err(|error| scanner.no_memory(error))?;
        if is_outermost {
            return Ok(Some(object));
        }
        self.current.add(object).map_err(|error| scanner.no_memory(error))?;
        Ok(None)
    }
}

/// What a value begins.
enum Begun {
    /// An object that is complete.
    Object(Object),
    Container(Open),
}

/// Makes an object of a value that is `depth` containers deep, or begins one.
#[inline(always)]
fn begun(
    value: Value<'_>,
    depth: usize,
    max_depth: usize,
    scanner: &Scanner<'_>,
) -> Result<Begun, Fault> {
    let too_deep = |start: Start| Fault {
        kind: ReadErrorKind::TooDeep { limit: max_depth },
        offset: start.offset,
    };
    Ok(match value {
        Value::Bool(value) => Begun::Object(value.into()),
        Value::Number(number) => Begun::Object(number.into()),
        Value::String(text) => {
            let bytes = text.into_bytes().map_err(|error| scanner.no_memory(error))?;
            Begun::Object(PropString::from_bytes(bytes).into())
        }
        Value::Data(data) => Begun::Object(data.into()),
        Value::Array(start) | Value::Dictionary(start) if depth >= max_depth => {
            return Err(too_deep(start));
        }
        Value::Array(start) if start.is_empty => Begun::Object(Array::new().into()),
        Value::Array(_) => Begun::Container(Open::array()),
        Value::Dictionary(start) if start.is_empty => Begun::Object(Dictionary::new().into()),
        Value::Dictionary(_) => Begun::Container(Open::dictionary()),
    })
}
