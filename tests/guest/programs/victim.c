/* SPDX-License-Identifier: BSD-2-Clause */
/* A small program that says that it runs. */
#include <sys/syscall.h>

void _start(void)
{
	static const char said[] = "ran\n";
	long result;

	asm volatile("syscall"
		     : "=a"(result)
		     : "a"(SYS_write), "D"(1), "S"(said), "d"(sizeof(said) - 1)
		     : "rcx", "r11", "memory");
	asm volatile("syscall" : : "a"(SYS_exit_group), "D"(0));
	__builtin_unreachable();
}
