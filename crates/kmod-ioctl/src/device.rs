//! The client: one type for every kind of driver.

use proplib::xml::ArrayReader;
use proplib::{Dictionary, Object, ReadOptions};
use sigfile::Entry;
use veriexec::{Errno, Status};

use crate::device_error::{DeviceError, ReplyProblem};
use crate::device_spec::DeviceSpec;
use crate::message::{self, LoadOptions, LoadedEntry};
use crate::mock::{MockDevice, MockOpenError};
use crate::node::Node;
use crate::refusal::{Reason, Refusal};
use crate::request::{Access, Request};

/// An open device, veriexec(4).
///
/// The driver of a node has done what it answered; what a mock device did is lost unless the
/// device is [closed](Self::close).
#[derive(Debug)]
pub struct Device {
    access: Access,
    driver: Driver,
}

#[derive(Debug)]
enum Driver {
    Node(Node),
    Mock(Box<MockDevice>),
}

/// What the driver holds of a file.
pub type QueryReply = LoadedEntry;

/// An entry whose name the driver kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpedEntry {
    /// The entry.
    pub entry: Entry,
    /// What the driver knows of the file's contents.
    pub status: Status,
}

/// How an entry came to be in the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadOutcome {
    /// The driver took it.
    Taken,
    /// The driver would not take it, because it has the same entry already. Only a NetBSD driver
    /// does that; the name is not kept then.
    Same,
}

impl Device {
    /// Opens the device, for what [`Request::access`] says of the requests to come.
    ///
    /// # Errors
    /// [`DeviceError::Open`]; [`DeviceError::State`] if the state of a mock device is none.
    pub fn open(spec: &DeviceSpec, access: Access) -> Result<Self, DeviceError> {
        let failed = |errno| DeviceError::Open { device: spec.clone(), errno };
        let driver = match spec {
            DeviceSpec::Node(path) => {
                let node = Node::open(path, access);
                Driver::Node(node.map_err(|error| failed(number(&error)))?)
            }
            DeviceSpec::Mock(file) => match MockDevice::open(file, access) {
                Ok(mock) => Driver::Mock(Box::new(mock)),
                Err(MockOpenError::Busy) => return Err(failed(Errno::BUSY)),
                Err(MockOpenError::State(error)) => return Err(error.into()),
            },
        };
        Ok(Self { access, driver })
    }

    /// The mock device, if it is one.
    pub fn mock(&mut self) -> Option<&mut MockDevice> {
        match &mut self.driver {
            Driver::Mock(mock) => Some(mock),
            Driver::Node(_) => None,
        }
    }

    /// Loads an entry.
    ///
    /// # Errors
    /// [`DeviceError`]; nothing has changed then.
    pub fn load(&mut self, entry: &Entry, options: LoadOptions) -> Result<(), DeviceError> {
        let message = message::load(entry, options);
        self.tell(Request::Load, message, entry.path())
    }

    /// Loads an entry, and takes it for done if the driver has the same one already.
    ///
    /// NetBSD's driver refuses the same entry when it has evaluated the one it has. The device
    /// must be open for reading too, or that cannot be found out.
    ///
    /// # Errors
    /// [`DeviceError`]; nothing has changed then.
    pub fn load_or_same(
        &mut self,
        entry: &Entry,
        options: LoadOptions,
    ) -> Result<LoadOutcome, DeviceError> {
        let Err(error) = self.load(entry, options) else { return Ok(LoadOutcome::Taken) };
        let differs = error.refusal().is_some_and(|refusal| refusal.reason() == Reason::Differs);
        if differs && self.access.covers(Access::READ) {
            let present = self.query(entry.path())?;
            if is_same(&present, entry) {
                return Ok(LoadOutcome::Same);
            }
        }
        Err(error)
    }

    /// Deletes the entry of a file, or the entries of a mount by its mount point.
    ///
    /// # Errors
    /// [`DeviceError`]; nothing has changed then.
    pub fn delete(&mut self, path: &[u8]) -> Result<(), DeviceError> {
        self.tell(Request::Delete, message::file(path), path)
    }

    /// Deletes every entry.
    ///
    /// # Errors
    /// [`DeviceError`]; nothing has changed then.
    pub fn flush(&mut self) -> Result<(), DeviceError> {
        self.exchange(Request::Flush, None, None).map(drop)
    }

    /// Asks for the entry of a file.
    ///
    /// # Errors
    /// [`DeviceError`], with [`Reason::NoEntry`] if it has none.
    pub fn query(&mut self, path: &[u8]) -> Result<QueryReply, DeviceError> {
        let request = Request::Query;
        let message =
            message::file(path).map_err(|source| DeviceError::Message { request, source })?;
        let text = self.exchange(request, Some(&message), Some(path))?;
        let reply = Dictionary::internalize(&text)
            .map_err(|source| DeviceError::Reply { request, source })?;
        LoadedEntry::read(&reply).map_err(|error| DeviceError::Entry {
            request,
            number: None,
            problem: error.into(),
        })
    }

