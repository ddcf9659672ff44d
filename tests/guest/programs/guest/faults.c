/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults, of which kmod/linux/faults.c says what they are. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

static int parameter = -1, live = -1;

static int open_or_die(const char *name, int mode)
{
	int file = open(name, mode | O_CLOEXEC);

	if (file == -1)
		die(name);
	return file;
}

void faults_begin(void)
{
	parameter = open_or_die("/sys/module/veriexec/parameters/fail", O_RDWR);
	live = open_or_die("/proc/sys/kern/veriexec/allocations", O_RDONLY);
}

static int read_number(int file, const char *name)
{
	char text[16] = "";

	if (pread(file, text, sizeof(text) - 1, 0) <= 0)
		die(name);
	return atoi(text);
}

void fail_next(int which)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", which);

	if (pwrite(parameter, text, len, 0) != len)
		die("fail");
}

int failed(void)
{
	int count = read_number(parameter, "fail");

	fail_next(0);
	return count;
}

int allocations(void)
{
	return read_number(live, "allocations");
}
