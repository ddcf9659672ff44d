/* SPDX-License-Identifier: BSD-2-Clause */
/* A program with a library, which says that it runs. */
#include <stdio.h>

int main(void)
{
	puts("ran");
	return 0;
}
