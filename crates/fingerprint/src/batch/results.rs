//! What became of each file of a batch, each in its place, whoever hashed it and when.

use std::io;
use std::sync::{Mutex, PoisonError};

use crate::Outcome;
use crate::file::FileError;

type Outcomes<T> = Vec<Option<Result<Outcome<T>, FileError>>>;

/// A place for the result of each job.
#[derive(Debug)]
pub(crate) struct Results<T>(Mutex<Outcomes<T>>);

impl<T> Results<T> {
    /// So many places, with nothing in them.
    pub(crate) fn new(count: usize) -> Self {
        Self(Mutex::new((0..count).map(|_| None).collect()))
    }

    /// The result of every job that has one.
    pub(crate) fn all(self) -> Vec<Option<Result<Outcome<T>, FileError>>> {
        let Self(places) = self;
        places.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of a job that has no result: the thread that had begun it failed.
pub(crate) fn lost() -> FileError {
    FileError::Read(io::Error::other("the thread that hashed it failed; run again"))
}

/// Results that a thread has yet to put in their places; it does so when it is dropped, too.
#[derive(Debug)]
pub(crate) struct Gathered<'a, T> {
    results: &'a Results<T>,
    gathered: Vec<(usize, Result<Outcome<T>, FileError>)>,
}

impl<'a, T> Gathered<'a, T> {
    /// So many that threads seldom meet when they put them away.
    const MOST: usize = 32;

    pub(crate) fn new(results: &'a Results<T>) -> Self {
        Self { results, gathered: Vec::with_capacity(Self::MOST) }
    }

    /// Takes note of what became of the job with that index.
    pub(crate) fn add(&mut self, index: usize, result: Result<Outcome<T>, FileError>) {
        self.gathered.push((index, result));
        if self.gathered.len() >= Self::MOST {
            self.put_away();
        }
    }

    fn put_away(&mut self) {
        let Results(places) = self.results;
        let mut places = places.lock().unwrap_or_else(PoisonError::into_inner);
        for (index, result) in self.gathered.drain(..) {
            if let Some(place) = places.get_mut(index) {
                *place = Some(result);
            }
        }
    }
}

impl<T> Drop for Gathered<'_, T> {
    fn drop(&mut self) {
        self.put_away();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, Hasher};

    fn outcome(inspected: usize) -> Result<Outcome<usize>, FileError> {
        let digest = Hasher::digest(Algorithm::Md5, b"");
        Ok(Outcome { digest, bytes: 0, shared: false, inspected })
    }

    #[test]
    fn each_is_in_its_place_and_what_is_lost_leaves_its_own_empty() {
        let count = 3 * Gathered::<()>::MOST;
        let results = Results::new(count);
        let mut one = Gathered::new(&results);
        let mut other = Gathered::new(&results);
        for index in (0..count).rev().filter(|index| *index != 7) {
            let gathered = if index % 3 == 0 { &mut one } else { &mut other };
            gathered.add(index, outcome(index));
        }
        drop((one, other));
        let all = results.all();
        assert_eq!(all.len(), count);
        for (index, result) in all.into_iter().enumerate() {
            let inspected = result.map(|result| result.unwrap().inspected);
            assert_eq!(inspected, (index != 7).then_some(index));
        }
    }
}
