//! Text between tags: entities, and where it ends.

use alloc::vec::Vec;

use super::scan::position;
use crate::fallible::{self, NoMemory};
use crate::internalize::{Fault, ReadErrorKind};

/// What the entities of XML stand for.
const ENTITIES: [(&[u8], u8); 5] =
    [(b"&amp;", b'&'), (b"&apos;", b'\''), (b"&gt;", b'>'), (b"&lt;", b'<'), (b"&quot;", b'"')];

/// Replaces entities by what they stand for; `offset` is where the text begins.
pub(super) fn unescape(text: &[u8], offset: usize) -> Result<Vec<u8>, Fault> {
    let no_memory = |error: NoMemory| Fault { kind: error.into(), offset };
    let mut out = Vec::new();
    fallible::reserve_exact(&mut out, text.len()).map_err(no_memory)?;
    let mut rest = text;
    loop {
        let at = position(rest, |byte| byte == b'&');
        let (plain, special) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        fallible::extend(&mut out, plain).map_err(no_memory)?;
        if special.is_empty() {
            return Ok(out);
        }
        let entity =
            ENTITIES.into_iter().find_map(|(name, byte)| Some((special.strip_prefix(name)?, byte)));
        let Some((behind, byte)) = entity else {
            let at = text.len().saturating_sub(special.len());
            return Err(Fault { kind: ReadErrorKind::Entity, offset: offset.saturating_add(at) });
        };
        fallible::push(&mut out, byte).map_err(no_memory)?;
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_replaced() {
        assert_eq!(unescape(b"a&amp;lt;&lt;&gt;&quot;&apos;", 0).unwrap(), b"a&lt;<>\"'");
    }

    #[test]
    fn other_entities_are_refused_where_they_stand() {
        for (text, at) in
            [(&b"a&#65;"[..], 1), (b"&amp;&AMP;", 5), (b"&", 0), (b"a & b", 2), (b"&amp", 0)]
        {
            let fault = unescape(text, 10).unwrap_err();
            assert_eq!((fault.kind, fault.offset), (ReadErrorKind::Entity, 10 + at));
        }
    }
}
