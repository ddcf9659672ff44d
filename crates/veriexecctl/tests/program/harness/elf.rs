//! ELF files as small as can be: headers, and what they need.

/// A position-independent program with a loader, or a library without one.
pub(crate) fn elf(loader: Option<&str>, needed: &[&str], runpath: Option<&str>) -> Vec<u8> {
    let needed: Vec<&[u8]> = needed.iter().map(|name| name.as_bytes()).collect();
    elf_of_bytes(loader.map(str::as_bytes), &needed, runpath.map(str::as_bytes))
}

/// The same with names that need not be text.
pub(crate) fn elf_of_bytes(
    loader: Option<&[u8]>,
    needed: &[&[u8]],
    runpath: Option<&[u8]>,
) -> Vec<u8> {
    let mut strings = vec![0];
    let mut string = |text: &[u8]| {
        let at = strings.len() as u64;
        strings.extend_from_slice(text);
        strings.push(0);
        at
    };
    let interpreter = loader.map(|loader| (string(loader), loader.len() as u64 + 1));
    let mut dynamic: Vec<(u64, u64)> = needed.iter().map(|name| (1, string(name))).collect();
    dynamic.extend(runpath.map(|path| (29, string(path))));
    if loader.is_none() {
        dynamic.push((14, string(b"library")));
    }

    let start = 64 + 3 * 56;
    dynamic.extend([(5, start), (10, strings.len() as u64), (0, 0)]);
    let section = start + strings.len() as u64;
    let section_len = 16 * dynamic.len() as u64;
    let whole = (0, section + section_len);
    let loader = interpreter.map_or((0, 0, 0), |(at, len)| (3, start + at, len));
    let segments = [(1, whole.0, whole.1), (2, section, section_len), loader];

    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    for half in [3_u16, 62] {
        file.extend(half.to_le_bytes());
    }
    file.extend(1_u32.to_le_bytes());
    for word in [0_u64, 64, 0] {
        file.extend(word.to_le_bytes());
    }
    file.extend(0_u32.to_le_bytes());
    for half in [64_u16, 56, 3, 64, 0, 0] {
        file.extend(half.to_le_bytes());
    }
    for (kind, offset, len) in segments {
        file.extend((kind as u32).to_le_bytes());
        file.extend(5_u32.to_le_bytes());
        for word in [offset, offset, offset, len, len, 1_u64] {
            file.extend(word.to_le_bytes());
        }
    }
    file.extend(&strings);
    for (tag, value) in dynamic {
        file.extend([tag, value].map(u64::to_le_bytes).concat());
    }
    file
}
