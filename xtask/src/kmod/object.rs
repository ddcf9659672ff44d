//! What is in an object for a kernel.

use std::fs;
use std::path::Path;
use std::str;

use anyhow::{Context, Result, ensure};
use object::elf::{R_X86_64_32S, R_X86_64_64, R_X86_64_PC32, R_X86_64_PLT32};
use object::{
    File, Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget, SectionKind,
};

use crate::command::command;

/// What a kernel defines for its modules and our code may use.
const KERNEL_SYMBOLS: [&str; 6] =
    ["__x86_indirect_thunk_r11", "__x86_return_thunk", "memcmp", "memcpy", "memmove", "memset"];

/// How the names begin of what a kernel with KASAN defines for code that is compiled for it.
const KASAN: &str = "__asan_";

/// What the loader of modules resolves.
const RELOCATIONS: [u32; 4] = [R_X86_64_64.0, R_X86_64_PC32.0, R_X86_64_PLT32.0, R_X86_64_32S.0];

/// The longest frame that a kernel's compiler takes without a warning, `CONFIG_FRAME_WARN`.
const FRAME_LIMIT: u64 = 2048;

/// An object as the compiler made it.
pub(super) struct KernelObject {
    /// The names of what it needs.
    pub(super) undefined: Vec<String>,
    /// How many relocations there are.
    pub(super) relocations: usize,
    /// The size of the code, in bytes.
    pub(super) code: u64,
    pub(super) largest_frame: Frame,
    /// The types of relocations that no module may have.
    foreign_relocations: Vec<u32>,
    /// Instructions with registers that a kernel does not save.
    vector_instructions: Vec<String>,
}

/// The stack that a function takes.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) bytes: u64,
    /// Its name, as the linker sees it.
    pub(super) function: String,
}

impl KernelObject {
    /// Reads an object.
    ///
    /// # Errors
    /// When it is none, or has no stack sizes.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| path.display().to_string())?;
        let file = File::parse(&*bytes)?;
        let loaded = || {
            let kinds = [
                SectionKind::Text,
                SectionKind::Data,
                SectionKind::ReadOnlyData,
                SectionKind::ReadOnlyString,
            ];
            file.sections().filter(move |section| kinds.contains(&section.kind()))
        };
        let types = loaded().flat_map(|section| section.relocations()).map(|(_, relocation)| {
            match relocation.flags() {
                RelocationFlags::Elf { r_type } => r_type.0,
                _ => u32::MAX,
            }
        });
        let types: Vec<u32> = types.collect();
        let mut undefined: Vec<_> = file
            .symbols()
            .filter(|symbol| symbol.is_undefined())
            .filter_map(|symbol| symbol.name().ok().map(str::to_owned))
            .filter(|name| !name.is_empty())
            .collect();
        undefined.sort();
        let code = loaded().filter(|section| section.kind() == SectionKind::Text);
        Ok(Self {
            undefined,
            relocations: types.len(),
            code: code.map(|section| section.size()).sum(),
            largest_frame: largest_frame(&file)?,
            foreign_relocations: types
                .into_iter()
                .filter(|kind| !RELOCATIONS.contains(kind))
                .collect(),
            vector_instructions: vector_instructions(path)?,
        })
    }

    /// Why it is not fit for a kernel, one reason a line.
    pub(super) fn faults(&self, shim: &[String]) -> Vec<String> {
        let known = |name: &String| {
            let is_the_kernels = KERNEL_SYMBOLS.contains(&name.as_str());
            is_the_kernels || name.starts_with(KASAN) || shim.contains(name)
        };
        let undefined = self.undefined.iter().filter(|name| !known(name));
        let undefined = undefined.map(|name| match name.as_str() {
            "veriexec_core_panics" => "a panic: look for calls into core::panicking".to_owned(),
            name => format!("undefined symbol {name}"),
        });
        let relocations = self.foreign_relocations.iter();
        let relocations = relocations.map(|kind| format!("relocation of type {kind}"));
        let vectors = self.vector_instructions.iter().map(|line| format!("instruction {line}"));
        let Frame { bytes, function } = &self.largest_frame;
        let frame = (*bytes > FRAME_LIMIT).then(|| format!("frame of {bytes} bytes in {function}"));
        undefined.chain(relocations).chain(vectors).chain(frame).collect()
    }
}

