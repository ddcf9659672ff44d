//! A file that is explained, its entry, and how it compares.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Result;
use fingerprint::Identity;
use serde_json::Value;
use sigfile::printable;

use super::listed::{Listed, Source};
use crate::answer::grounds::Facts;
use crate::answer::json::Object as Json;
use crate::machine::contents::{self, Contents};
use crate::machine::kind::Kind;

pub(super) struct Subject {
    /// Its path in the tree.
    pub(super) path: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) listed: Option<Listed>,
    contents: Option<Contents>,
    /// Whether listed files are below it, of the same file system; `None` if nobody knows.
    is_above_listed: Option<bool>,
}

impl Subject {
    pub(super) fn of(path: &[u8], place: &Path, source: &mut Source) -> Result<Self> {
        let metadata = place.metadata()?;
        let kind = Kind::of(place, &metadata);
        let mut subject = Self {
            path: path.to_vec(),
            kind,
            listed: None,
            contents: None,
            is_above_listed: Some(false),
        };
        if kind == Kind::Directory {
            subject.is_above_listed = source.is_above_listed(place, metadata.dev());
        }
        if kind == Kind::Regular {
            // What a driver has found is asked after it had to look: this program may have tried to
            // read the file.
            subject.listed = source.listed(place, Identity::of(&metadata))?;
            if let Some(listed) = &mut subject.listed {
                let witness = source.witness();
                subject.contents = Some(Contents::compare(place, &listed.fingerprint, witness));
                source.look_again(place, listed)?;
            }
        }
        Ok(subject)
    }

    /// Whether listed files are below it: what may be.
    pub(super) fn above_listed(&self) -> &'static [bool] {
        match self.is_above_listed {
            Some(true) => &[true],
            Some(false) => &[false],
            None => &[true, false],
        }
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            listed: self.listed.as_ref().map(|listed| listed.entry_type),
            contents: self.contents.as_ref(),
        }
    }

    pub(super) fn text(&self) -> String {
        let path = printable(&self.path);
        let mut text = match (&self.listed, self.kind.text()) {
            (_, Some(kind)) => format!("{path}: {kind}\n"),
            (None, None) => format!("{path}: not listed\n"),
            (Some(listed), None) => format!("{path}: {}\n", listed.text(&self.path)),
        };
        if let (Some(listed), Some(contents)) = (&self.listed, &self.contents) {
            text.push_str("contents: ");
            text.push_str(&compared(listed, contents));
            if let Some(contents::Source::Driver(obstacle)) = contents.source() {
                text.push_str(&format!(", as the driver says; not readable here: {obstacle}"));
            }
            text.push('\n');
        }
        text
    }

    pub(super) fn json(&self, object: Json) -> Json {
        let object = object
            .name("path", &self.path)
            .with("regular", self.kind == Kind::Regular)
            .with("entry", self.listed.as_ref().map(Listed::json))
            .with("source", self.contents.as_ref().and_then(Contents::source).map(|it| it.word()));
        match &self.contents {
            None => object.with("contents", Value::Null),
            Some(Contents::Same(_)) => object.with("contents", "match"),
            Some(Contents::Other(None, _)) => object.with("contents", "differ"),
            Some(Contents::Other(Some(found), _)) => {
                object.with("contents", "differ").with("found_fingerprint", found.to_string())
            }
            Some(Contents::Unknown(reason)) => {
                object.with("contents", "unknown").with("unknown_because", reason.as_str())
            }
        }
    }
}

fn compared(listed: &Listed, contents: &Contents) -> String {
    let expected = listed.fingerprint;
    let algorithm = expected.algorithm();
    match contents {
        Contents::Same(_) => "match".to_owned(),
        Contents::Other(Some(found), _) => {
            format!("differ; expected {algorithm} {expected}, found {found}")
        }
        Contents::Other(None, _) => format!("differ; expected {algorithm} {expected}"),
        Contents::Unknown(reason) => format!("not known: {reason}"),
    }
}
