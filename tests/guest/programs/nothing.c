/* SPDX-License-Identifier: BSD-2-Clause */
/* A program that does nothing, and is small. */
#include <sys/syscall.h>

void _start(void)
{
	asm volatile("syscall" : : "a"(SYS_exit_group), "D"(0));
	__builtin_unreachable();
}
