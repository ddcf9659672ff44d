//! The threads of a program, as the host of hook points.

use std::cell::Cell;
use std::sync::RwLock;
use std::thread;

use veriexec::hooks::{Host, Shared};

/// All threads of this program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Threads;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

impl Host for Threads {
    type Shared<T> = Locked<T>;

    fn enter(&self) {
        DEPTH.with(|depth| depth.set(depth.get() + 1));
    }

    fn leave(&self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }

    fn is_inside(&self) -> bool {
        DEPTH.with(|depth| depth.get() > 0)
    }

    fn relax(&self) {
        thread::yield_now();
    }
}

/// A lock of the standard library's, of which nobody waits for anybody.
pub(crate) struct Locked<T>(RwLock<T>);

impl<T> Shared<T> for Locked<T> {
    fn new(value: T) -> Self {
        Self(RwLock::new(value))
    }

    fn try_read<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        self.0.try_read().ok().map(|value| look(&value))
    }

    fn try_write<R>(&self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.0.try_write().ok().map(|mut value| change(&mut value))
    }
}
