/* SPDX-License-Identifier: BSD-2-Clause */
/* A library that says that it is in a program. */
#include <stdio.h>

static void __attribute__((constructor)) begin(void)
{
	puts("preloaded");
}
