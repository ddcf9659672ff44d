//! What a listed file holds now, held against its fingerprint: read here or, where that is refused,
//! asked of the driver.

use std::fmt::Display;
use std::path::Path;

use fingerprint::{Digest, FileError};
use kmod_ioctl::QueryReply;
use veriexec::{Evaluation, Status};

use crate::device::witness::Witness;

/// How a file's contents compare, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    /// They are what is listed.
    Same(Source),
    /// They are something else: with this fingerprint, if whoever says so knows that.
    Other(Option<Digest>, Source),
    /// Nobody can tell, for this reason. Nothing follows from that about what a driver answers.
    Unknown(String),
}

/// Who says what a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// It was read here and now.
    Read,
    /// The driver does, which could read it; here it could not be read, for this reason.
    Driver(String),
}

impl Source {
    /// The word for it in JSON: the member `source`.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Driver(_) => "driver",
        }
    }
}

impl Contents {
    /// Hashes a file now, or asks the driver.
    pub(crate) fn compare(place: &Path, listed: &Digest, witness: &mut Witness) -> Self {
        let hashed = fingerprint::open(place)
            .and_then(|file| fingerprint::of_file(&file, listed.algorithm()));
        Self::of(hashed.map(|(digest, _)| digest), place, listed, witness)
    }

    /// What hashing a file gave; if that is an error, what the driver says. A driver evaluates a
    /// file that is about to be opened, whether it lets that happen or not.
    pub(crate) fn of(
        hashed: Result<Digest, FileError>,
        place: &Path,
        listed: &Digest,
        witness: &mut Witness,
    ) -> Self {
        match hashed {
            Ok(found) if found == *listed => Self::Same(Source::Read),
            Ok(found) => Self::Other(Some(found), Source::Read),
            // There is nothing, or nothing settled, that the driver could have read.
            Err(error @ (FileError::NotRegular(_) | FileError::Changed)) => {
                Self::Unknown(error.to_string())
            }
            Err(error) => match witness.query(place) {
                Ok(held) => Self::said(held.as_ref(), &error, listed),
                Err(silence) => Self::Unknown(format!("{error}; {silence:#}")),
            },
        }
    }

    /// What follows from what a driver holds of a file that cannot be read here.
    fn said(held: Option<&QueryReply>, obstacle: &impl Display, listed: &Digest) -> Self {
        let unknown = |why: &str| Self::Unknown(format!("{obstacle}; {why}"));
        let source = || Source::Driver(obstacle.to_string());
        let Some(held) = held else { return unknown("the driver has no entry for it") };
        let comparable = held.fingerprint.algorithm() == listed.algorithm();
        match held.status {
            Status::NotEvaluated => unknown("the driver has not evaluated it"),
            Status::Valid if held.fingerprint == *listed => Self::Same(source()),
            Status::Valid if comparable => Self::Other(Some(held.fingerprint), source()),
            Status::Mismatch if held.fingerprint == *listed => Self::Other(None, source()),
            Status::Valid | Status::Mismatch => unknown("the driver has it by another fingerprint"),
        }
    }

    /// What a driver would find, as far as is known: each that it may be.
    pub(crate) fn evaluations(&self) -> &'static [Evaluation] {
        match self {
            Self::Same(_) => &[Evaluation::Valid],
            Self::Other(..) => &[Evaluation::Mismatch],
            Self::Unknown(_) => &[Evaluation::Valid, Evaluation::Mismatch],
        }
    }

    /// Who says so; `None` if nobody knows.
    pub(crate) fn source(&self) -> Option<&Source> {
        match self {
            Self::Same(source) | Self::Other(_, source) => Some(source),
            Self::Unknown(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use fingerprint::Algorithm;
    use sigfile::EntryType;

    use super::*;

    fn digest(algorithm: Algorithm, byte: u8) -> Digest {
        Digest::new(algorithm, &vec![byte; algorithm.digest_len()]).unwrap()
    }

    fn held(fingerprint: Digest, status: Status) -> QueryReply {
        QueryReply { file: None, fingerprint, entry_type: EntryType::DIRECT, status }
    }

    fn said(held: Option<&QueryReply>) -> Contents {
        Contents::said(held, &"refused", &digest(Algorithm::Sha256, 1))
    }

    #[test]
    fn what_a_driver_has_found_is_what_there_is() {
        let driver = || Source::Driver("refused".into());
        let [one, two] = [1, 2].map(|byte| digest(Algorithm::Sha256, byte));
        assert_eq!(said(Some(&held(one, Status::Valid))), Contents::Same(driver()));
        assert_eq!(said(Some(&held(one, Status::Mismatch))), Contents::Other(None, driver()));
        // Contents that are something else, and known to be, are not what is listed.
        assert_eq!(said(Some(&held(two, Status::Valid))), Contents::Other(Some(two), driver()));
    }

    #[test]
    fn what_a_driver_does_not_know_is_not_known() {
        let [one, two] = [1, 2].map(|byte| digest(Algorithm::Sha256, byte));
        let other = digest(Algorithm::Sha384, 1);
        for held in [
            None,
            Some(held(one, Status::NotEvaluated)),
            Some(held(two, Status::NotEvaluated)),
            Some(held(two, Status::Mismatch)),
            Some(held(other, Status::Valid)),
            Some(held(other, Status::Mismatch)),
        ] {
            let contents = said(held.as_ref());
            assert!(matches!(&contents, Contents::Unknown(why) if why.starts_with("refused; ")));
            assert_eq!(contents.evaluations().len(), 2);
            assert_eq!(contents.source(), None);
        }
    }
}
