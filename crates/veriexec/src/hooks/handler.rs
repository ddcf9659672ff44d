//! What is registered at a hook point.

use alloc::sync::Arc;
use core::fmt;

use proplib::fallible::{self, NoMemory};

use super::Vote;

/// What a hook point is about: the type of its events.
pub trait Topic {
    /// What handlers are given a reference to; it may borrow from whoever invokes them.
    type Event<'a>: ?Sized;
}

/// Something that wants to hear of events.
///
/// A handler may invoke the same hook point, which must come to an end by itself, and may register
/// and deregister handlers, itself among them.
pub trait Handler<T: Topic> {
    /// Hears of an event, and votes.
    fn handle(&self, event: &T::Event<'_>) -> Vote;
}

impl<T: Topic, H: Handler<T> + ?Sized> Handler<T> for &H {
    fn handle(&self, event: &T::Event<'_>) -> Vote {
        (**self).handle(event)
    }
}

impl<T: Topic, H: Handler<T> + ?Sized> Handler<T> for Arc<H> {
    fn handle(&self, event: &T::Event<'_>) -> Vote {
        (**self).handle(event)
    }
}

/// Any handler of a topic, for hook points whose handlers have no common type. A kernel that
/// wants no indirect calls has an `enum` of its handlers instead.
pub type Dynamic<T> = Arc<dyn Handler<T> + Send + Sync>;

/// A function as a handler, see [`function`].
#[derive(Clone, Copy)]
pub struct Function<F>(F);

impl<F> fmt::Debug for Function<F> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Function")
    }
}

impl<T: Topic, F: Fn(&T::Event<'_>) -> Vote> Handler<T> for Function<F> {
    fn handle(&self, event: &T::Event<'_>) -> Vote {
        (self.0)(event)
    }
}

/// Makes a handler of a function.
pub const fn function<T: Topic, F: Fn(&T::Event<'_>) -> Vote>(function: F) -> Function<F> {
    Function(function)
}

/// Makes a [`Dynamic`] handler of a function.
///
/// # Errors
/// [`NoMemory`].
pub fn dynamic<T, F>(function: F) -> Result<Dynamic<T>, NoMemory>
where
    T: Topic,
    F: Fn(&T::Event<'_>) -> Vote + Send + Sync + 'static,
{
    Ok(fallible::share(Function(function))?)
}
