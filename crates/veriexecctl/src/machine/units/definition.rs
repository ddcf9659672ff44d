//! One unit: its name, and the files that define it.

use std::collections::BTreeMap;

use super::DIRECTORIES;
use crate::machine::requirements::{Requirements, base_name, joined};

/// The name of a unit: `prefix[@instance].kind`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    whole: Vec<u8>,
    /// Where the `@` is, if there is one, and the last dot.
    at: Option<usize>,
    dot: usize,
}

impl Name {
    pub(super) fn parse(name: &[u8]) -> Option<Self> {
        let dot = name.iter().rposition(|byte| *byte == b'.')?;
        let at = name.get(..dot)?.iter().position(|byte| *byte == b'@');
        (!name.contains(&b'/') && dot > 0).then(|| Self { whole: name.to_vec(), at, dot })
    }

    pub(super) fn whole(&self) -> &[u8] {
        &self.whole
    }

    pub(super) fn kind(&self) -> &[u8] {
        self.whole.get(self.dot + 1..).unwrap_or_default()
    }

    fn prefix(&self) -> &[u8] {
        self.whole.get(..self.at.unwrap_or(self.dot)).unwrap_or_default()
    }

    fn instance(&self) -> &[u8] {
        self.at.and_then(|at| self.whole.get(at + 1..self.dot)).unwrap_or_default()
    }

    fn with_instance(&self, instance: &[u8]) -> Vec<u8> {
        [self.prefix(), b"@", instance, b".", self.kind()].concat()
    }

    /// The name of its template, if it is an instance.
    fn template(&self) -> Option<Vec<u8>> {
        self.at.map(|_| self.with_instance(b""))
    }

    /// The service of the same name, or the template of those that each connection gets.
    pub(super) fn service(&self, accepts: bool) -> Vec<u8> {
        let prefix = self.whole.get(..self.dot).unwrap_or_default();
        [prefix, if accepts { b"@.service" } else { b".service" }].concat()
    }
}

/// A unit as its file and those that add to it define it.
#[derive(Debug)]
pub(super) struct Definition {
    name: Name,
    /// Every name that it has.
    names: Vec<Vec<u8>>,
    settings: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Definition {
    /// The unit of a name; `None` if there is none, or it is masked.
    pub(super) fn find(requirements: &mut Requirements<'_>, name: &Name) -> Option<Self> {
        let wanted = [Some(name.whole.clone()), name.template()];
        let mut names = vec![name.whole.clone()];
        let mut found = None;
        'wanted: for wanted in wanted.into_iter().flatten() {
            for directory in DIRECTORIES {
                let path = joined(directory, &wanted);
                // An alias has the instance that is asked for.
                if let Some(link) = requirements.link(&path) {
                    if base_name(&link) == b"null" {
                        return None;
                    }
                    let target = Name::parse(base_name(&link));
                    names.extend(target.map(|target| match (target.at, target.instance()) {
                        (Some(_), b"") => target.with_instance(name.instance()),
                        _ => target.whole,
                    }));
                }
                if let Some(text) = requirements.text(&path, b"systemd") {
                    found = Some(text);
                    break 'wanted;
                }
            }
        }
        let text = found?;
        if text.is_empty() {
            return None;
        }
        let templates = names.iter().filter_map(|name| Name::parse(name)?.template());
        let templates: Vec<_> = templates.collect();
        names.extend(templates);
        names.dedup();
        let mut unit = Self { name: name.clone(), names, settings: settings(&text) };
        for text in unit.additions(requirements) {
            unit.settings.extend(settings(&text));
        }
        Some(unit)
    }

    pub(super) fn name(&self) -> &Name {
        &self.name
    }

    pub(super) fn names(&self) -> &[Vec<u8>] {
        &self.names
    }

    /// The values of a setting; an empty one takes back those before it.
    pub(super) fn values(&self, key: &[u8]) -> Vec<Vec<u8>> {
        let mut values = Vec::new();
        for (name, value) in &self.settings {
            if name != key {
            } else if value.is_empty() {
                values.clear();
            } else {
                values.push(value.clone());
            }
        }
        values
    }

