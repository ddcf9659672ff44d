//! System calls as 32-bit programs make them.
#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "they have no safe form"))]

/// `ioctl` and `delete_module`, as 32-bit programs number them.
#[cfg(target_arch = "x86_64")]
const NUMBERS: [u32; 2] = [54, 129];

/// Makes those that a module is asked about, with zeros for everything: a command that standard input
/// does not know, and the name of a module that cannot be read. This process ends if the kernel does not
/// take such calls.
pub(crate) fn make() {
    #[cfg(target_arch = "x86_64")]
    for number in NUMBERS {
        // SAFETY: neither call changes anything of this process's: no argument is an address, and each
        // fails. The kernel changes no register but those that are named, and no memory.
        unsafe {
            std::arch::asm!(
                "xchg {first}, rbx",
                "int 0x80",
                "xchg {first}, rbx",
                first = inout(reg) 0_u64 => _,
                inout("eax") number => _,
                in("ecx") 0,
                in("edx") 0,
                out("r8") _,
                out("r9") _,
                out("r10") _,
                out("r11") _,
                options(nostack),
            );
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    std::process::abort();
}
