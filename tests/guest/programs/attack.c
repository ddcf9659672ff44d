/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does what a shell cannot: attack NAME ARGUMENT...
 *
 * It succeeds if the attack does; else it says which call failed, and why.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "attack/attack.h"

long must(const char *what, long returned)
{
	if (returned != -1)
		return returned;
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

void *must_map(size_t size, int protection, int flags, int file)
{
	void *mapping = mmap(NULL, size, protection, flags, file, 0);

	must("mmap", mapping == MAP_FAILED ? -1 : 0);
	return mapping;
}

void use(const char *file)
{
	int opened = must("open for reading", open(file, O_RDONLY));
	char byte;

	must("read", read(opened, &byte, 1));
	close(opened);
}

void change(int file)
{
	must("write", pwrite(file, "?", 1, 0));
}

int main(int argc, char **argv)
{
	const struct attack *attack = NULL;

	if (argc > 1)
		attack = memory_attack(argv[1]);
	if (!attack && argc > 1)
		attack = file_attack(argv[1]);
	if (!attack && argc > 1)
		attack = disk_attack(argv[1]);
	if (!attack && argc > 1)
		attack = rights_attack(argv[1]);
	if (!attack || argc - 2 < attack->arguments) {
		printf("there is no such attack\n");
		return 2;
	}
	attack->run(argv + 2);
	return 0;
}
