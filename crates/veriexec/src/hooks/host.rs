//! What hook points need of the system they are in.

use core::cell::{Cell, RefCell};

/// A kernel, or the threads of a program.
pub trait Host {
    /// A place for a value that threads share.
    type Shared<T>: Shared<T>;

    /// This thread is about to invoke handlers, perhaps in an invocation already. Called often:
    /// a counter of the thread's own should do.
    fn enter(&self);

    /// The invocation that this thread entered last has ended.
    fn leave(&self);

    /// Whether this thread has entered more invocations than it has left, of any hook point of
    /// this host.
    fn is_inside(&self) -> bool;

    /// Lets other threads go on. Called while waiting for invocations to end, again and again: it
    /// may sleep for a while, or yield the processor.
    fn relax(&self);
}

/// A place for a value that many threads can look at, or one can change. Nothing here waits.
pub trait Shared<T> {
    /// A place with that value in it.
    fn new(value: T) -> Self;

    /// Looks at the value, unless another thread is changing it. This thread may look at it
    /// already; that others look at it, or would like to change it, must not keep it from that.
    fn try_read<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R>;

    /// Changes the value, unless a thread looks at it or is changing it.
    fn try_write<R>(&self, change: impl FnOnce(&mut T) -> R) -> Option<R>;
}

impl<S: Host> Host for &S {
    type Shared<T> = S::Shared<T>;

    fn enter(&self) {
        (**self).enter();
    }

    fn leave(&self) {
        (**self).leave();
    }

    fn is_inside(&self) -> bool {
        (**self).is_inside()
    }

    fn relax(&self) {
        (**self).relax();
    }
}

/// A single thread, as that of a program that asks the policy what would happen.
#[derive(Debug, Default)]
pub struct Alone {
    depth: Cell<usize>,
}

impl Host for Alone {
    type Shared<T> = RefCell<T>;

    fn enter(&self) {
        self.depth.set(self.depth.get().saturating_add(1));
    }

    fn leave(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }

    fn is_inside(&self) -> bool {
        self.depth.get() > 0
    }

    /// Nothing: there is nobody to wait for.
    fn relax(&self) {}
}

impl<T> Shared<T> for RefCell<T> {
    fn new(value: T) -> Self {
        Self::new(value)
    }

    fn try_read<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        self.try_borrow().ok().map(|value| look(&value))
    }

    fn try_write<R>(&self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.try_borrow_mut().ok().map(|mut value| change(&mut value))
    }
}

/// This thread is inside an invocation until this is dropped.
pub(super) struct Inside<'a, S: Host>(&'a S);

impl<'a, S: Host> Inside<'a, S> {
    pub(super) fn enter(host: &'a S) -> Self {
        host.enter();
        Self(host)
    }
}

impl<S: Host> Drop for Inside<'_, S> {
    fn drop(&mut self) {
        self.0.leave();
    }
}