/// The largest entry of `.stack_sizes`: an address and an unsigned LEB128 number for each function.
fn largest_frame(file: &File<'_>) -> Result<Frame> {
    let section = file.section_by_name(".stack_sizes").context("no section .stack_sizes")?;
    let bytes = section.data()?;
    let mut largest = Frame::default();
    for (at, relocation) in section.relocations() {
        let size = usize::try_from(at)?.checked_add(8).and_then(|size| bytes.get(size..));
        let bytes = leb128(size.unwrap_or_default()).context("a stack size is cut off")?;
        if bytes >= largest.bytes {
            let RelocationTarget::Symbol(symbol) = relocation.target() else { continue };
            let symbol = file.symbol_by_index(symbol)?;
            let address = symbol.address().wrapping_add_signed(relocation.addend());
            let function = file.symbols().find(|candidate| {
                candidate.section_index() == symbol.section_index()
                    && candidate.address() == address
                    && candidate.size() > 0
            });
            let name = function.and_then(|function| function.name().ok()).unwrap_or("?");
            largest = Frame { bytes, function: name.to_owned() };
        }
    }
    ensure!(!largest.function.is_empty(), "section .stack_sizes is empty");
    Ok(largest)
}

fn leb128(bytes: &[u8]) -> Option<u64> {
    let mut value = 0;
    for (byte, shift) in bytes.iter().zip((0..64).step_by(7)) {
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Lines of the disassembly that have a register of the SSE, AVX, MMX or x87 sets.
fn vector_instructions(path: &Path) -> Result<Vec<String>> {
    let mut objdump = command("objdump");
    let output = objdump.args(["-d", "--no-show-raw-insn"]).arg(path).output();
    let output = output.context("cannot run objdump")?;
    ensure!(output.status.success(), "objdump cannot read {}", path.display());
    let text = String::from_utf8_lossy(&output.stdout);
    let vector =
        |line: &&str| ["%xmm", "%ymm", "%zmm", "%mm", "%st"].iter().any(|set| line.contains(set));
    Ok(text.lines().filter(vector).map(|line| line.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stack_sizes_are_read() {
        assert_eq!(leb128(&[0x00]), Some(0));
        assert_eq!(leb128(&[0x7f, 0xff]), Some(127));
        assert_eq!(leb128(&[0x80, 0x03]), Some(384));
        assert_eq!(leb128(&[0x80]), None);
        assert_eq!(leb128(&[]), None);
    }

    #[test]
    fn what_a_kernel_cannot_take_is_named() {
        let fit = KernelObject {
            undefined: vec!["memcpy".into(), "veriexec_shim_lock".into()],
            relocations: 3,
            code: 1000,
            largest_frame: Frame { bytes: 100, function: "f".into() },
            foreign_relocations: Vec::new(),
            vector_instructions: Vec::new(),
        };
        let shim = ["veriexec_shim_lock".to_owned()];
        assert!(fit.faults(&shim).is_empty());
        assert_eq!(fit.faults(&[]), ["undefined symbol veriexec_shim_lock"]);
        let unfit = KernelObject {
            undefined: vec!["memchr".into(), "veriexec_core_panics".into()],
            largest_frame: Frame { bytes: 4096, function: "f".into() },
            foreign_relocations: vec![9],
            vector_instructions: vec!["0: movups %xmm0,(%rdi)".into()],
            ..fit
        };
        assert_eq!(
            unfit.faults(&shim),
            [
                "undefined symbol memchr",
                "a panic: look for calls into core::panicking",
                "relocation of type 9",
                "instruction 0: movups %xmm0,(%rdi)",
                "frame of 4096 bytes in f",
            ]
        );
    }
}
