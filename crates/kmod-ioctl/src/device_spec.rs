//! Which driver is meant: a node, or a mock whose state is a file.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sigfile::printable;

/// A driver's name, as `--device` takes it: the path of a device node, or `mock:FILE`.
///
/// A node whose path begins with `mock:` is written `./mock:...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceSpec {
    /// A device node of veriexec(4).
    Node(PathBuf),
    /// A driver in this process; its state is kept in the file.
    Mock(PathBuf),
}

impl DeviceSpec {
    /// The node of veriexec(4).
    pub const DEFAULT_NODE: &str = "/dev/veriexec";

    /// The path of the node or of the state.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Node(path) | Self::Mock(path) => path,
        }
    }
}

impl Default for DeviceSpec {
    fn default() -> Self {
        Self::Node(PathBuf::from(Self::DEFAULT_NODE))
    }
}

impl TryFrom<&OsStr> for DeviceSpec {
    type Error = DeviceSpecError;

    fn try_from(text: &OsStr) -> Result<Self, Self::Error> {
        match text.as_bytes() {
            b"" => Err(DeviceSpecError::Empty),
            b"mock:" => Err(DeviceSpecError::MockWithoutFile),
            bytes => Ok(match bytes.strip_prefix(b"mock:") {
                Some(file) => Self::Mock(OsString::from_vec(file.to_vec()).into()),
                None => Self::Node(text.into()),
            }),
        }
    }
}

impl TryFrom<OsString> for DeviceSpec {
    type Error = DeviceSpecError;

    fn try_from(text: OsString) -> Result<Self, Self::Error> {
        Self::try_from(text.as_os_str())
    }
}

impl FromStr for DeviceSpec {
    type Err = DeviceSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(OsStr::new(text))
    }
}

/// Prints what it was read from, escaped if it is not fit for a terminal.
impl fmt::Display for DeviceSpec {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = if matches!(self, Self::Mock(_)) { "mock:" } else { "" };
        write!(out, "{prefix}{}", printable(self.path().as_os_str().as_bytes()))
    }
}

/// Why a text names no driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceSpecError {
    /// There is no text.
    #[error("empty device name; expected a path, or mock:FILE")]
    Empty,
    /// `mock:` and nothing behind it.
    #[error("\"mock:\" without a file; expected mock:FILE, where FILE keeps the driver's state")]
    MockWithoutFile,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_node_and_mock_has_a_file() {
        assert_eq!("/dev/veriexec".parse(), Ok(DeviceSpec::default()));
        assert_eq!("mock:state".parse(), Ok(DeviceSpec::Mock("state".into())));
        assert_eq!("./mock:x".parse(), Ok(DeviceSpec::Node("./mock:x".into())));
        assert_eq!("mock:mock:".parse(), Ok(DeviceSpec::Mock("mock:".into())));
        assert_eq!("".parse::<DeviceSpec>(), Err(DeviceSpecError::Empty));
        assert_eq!("mock:".parse::<DeviceSpec>(), Err(DeviceSpecError::MockWithoutFile));
    }

    #[test]
    fn names_are_bytes() {
        let spec = DeviceSpec::try_from(OsStr::from_bytes(b"mock:\xff")).unwrap();
        assert_eq!(spec.path().as_os_str().as_bytes(), b"\xff");
    }

    #[test]
    fn printing_is_reading_backwards_and_harmless() {
        for text in ["/dev/veriexec", "mock:/tmp/state of mine"] {
            assert_eq!(text.parse::<DeviceSpec>().unwrap().to_string(), text);
        }
        let spec: DeviceSpec = "mock:\u{1b}[2J".parse().unwrap();
        assert_eq!(spec.to_string(), "mock:\\x1b[2J");
    }
}
