//! Variables in the paths that ELF files name: ld.so(8).

use sigfile::Machine;

use super::loader::Loader;

/// What glibc may have been built to take `$LIB` for, beside a directory for the machine.
const LIB: [&[u8]; 2] = [b"lib64", b"lib"];

/// The paths that a path may be, with the directory of its object in the place of `$ORIGIN`, and
/// for glibc with all that `$LIB` and `$PLATFORM` can be.
pub(super) fn expanded(
    path: &[u8],
    origin: &[u8],
    loader: &Loader,
    machine: Machine,
) -> Vec<Vec<u8>> {
    let path = replaced(path, b"ORIGIN", origin);
    if matches!(loader, Loader::Musl { .. }) || !path.contains(&b'$') {
        return vec![path];
    }
    let triplets = loader.triplets(machine).iter();
    let own = triplets.map(|triplet| [b"lib/", triplet.as_bytes()].concat());
    let platform = loader.platform(machine);
    let libraries = own.chain(LIB.iter().map(|name| name.to_vec()));
    let paths = libraries.map(|library| {
        replaced(&replaced(&path, b"LIB", &library), b"PLATFORM", platform.as_bytes())
    });
    let mut paths: Vec<_> = paths.collect();
    paths.dedup();
    paths
}

/// A path with a value in the place of `$NAME` and `${NAME}`.
fn replaced(path: &[u8], name: &[u8], value: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(path.len());
    let mut rest = path;
    let braced = [b"${", name, b"}"].concat();
    let plain = [b"$", name].concat();
    while let Some((first, after)) = rest.split_first() {
        let behind = rest.strip_prefix(&braced[..]).or_else(|| {
            let behind = rest.strip_prefix(&plain[..])?;
            let ends = behind.first().is_none_or(|byte| !is_of_name(*byte));
            ends.then_some(behind)
        });
        match behind {
            Some(behind) => {
                replaced.extend_from_slice(value);
                rest = behind;
            }
            None => {
                replaced.push(*first);
                rest = after;
            }
        }
    }
    replaced
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_takes_the_place_of_each_variable() {
        let origin = |path: &[u8]| replaced(path, b"ORIGIN", b"/opt/bin");
        assert_eq!(origin(b"$ORIGIN/../lib"), b"/opt/bin/../lib");
        assert_eq!(origin(b"${ORIGIN}$ORIGIN"), b"/opt/bin/opt/bin");
        assert_eq!(origin(b"$ORIGINAL/${ORIGIN"), b"$ORIGINAL/${ORIGIN");
        assert_eq!(origin(b"/usr/lib"), b"/usr/lib");
    }
}
