//! passwd(5): the shells of those who can log in.

use sigfile::printable;

use crate::machine::requirements::{Deed, Requirements, joined, lines};

const FILE: &[u8] = b"/etc/passwd";

/// An account.
struct Account {
    name: Vec<u8>,
    home: Vec<u8>,
    shell: Vec<u8>,
}

/// Adds the shell of root, and of everybody else whose shell shells(5) names.
pub(super) fn require(requirements: &mut Requirements<'_>) {
    let Some(text) = requirements.text(FILE, b"whoever logs in") else { return };
    let shells = requirements.text(b"/etc/shells", b"whoever logs in").unwrap_or_default();
    let shells: Vec<&[u8]> = lines(&shells).collect();
    for account in text.split(|byte| *byte == b'\n').filter_map(account) {
        if account.name == b"root" || shells.contains(&&account.shell[..]) {
            let by = [b"the login shell of ", &account.name[..]].concat();
            let there = requirements.add_known(Deed::Execute, &account.shell, &by);
            if !there && account.name == b"root" {
                let shell = printable(&account.shell);
                let said = format!("the login shell of root: there is no {shell} to look at");
                requirements.skipped.push(said);
            }
            let keys = joined(&account.home, b".ssh/authorized_keys");
            requirements.add_present(Deed::Read, &keys, b"sshd");
        }
    }
}

/// The account of a line; without a shell it has /bin/sh.
fn account(line: &[u8]) -> Option<Account> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b':').collect();
    // BSD's master.passwd has three more in the middle.
    let (name, home, shell) = match fields[..] {
        [name, _, _, _, _, home, shell] | [name, _, _, _, _, _, _, _, home, shell] => {
            (name, home, shell.trim_ascii())
        }
        _ => return None,
    };
    let shell = if shell.is_empty() { b"/bin/sh" } else { shell };
    let absolute = shell.starts_with(b"/") && home.starts_with(b"/");
    absolute.then(|| Account { name: name.into(), home: home.into(), shell: shell.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_account_or_nothing() {
        let shell = |line: &str| account(line.as_bytes()).map(|account| account.shell);
        assert_eq!(shell("root:x:0:0:root:/root:/bin/bash").unwrap(), b"/bin/bash");
        assert_eq!(shell("u:x:1:1::/home/u:").unwrap(), b"/bin/sh");
        assert_eq!(shell("u:x:1:1::/home/u:none"), None);
        assert_eq!(shell("+::::::"), None);
        assert_eq!(shell(""), None);
    }
}