    /// Asks for every name that was kept, with its entry. A NetBSD driver keeps one for each file,
    /// ours every hard link.
    ///
    /// # Errors
    /// [`DeviceError`].
    pub fn dump(&mut self) -> Result<Vec<DumpedEntry>, DeviceError> {
        let request = Request::Dump;
        let shown = |(index, message): (usize, &Dictionary)| {
            let number = Some(index.saturating_add(1));
            dumped(message).map_err(|problem| DeviceError::Entry { request, number, problem })
        };
        if let Driver::Mock(mock) = &self.driver {
            let refused = |errno| Refusal::new(request, None, self.access, errno);
            let messages = mock.dump().map_err(refused)?.enumerate();
            return messages
                .map(|(index, message)| shown((index, &message.map_err(refused)?)))
                .collect();
        }
        let text = self.exchange(request, None, None)?;
        // One at a time: all the objects would take more memory than the text.
        let elements = ArrayReader::new(&text, &ReadOptions::default()).enumerate();
        let entries = elements.map(|(index, object)| {
            match object.map_err(|source| DeviceError::Reply { request, source })? {
                Object::Dictionary(message) => shown((index, &message)),
                _ => Err(DeviceError::Entry {
                    request,
                    number: Some(index.saturating_add(1)),
                    problem: ReplyProblem::Kind,
                }),
            }
        });
        entries.collect()
    }

    /// Is done with the device. A mock device saves its state now, if it has changed.
    ///
    /// # Errors
    /// [`DeviceError::State`]; the state is as it was before the device was opened.
    pub fn close(self) -> Result<(), DeviceError> {
        match self.driver {
            Driver::Node(_) => Ok(()),
            Driver::Mock(mock) => Ok(mock.commit()?),
        }
    }

    fn tell(
        &mut self,
        request: Request,
        message: Result<Dictionary, proplib::SetError>,
        path: &[u8],
    ) -> Result<(), DeviceError> {
        let message = message.map_err(|source| DeviceError::Message { request, source })?;
        self.exchange(request, Some(&message), Some(path)).map(drop)
    }

    /// Makes a request, and returns the text of its reply, empty if it has none.
    fn exchange(
        &mut self,
        request: Request,
        message: Option<&Dictionary>,
        path: Option<&[u8]>,
    ) -> Result<Vec<u8>, DeviceError> {
        let text = message
            .map(Dictionary::externalize_message)
            .transpose()
            .map_err(|source| DeviceError::Text { request, source })?;
        let reply = match &mut self.driver {
            Driver::Node(node) => {
                node.exchange(request, text.as_deref()).map_err(|error| number(&error))
            }
            Driver::Mock(mock) => mock.exchange(request, text.as_deref()),
        };
        match reply {
            Ok(reply) => Ok(reply.unwrap_or_default()),
            Err(errno) => Err(Refusal::new(request, path, self.access, errno).into()),
        }
    }
}

/// Whether loading the entry would make no difference: the driver made direct of no flags.
fn is_same(present: &LoadedEntry, entry: &Entry) -> bool {
    present.fingerprint == *entry.fingerprint()
        && present.entry_type == entry.entry_type().or_direct()
}

fn dumped(message: &Dictionary) -> Result<DumpedEntry, ReplyProblem> {
    let entry = LoadedEntry::read(message)?;
    let status = entry.status;
    Ok(DumpedEntry { entry: entry.into_entry()?, status })
}

/// The error number, or that of bad input where the error is std's own.
fn number(error: &std::io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::INVAL, Errno::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fingerprint::{Algorithm, Digest};
    use sigfile::EntryType;

    #[test]
    fn the_same_entry_is_known_whatever_its_name_and_status() {
        let digest = |byte| Digest::new(Algorithm::Md5, &[byte; 16]).unwrap();
        let entry =
            |byte, entry_type| Entry::new(b"/a".to_vec(), digest(byte), entry_type).unwrap();
        let present = LoadedEntry {
            file: Some(b"/b".to_vec()),
            fingerprint: digest(1),
            entry_type: EntryType::DIRECT,
            status: Status::Valid,
        };
        assert!(is_same(&present, &entry(1, EntryType::DIRECT)));
        assert!(is_same(&present, &entry(1, EntryType::EMPTY)));
        assert!(!is_same(&present, &entry(1, EntryType::FILE)));
        assert!(!is_same(&present, &entry(2, EntryType::DIRECT)));
    }
}
