//! Doing several things at the same time, and hearing of them in their order.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use anyhow::Result;

/// Does the work for each item, for so many at the same time, and reports what came of it in the
/// order of the items, as soon as it is known.
///
/// # Errors
/// The first one with which the work for an item ends; none is begun after that.
pub(crate) fn run<Item: Sync, Outcome: Send>(
    items: &[Item],
    jobs: NonZero<usize>,
    work: impl Fn(&Item) -> Result<Outcome> + Sync,
    mut report: impl FnMut(&Item, Outcome),
) -> Result<()> {
    let begun = AtomicUsize::new(0);
    let (sender, outcomes) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.get().min(items.len()) {
            let (begun, work, sender) = (&begun, &work, sender.clone());
            scope.spawn(move || {
                loop {
                    let index = begun.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let outcome = work(item);
                    if outcome.is_err() {
                        begun.store(items.len(), Ordering::Relaxed);
                    }
                    if sender.send((index, outcome)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut rest = items.iter().enumerate().peekable();
        for (index, outcome) in outcomes {
            waiting.insert(index, outcome?);
            while let Some((item, outcome)) = rest
                .peek()
                .and_then(|(turn, item)| waiting.remove(turn).map(|outcome| (*item, outcome)))
            {
                report(item, outcome);
                rest.next();
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Barrier, Mutex};

    use anyhow::bail;

    use super::*;

    const TWO: NonZero<usize> = NonZero::new(2).unwrap();

    #[test]
    fn outcomes_come_in_order_whoever_ends_first() {
        // The first one ends only when the last one has.
        let last = Barrier::new(2);
        let mut heard = Vec::new();
        let work = |item: &i32| {
            if [0, 9].contains(item) {
                last.wait();
            }
            Ok(item * 10)
        };
        let items: Vec<i32> = (0..10).collect();
        run(&items, TWO, work, |item, outcome| heard.push((*item, outcome))).unwrap();
        assert_eq!(heard, items.iter().map(|item| (*item, item * 10)).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_ends_it() {
        let begun = Mutex::new(Vec::new());
        let work = |item: &i32| {
            begun.lock().unwrap().push(*item);
            if *item == 1 { bail!("no {item}") } else { Ok(()) }
        };
        let one = NonZero::<usize>::MIN;
        let error = run(&[0, 1, 2, 3], one, work, |_, ()| ()).unwrap_err();
        assert_eq!(error.to_string(), "no 1");
        assert_eq!(*begun.lock().unwrap(), [0, 1]);
    }
}