    /// Text with the specifiers that stand for what is known here replaced: systemd.unit(5).
    pub(super) fn expanded(&self, text: &[u8]) -> Vec<u8> {
        let mut expanded = Vec::with_capacity(text.len());
        let mut bytes = text.iter().copied();
        while let Some(byte) = bytes.next() {
            if byte != b'%' {
                expanded.push(byte);
                continue;
            }
            let name = &self.name;
            match bytes.next() {
                Some(b'%') => expanded.push(b'%'),
                Some(b'n') => expanded.extend_from_slice(&name.whole),
                Some(b'N') => {
                    expanded.extend_from_slice(name.whole.get(..name.dot).unwrap_or_default());
                }
                Some(b'p') => expanded.extend_from_slice(name.prefix()),
                Some(b'P') => expanded.extend(unescaped(name.prefix())),
                Some(b'i') => expanded.extend_from_slice(name.instance()),
                Some(b'I') => expanded.extend(unescaped(name.instance())),
                Some(b't') => expanded.extend_from_slice(b"/run"),
                Some(b'S') => expanded.extend_from_slice(b"/var/lib"),
                Some(b'C') => expanded.extend_from_slice(b"/var/cache"),
                Some(b'L') => expanded.extend_from_slice(b"/var/log"),
                Some(b'E') => expanded.extend_from_slice(b"/etc"),
                Some(b'h') => expanded.extend_from_slice(b"/root"),
                Some(other) => expanded.extend([b'%', other]),
                None => expanded.push(b'%'),
            }
        }
        expanded
    }

    /// The texts of the files that add to it, in the order of their names.
    fn additions(&self, requirements: &mut Requirements<'_>) -> Vec<Vec<u8>> {
        let mut directories = vec![[self.name.kind(), b".d"].concat()];
        for name in &self.names {
            // `a-b-c.service` has `a-.service.d` and `a-b-.service.d`, too.
            let Some(parsed) = Name::parse(name) else { continue };
            let prefix = parsed.prefix();
            let dashes = prefix.iter().enumerate().filter(|(_, byte)| **byte == b'-');
            for (dash, _) in dashes {
                let part = prefix.get(..=dash).unwrap_or_default();
                directories.push([part, b".", parsed.kind(), b".d"].concat());
            }
            directories.push([name, &b".d"[..]].concat());
        }
        let mut files: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for place in DIRECTORIES {
            for directory in directories.iter().rev() {
                for path in requirements.entries(&joined(place, directory), b"systemd") {
                    if path.ends_with(b".conf") {
                        files.entry(base_name(&path).to_vec()).or_insert(path);
                    }
                }
            }
        }
        files.values().filter_map(|path| requirements.text(path, b"systemd")).collect()
    }
}

/// The settings of a file, in their order, with lines that go on put together.
fn settings(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut settings = Vec::new();
    let mut whole: Vec<u8> = Vec::new();
    let mut finish = |whole: &mut Vec<u8>| {
        let line = std::mem::take(whole);
        let at = line.iter().position(|byte| *byte == b'=');
        if let Some((key, value)) = at.and_then(|at| line.split_at_checked(at)) {
            let value = value.get(1..).unwrap_or_default();
            settings.push((key.trim_ascii().to_vec(), value.trim_ascii().to_vec()));
        }
    };
    for line in text.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        // A comment does not end a line that goes on.
        if line.starts_with(b"#") || line.starts_with(b";") {
            continue;
        }
        if let Some(begun) = line.strip_suffix(b"\\") {
            whole.extend_from_slice(begun);
            whole.push(b' ');
            continue;
        }
        whole.extend_from_slice(line);
        finish(&mut whole);
    }
    finish(&mut whole);
    settings
}

/// A part of a name as it was before systemd-escape(1).
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut unescaped = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let hex = after.strip_prefix(b"x").and_then(|digits| digits.get(..2));
        let hex = hex.and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        match (first, hex) {
            (b'\\', Some(byte)) => {
                unescaped.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            (b'-', _) => unescaped.push(b'/'),
            _ => unescaped.push(*first),
        }
    }
    unescaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_parts() {
        let name = Name::parse(b"a-b@x-y.service").unwrap();
        assert_eq!((name.prefix(), name.instance()), (&b"a-b"[..], &b"x-y"[..]));
        assert_eq!(
            (name.kind(), name.template().unwrap()),
            (&b"service"[..], b"a-b@.service".into())
        );
        assert_eq!(Name::parse(b"a.b.socket").unwrap().service(false), b"a.b.service");
        assert_eq!(Name::parse(b"ssh.socket").unwrap().service(true), b"ssh@.service");
        assert_eq!(Name::parse(b"a/b.service"), None);
        assert_eq!(Name::parse(b"service"), None);
    }

    #[test]
    fn lines_that_go_on_are_one_setting() {
        let found = settings(b"[Service]\nA = b \\\n ; none\n  c\nD=\nE=f\\");
        let found: Vec<_> = found.iter().map(|(key, value)| (&key[..], &value[..])).collect();
        assert_eq!(found, [(&b"A"[..], &b"b  c"[..]), (b"D", b""), (b"E", b"f")]);
    }

    #[test]
    fn instances_are_unescaped() {
        assert_eq!(unescaped(b"dev-disk\\x2dby"), b"dev/disk-by");
        assert_eq!(unescaped(b"a\\x"), b"a\\x");
    }
}
