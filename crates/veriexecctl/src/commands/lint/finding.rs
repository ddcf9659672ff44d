//! What there is to say about a signatures file.

use serde_json::Value;
use sigfile::lint::Severity;

use crate::answer::json::Object;

/// Something to be said about a place in the file.
pub(super) struct Finding {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) severity: Severity,
    pub(super) code: &'static str,
    /// Fit for a terminal.
    pub(super) text: String,
    pub(super) path: Option<Vec<u8>>,
}

impl From<sigfile::lint::Finding> for Finding {
    fn from(finding: sigfile::lint::Finding) -> Self {
        let sigfile::lint::Finding { line, column, path, fault } = finding;
        let (severity, code) = (fault.severity(), fault.code());
        Self { line, column, severity, code, text: fault.to_string(), path }
    }
}

impl Finding {
    /// The code of [`of_nothing`](Self::of_nothing).
    pub(super) const EMPTY: &str = "empty";

    /// That the file has no line that could be an entry.
    pub(super) fn of_nothing() -> Self {
        let text = "lists nothing; what was to make the list may have failed".to_owned();
        let (severity, code) = (Severity::Error, Self::EMPTY);
        Self { line: 1, column: 1, severity, code, text, path: None }
    }

    pub(super) fn json(&self) -> Value {
        let object = Object::new()
            .with("line", self.line)
            .with("column", self.column)
            .with("severity", self.severity.name())
            .with("code", self.code)
            .with("message", self.text.as_str());
        match &self.path {
            Some(path) => object.name("path", path).into(),
            None => object.into(),
        }
    }
}
