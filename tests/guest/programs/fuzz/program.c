/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that look at themselves: what they end with depends on each of their bytes. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define BASE 0x400000

static const unsigned char code[] = {
	0xbe, 0x00, 0x00, 0x40, 0x00, /* mov $BASE, %esi */
	0xb9, 0x00, 0x00, 0x00, 0x00, /* mov $size, %ecx */
	0x31, 0xff,		      /* xor %edi, %edi */
	0x6b, 0xff, 0x1f,	      /* again: imul $31, %edi */
	0x0f, 0xb6, 0x06,	      /* movzbl (%rsi), %eax */
	0x01, 0xc7,		      /* add %eax, %edi */
	0xff, 0xc6,		      /* inc %esi */
	0xff, 0xc9,		      /* dec %ecx */
	0x75, 0xf2,		      /* jnz again */
	0xb8, 0x3c, 0x00, 0x00, 0x00, /* mov $SYS_exit, %eax */
	0x0f, 0x05,		      /* syscall */
};

#define SIZE_AT 6

struct head {
	Elf64_Ehdr elf;
	Elf64_Phdr segment;
	unsigned char code[sizeof(code)];
} __attribute__((packed));

static void fill(unsigned char *bytes, size_t size, uint64_t seed)
{
	size_t at;

	for (at = 0; at < size; at++) {
		seed = seed * 6364136223846793005 + 1442695040888963407;
		bytes[at] = seed >> 56;
	}
}

void program_fill(unsigned char *bytes, size_t size, uint64_t seed)
{
	struct head head = {
		.elf = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				     EV_CURRENT },
			.e_type = ET_EXEC,
			.e_machine = EM_X86_64,
			.e_version = EV_CURRENT,
			.e_entry = BASE + offsetof(struct head, code),
			.e_phoff = offsetof(struct head, segment),
			.e_ehsize = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 1,
		},
		.segment = {
			.p_type = PT_LOAD,
			.p_flags = PF_R | PF_X,
			.p_vaddr = BASE,
			.p_paddr = BASE,
			.p_filesz = size,
			.p_memsz = size,
			.p_align = PAGE,
		},
	};
	uint32_t count = size;

	memcpy(head.code, code, sizeof(code));
	memcpy(head.code + SIZE_AT, &count, sizeof(count));
	fill(bytes, size, seed);
	memcpy(bytes, &head, sizeof(head));
}

int program_status(const unsigned char *bytes, size_t size)
{
	unsigned int sum = 0;
	size_t at;

	for (at = 0; at < size; at++)
		sum = sum * 31 + bytes[at];
	return sum & 0xff;
}

int program_run(int directory, const char *name, int flags, int *status)
{
	char *const arguments[] = { (char *)"program", NULL }, *const environment[] = { NULL };
	volatile int error = 0;
	pid_t child = vfork();

	if (child == 0) {
		syscall(SYS_execveat, directory, name, arguments, environment, flags);
		error = errno;
		_exit(1);
	}
	if (child == -1)
		return errno;
	while (waitpid(child, status, 0) == -1 && errno == EINTR)
		;
	return error;
}
