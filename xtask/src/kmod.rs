//! The Rust object of the Linux module: how it is built, and what must hold of it.

mod object;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::build_std::debian_cargo;
use crate::command::{cargo, command, root, run, target_dir};
use object::KernelObject;

const CRATE: &str = "veriexec-kmod-core";
const TARGET: &str = "x86_64-unknown-none";

/// The programs that belong to the module.
pub(crate) const PROGRAMS: [&str; 3] = ["veriexec-kmod", "veriexecctl", "veriexecgen"];

/// How a kernel's code is compiled: no panic that unwinds, addresses in the topmost 2 GiB, calls
/// and returns that the kernel can patch, room before each function, and an `alloc` in which every
/// allocation can fail.
const FLAGS: &[&str] = &[
    "-Cpanic=abort",
    "-Cforce-unwind-tables=no",
    "-Ccode-model=kernel",
    "-Crelocation-model=static",
    "-Cno-redzone=y",
    "-Cjump-tables=no",
    "-Coverflow-checks=off",
    "-Csymbol-mangling-version=v0",
    "-Ctarget-feature=+harden-sls-ijmp,+harden-sls-ret",
    "-Zplt=yes",
    "-Zdirect-access-external-data=yes",
    "-Zfunction-return=thunk-extern",
    "-Zretpoline-external-thunk=yes",
    "-Zindirect-branch-cs-prefix=yes",
    "-Zcf-protection=branch",
    "-Zpatchable-function-entry=16,16",
    "-Zmin-function-alignment=16",
    "-Zfunction-sections=no",
    "-Zemit-stack-sizes",
    "-Zllvm-module-flag=override-stack-alignment:u32:8:max",
    "--cfg=no_global_oom_handling",
];

/// What makes a kernel with KASAN look at each access to memory, but for those to the stack and to
/// what is constant, whose places it would have to be told.
const CHECKED_FLAGS: &[&str] = &[
    "-Zsanitizer=kernel-address",
    "-Cllvm-args=-asan-mapping-offset=0xdffffc0000000000",
    "-Cllvm-args=-asan-instrumentation-with-call-threshold=0",
    "-Cllvm-args=-asan-stack=0",
    "-Cllvm-args=-asan-globals=0",
    "-Cllvm-args=-asan-kernel-mem-intrinsic-prefix=1",
];

/// What no module needs: the compiler's own notes, and the list of the room before functions,
/// which would make a kernel trace them.
const DROPPED: &[&str] = &[
    ".comment",
    ".note.gnu.property",
    ".stack_sizes",
    ".rela.stack_sizes",
    "__patchable_function_entries",
    ".rela__patchable_function_entries",
];

/// Builds the object twice, in two directories, and checks it.
///
/// # Errors
/// When it does not build, when the two differ, or when it has what a kernel cannot take.
pub(crate) fn check() -> Result<()> {
    let first = object()?;
    let again = target_dir().join("kmod-again");
    if again.exists() {
        fs::remove_dir_all(&again)?;
    }
    let second = build(&again, &[])?;
    ensure!(fs::read(&first)? == fs::read(second)?, "built twice, the object differs");
    eprintln!("built twice, bit for bit the same");
    Ok(())
}

/// Builds the object, checks it, and says where it is.
///
/// # Errors
/// When it does not build, or has what a kernel cannot take.
pub(crate) fn object() -> Result<PathBuf> {
    build(&target_dir().join("kmod"), &[])
}

/// Builds the object for a kernel that checks itself and its modules.
///
/// # Errors
/// When it does not build, or has what a kernel cannot take.
pub(crate) fn checked_object() -> Result<PathBuf> {
    build(&target_dir().join("kmod-checked"), CHECKED_FLAGS)
}

/// Builds the programs, and says where they are.
///
/// # Errors
/// When one does not build.
pub(crate) fn programs() -> Result<PathBuf> {
    let mut build = command(cargo());
    build.args(["build", "--quiet", "--release"]);
    run(build.args(PROGRAMS.iter().flat_map(|name| ["-p", name])))?;
    Ok(target_dir().join("release"))
}

fn build(directory: &Path, more_flags: &[&str]) -> Result<PathBuf> {
    let mut cargo = debian_cargo()?;
    cargo.env("CARGO_ENCODED_RUSTFLAGS", [FLAGS, more_flags].concat().join("\x1f"));
    cargo.args(["rustc", "--quiet", "--profile", "kmod", "--target", TARGET, "-p", CRATE]);
    cargo.args(["-Zbuild-std=core,alloc", "--crate-type", "staticlib", "--target-dir"]);
    run(cargo.arg(directory))?;
    let made = directory.join(TARGET).join("kmod");
    let compiled = extract(&made)?;
    report(&KernelObject::read(&compiled)?)?;
    let shipped = made.join("core.o_shipped");
    strip(&compiled, &shipped)?;
    Ok(shipped)
}

/// Takes the one object that has our code out of the archive; what else is in there, the kernel
/// has itself.
fn extract(made: &Path) -> Result<PathBuf> {
    let archive = made.join("libveriexec_kmod_core.a");
    let members = command("ar").arg("t").arg(&archive).output().context("cannot run ar")?;
    let members = String::from_utf8(members.stdout)?;
    let ours: Vec<_> =
        members.lines().filter(|name| name.starts_with("veriexec_kmod_core")).collect();
    let [ours] = ours[..] else { anyhow::bail!("{} objects of ours, not one", ours.len()) };
    let object = command("ar").arg("p").arg(&archive).arg(ours).output()?;
    ensure!(object.status.success(), "ar cannot read {ours}");
    let compiled = made.join("core.o");
    fs::write(&compiled, object.stdout)?;
    Ok(compiled)
}

fn report(object: &KernelObject) -> Result<()> {
    let faults = object.faults(&declared("veriexec_shim_")?);
    let frame = &object.largest_frame;
    eprintln!(
        "{} undefined symbols, {} relocations, {} bytes of code, largest stack frame {} bytes ({})",
        object.undefined.len(),
        object.relocations,
        object.code,
        frame.bytes,
        frame.function
    );
    ensure!(faults.is_empty(), "not fit for a kernel:\n{}", faults.join("\n"));
    Ok(())
}

/// The functions that the header between core and shim declares, by the beginning of their names.
fn declared(prefix: &str) -> Result<Vec<String>> {
    let header = fs::read_to_string(root().join("kmod/linux/core.h"))?;
    let name = |word: &str| {
        let word = word.trim_start_matches('*').split('(').next()?;
        word.starts_with(prefix).then(|| word.to_owned())
    };
    Ok(header.split_whitespace().filter_map(name).collect())
}

/// Leaves the functions visible that the shim calls, and drops what a module does not need.
fn strip(compiled: &Path, shipped: &Path) -> Result<()> {
    let mut objcopy = command("objcopy");
    objcopy.arg("--discard-locals");
    for kept in declared("veriexec_core_")? {
        objcopy.arg(format!("--keep-global-symbol={kept}"));
    }
    objcopy.args(DROPPED.iter().map(|section| format!("--remove-section={section}")));
    run(objcopy.arg(compiled).arg(shipped))
}
