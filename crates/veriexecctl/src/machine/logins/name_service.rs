//! nsswitch.conf(5): the modules that say who somebody is.

use crate::machine::requirements::{Deed, Requirements, lines, words};

const FILE: &[u8] = b"/etc/nsswitch.conf";

/// Adds the modules of every service that is named; glibc goes without those that are not there.
pub(super) fn require(requirements: &mut Requirements<'_>) {
    let Some(text) = requirements.text(FILE, b"libc") else { return };
    for service in services(&text) {
        let name = [b"libnss_", &service[..], b".so.2"].concat();
        requirements.add(Deed::Load, &name, FILE);
    }
}

fn services(text: &[u8]) -> Vec<Vec<u8>> {
    let mut services: Vec<Vec<u8>> = Vec::new();
    for line in lines(text) {
        let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let mut in_action = false;
        for word in words(line.get(at + 1..).unwrap_or_default()) {
            // `[NOTFOUND=return]` says what is done, and may have blanks in it.
            in_action |= word.starts_with(b"[");
            if in_action {
                in_action = !word.ends_with(b"]");
            } else if !services.iter().any(|known| known == word) {
                services.push(word.to_vec());
            }
        }
    }
    services
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_named_once_and_actions_are_none() {
        let text = b"passwd: files systemd\nhosts:\tfiles [ NOTFOUND=return !UNAVAIL=x ] dns\n\
            # group: sss\nnothing\n";
        assert_eq!(services(text), [&b"files"[..], b"systemd", b"dns"]);
    }
}
