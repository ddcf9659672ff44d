//! Containers in the making.

use alloc::vec::Vec;
use core::mem;

use crate::memory::fallible::{self, NoMemory};
use crate::objects::bytes::Bytes;
use crate::objects::entries::Entries;
use crate::{Array, Object};

/// A container that is still open.
pub(crate) enum Open {
    Array(Vec<Object>),
    Dictionary {
        entries: Entries,
        /// What the next object stands under.
        key: Bytes,
    },
}

impl Open {
    pub(crate) const fn array() -> Self {
        Self::Array(Vec::new())
    }

    pub(crate) fn dictionary() -> Self {
        Self::Dictionary { entries: Entries::new(), key: Bytes::default() }
    }

    pub(crate) fn add(&mut self, object: Object) -> Result<(), NoMemory> {
        match self {
            Self::Array(elements) => fallible::push(elements, object),
            Self::Dictionary { entries, key } => entries.push(mem::take(key), object),
        }
    }

    pub(crate) fn close(self) -> Result<Object, NoMemory> {
        match self {
            Self::Array(elements) => Array::from_vec(elements).map(Object::Array),
            Self::Dictionary { entries, .. } => entries.into_dictionary().map(Object::Dictionary),
        }
    }
}
