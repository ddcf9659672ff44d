//! Growth that can fail: the one place where heap memory is asked for.
//!
//! With a standard `alloc` this is `try_reserve` before each growth. With an `alloc` built with
//! `--cfg no_global_oom_handling`, as a kernel needs, the infallible methods do not exist, and
//! their fallible relatives of nightly Rust do the same.
//!
//! ```
//! use proplib::fallible::{self, NoMemory};
//!
//! let mut list = fallible::copy(b"ab")?;
//! fallible::push(&mut list, b'c')?;
//! assert_eq!(list, b"abc");
//! assert_eq!(fallible::reserve(&mut list, usize::MAX), Err(NoMemory));
//! # Ok::<(), NoMemory>(())
//! ```

use alloc::collections::TryReserveError;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// There is not enough memory for what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not enough memory")]
pub struct NoMemory;

impl From<TryReserveError> for NoMemory {
    fn from(_: TryReserveError) -> Self {
        Self
    }
}

/// Makes room for `additional` more items, and for some beyond them, as growing lists do.
///
/// # Errors
/// [`NoMemory`]; the list is as it was.
#[inline]
pub fn reserve<T>(list: &mut Vec<T>, additional: usize) -> Result<(), NoMemory> {
    Ok(list.try_reserve(additional)?)
}

/// Makes room for `additional` more items and no more than that.
///
/// # Errors
/// [`NoMemory`]; the list is as it was.
#[inline]
pub fn reserve_exact<T>(list: &mut Vec<T>, additional: usize) -> Result<(), NoMemory> {
    Ok(list.try_reserve_exact(additional)?)
}

/// Appends an item.
///
/// # Errors
/// [`NoMemory`]; the list is as it was.
#[inline(always)]
pub fn push<T>(list: &mut Vec<T>, item: T) -> Result<(), NoMemory> {
    list.try_reserve(1)?;
    push_reserved(list, item)
}

#[cfg(not(no_global_oom_handling))]
#[inline(always)]
fn push_reserved<T>(list: &mut Vec<T>, item: T) -> Result<(), NoMemory> {
    list.push(item);
    Ok(())
}

#[cfg(no_global_oom_handling)]
#[inline]
fn push_reserved<T>(list: &mut Vec<T>, item: T) -> Result<(), NoMemory> {
    list.push_within_capacity(item).map(|_| ()).map_err(|_| NoMemory)
}

/// Puts an item before the one at `index`, or at the end if there is none.
///
/// # Errors
/// [`NoMemory`]; the list is as it was.
#[inline]
pub fn insert_at<T>(list: &mut Vec<T>, index: usize, item: T) -> Result<(), NoMemory> {
    list.try_reserve(1)?;
    insert_reserved(list, index, item)
}

/// The same, where there is room for the item.
#[cfg(not(no_global_oom_handling))]
#[inline(always)]
pub(crate) fn insert_reserved<T>(list: &mut Vec<T>, index: usize, item: T) -> Result<(), NoMemory> {
    if index >= list.len() {
        return push_reserved(list, item);
    }
    list.insert(index, item);
    Ok(())
}

#[cfg(no_global_oom_handling)]
#[inline]
pub(crate) fn insert_reserved<T>(list: &mut Vec<T>, index: usize, item: T) -> Result<(), NoMemory> {
    push_reserved(list, item)?;
    if let Some(moved @ [_, ..]) = list.get_mut(index..) {
        moved.rotate_right(1);
    }
    Ok(())
}

/// Appends bytes.
///
/// # Errors
/// [`NoMemory`]; the list is as it was.
#[inline]
pub fn extend(list: &mut Vec<u8>, bytes: &[u8]) -> Result<(), NoMemory> {
    list.try_reserve(bytes.len())?;
    extend_reserved(list, bytes)
}

#[cfg(not(no_global_oom_handling))]
#[inline]
fn extend_reserved(list: &mut Vec<u8>, bytes: &[u8]) -> Result<(), NoMemory> {
    list.extend_from_slice(bytes);
    Ok(())
}

#[cfg(no_global_oom_handling)]
#[inline]
fn extend_reserved(list: &mut Vec<u8>, bytes: &[u8]) -> Result<(), NoMemory> {
    for &byte in bytes {
        push_reserved(list, byte)?;
    }
    Ok(())
}

/// The same bytes in memory of their own.
///
/// # Errors
/// [`NoMemory`].
pub fn copy(bytes: &[u8]) -> Result<Vec<u8>, NoMemory> {
    let mut list = Vec::new();
    list.try_reserve_exact(bytes.len())?;
    extend_reserved(&mut list, bytes)?;
    Ok(list)
}

/// Puts a value where many can hold it.
///
/// # Errors
/// [`NoMemory`], with an `alloc` built for a kernel. With a standard one it aborts the process
/// instead: of all that makes an `Arc` there, nothing stable can fail. What this crate shares is
/// at most 64 bytes for this reason, and what it holds beyond them was reserved before.
#[cfg(not(no_global_oom_handling))]
#[inline]
pub fn share<T>(value: T) -> Result<Arc<T>, NoMemory> {
    Ok(Arc::new(value))
}

/// Puts a value where many can hold it.
///
/// # Errors
/// [`NoMemory`].
#[cfg(no_global_oom_handling)]
#[inline]
pub fn share<T>(value: T) -> Result<Arc<T>, NoMemory> {
    Arc::try_new(value).map_err(|_| NoMemory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_machine_has_is_refused() {
        let mut list = alloc::vec![1_u64];
        assert_eq!(reserve(&mut list, usize::MAX), Err(NoMemory));
        assert_eq!(reserve(&mut list, usize::MAX / 8), Err(NoMemory));
        assert_eq!(reserve_exact(&mut list, usize::MAX / 8), Err(NoMemory));
        assert_eq!(list, [1]);
    }

    #[test]
    fn items_go_where_they_are_put() {
        let mut list = Vec::new();
        for (index, item) in [(0, 'c'), (0, 'a'), (1, 'b'), (3, 'd'), (5, 'e'), (9, 'f')] {
            insert_at(&mut list, index, item).unwrap();
        }
        assert_eq!(list, ['a', 'b', 'c', 'd', 'e', 'f']);
    }

    #[test]
    fn bytes_are_appended_and_copied() {
        let mut list = copy(b"ab").unwrap();
        extend(&mut list, b"").unwrap();
        extend(&mut list, b"cd").unwrap();
        push(&mut list, b'e').unwrap();
        assert_eq!(list, b"abcde");
        assert_eq!(*share(list).unwrap(), b"abcde");
    }
}
