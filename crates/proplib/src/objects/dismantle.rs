//! Dropping a deep nest without recursion and without memory.

use core::mem;

use crate::Object;

/// Drops a container, its children, their children and so on.
///
/// The way back up is kept in the nest itself: a container that is being emptied holds its parent
/// in the place of its first child. Containers that are shared are released as they are.
pub(crate) fn dismantle(container: Object) {
    let mut current = container;
    let mut depth: usize = 0;
    let mut displaced = None;
    loop {
        let child = match displaced.take() {
            Some(child) => child,
            None => match current.pop_child() {
                Some(parent) if depth > 0 && !current.has_children() => {
                    current = parent;
                    depth = depth.wrapping_sub(1);
                    continue;
                }
                Some(child) => child,
                None => return,
            },
        };
        let mut child = child;
        if let Some(first) = child.first_child_of_nest() {
            displaced = Some(mem::replace(first, current));
            current = child;
            depth = depth.wrapping_add(1);
        }
    }
}

impl Object {
    /// Takes the last child out of a container that is not shared.
    fn pop_child(&mut self) -> Option<Self> {
        match self {
            Self::Array(array) => array.own_elements()?.pop(),
            Self::Dictionary(dictionary) => {
                dictionary.own_entries()?.pop().map(|entry| entry.value)
            }
            _ => None,
        }
    }

    /// The first child of a container that is not shared, if containers are in it.
    fn first_child_of_nest(&mut self) -> Option<&mut Self> {
        match self {
            Self::Array(array) => {
                let elements = array.own_elements()?;
                if !elements.iter().any(Self::has_children) {
                    return None;
                }
                elements.first_mut()
            }
            Self::Dictionary(dictionary) => {
                let entries = dictionary.own_entries()?;
                if !entries.iter().any(|entry| entry.value.has_children()) {
                    return None;
                }
                entries.first_mut().map(|entry| &mut entry.value)
            }
            _ => None,
        }
    }
}
