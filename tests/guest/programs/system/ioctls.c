/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands for files: ioctls UID NAME FILE, or ioctls UID generation DIFFERENCE FILE.
 *
 * It says what came of it: the answer, or the error.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct {
	const char *name;
	unsigned long command;
} commands[] = {
	{ "isatty", 0x5401 },
	{ "size", FIONREAD },
	{ "block", FIGETBSZ },
	{ "map", FS_IOC_FIEMAP },
	{ "flags", FS_IOC_GETFLAGS },
	{ "attributes", FS_IOC_FSGETXATTR },
	{ "version", FS_IOC_GETVERSION },
	{ "verity", FS_IOC_MEASURE_VERITY },
	{ "set-flags", FS_IOC_SETFLAGS },
	{ "set-attributes", FS_IOC_FSSETXATTR },
	{ "set-version", FS_IOC_SETVERSION },
	{ "set-own-version", _IOW('f', 4, long) },
	{ "enable-verity", FS_IOC_ENABLE_VERITY },
	{ "clone", FICLONE },
	{ "dedupe", FIDEDUPERANGE },
	{ "move-extents", _IOC(_IOC_READ | _IOC_WRITE, 'f', 15, 40) },
	{ "swap-boot", _IO('f', 17) },
	{ "trim", FITRIM },
	{ "freeze", FIFREEZE },
	{ "thaw", FITHAW },
	{ "label", FS_IOC_GETFSLABEL },
	{ "unknown", _IO('?', 99) },
};

static void change_generation(int file, int difference)
{
	long generation = 0;

	if (!ioctl(file, FS_IOC_GETVERSION, &generation)) {
		generation = (uint32_t)generation + difference;
		if (!ioctl(file, FS_IOC_SETVERSION, &generation))
			return;
	}
	printf("generation: %s\n", strerror(errno));
	exit(1);
}

int main(int argc, char **argv)
{
	static char room[4096];
	size_t index;
	int file;

	if (argc < 4 || setuid(atoi(argv[1])))
		return 2;
	file = open(argv[argc - 1], O_RDONLY);
	if (file < 0) {
		printf("open: %s\n", strerror(errno));
		return 1;
	}
	if (!strcmp(argv[2], "generation")) {
		change_generation(file, atoi(argv[3]));
		return 0;
	}
	for (index = 0; index < sizeof(commands) / sizeof(*commands); index++) {
		if (strcmp(argv[2], commands[index].name))
			continue;
		if (ioctl(file, commands[index].command, room)) {
			printf("%s: %s\n", argv[2], strerror(errno));
			return 1;
		}
		return 0;
	}
	return 2;
}
