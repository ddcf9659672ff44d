//! Who asks, as reports name it.

use crate::FileId;

/// A process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Process<'a> {
    /// What it runs.
    pub program: Program<'a>,
    /// The process number.
    pub pid: u32,
    /// The real user.
    pub uid: u32,
    /// The real group.
    pub gid: u32,
    /// The user that [`Limiter`](crate::Limiter) counts its reports for: the real one, but of a
    /// process in a user namespace the user that made that, who may have many there.
    pub user: u32,
    /// The process that it is a child of.
    pub parent: Option<Parent<'a>>,
}

/// The parent of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent<'a> {
    /// What it runs.
    pub program: Program<'a>,
    /// The process number.
    pub pid: u32,
}

/// What a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program<'a> {
    /// The path of the file that the process was started from; empty if it is not known, or if
    /// there is none, as of a thread of the kernel's.
    pub path: &'a [u8],
    /// Which file that is.
    pub file: Option<FileId>,
    command: [u8; COMMAND_LEN],
}

/// The longest name of a command, in bytes.
const COMMAND_LEN: usize = 32;

impl Program<'_> {
    /// One of which no more is known than the name of the command, which any thread can give
    /// itself; 32 bytes of it are kept.
    #[must_use]
    pub fn new(command: &[u8]) -> Self {
        let mut kept = [0; COMMAND_LEN];
        for (to, from) in kept.iter_mut().zip(command.iter().take_while(|byte| **byte != 0)) {
            *to = *from;
        }
        Self { path: b"", file: None, command: kept }
    }

    /// The name of the command.
    #[must_use]
    pub fn command(&self) -> &[u8] {
        self.command.split(|byte| *byte == 0).next().unwrap_or_default()
    }

    /// The path, or else the name of the command.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        if self.path.is_empty() { self.command() } else { self.path }
    }
}

impl Process<'_> {
    /// A process without a parent, whose reports are counted for its own user.
    #[must_use]
    pub fn new(command: &[u8], pid: u32, uid: u32, gid: u32) -> Self {
        Self { program: Program::new(command), pid, uid, gid, user: uid, parent: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_command_is_cut_at_its_end() {
        assert_eq!(Program::new(b"sh\0garbage").command(), b"sh");
        assert_eq!(Program::new(&[b'x'; 99]).command(), [b'x'; COMMAND_LEN]);
        assert_eq!(Program::new(b"").command(), b"");
    }

    #[test]
    fn a_program_is_named_by_its_path_if_that_is_known() {
        let mut program = Program::new(b"thread-7");
        assert_eq!(program.name(), b"thread-7");
        program.path = b"/usr/bin/sh";
        assert_eq!(program.name(), b"/usr/bin/sh");
    }
}
