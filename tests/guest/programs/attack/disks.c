/* SPDX-License-Identifier: BSD-2-Clause */
/* Attacks by way of what is below a file system, and of what only some file systems can do. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

/* fs/ext4/ext4.h */
struct move_extent {
	uint32_t reserved;
	uint32_t donor_fd;
	uint64_t orig_start;
	uint64_t donor_start;
	uint64_t len;
	uint64_t moved_len;
};
#define EXT4_IOC_MOVE_EXT _IOWR('f', 15, struct move_extent)

static void move_extents(int file, int donor)
{
	struct move_extent extent = { .donor_fd = donor, .len = 1 };

	must("fsync", fsync(file) | fsync(donor));
	must("EXT4_IOC_MOVE_EXT", ioctl(file, EXT4_IOC_MOVE_EXT, &extent));
}

/* Gives a file the blocks of another, which keeps what is in them; then it is used. */
static void move(char **arguments)
{
	int other = must("open for writing", open(arguments[0], O_RDWR));
	int file = must("open for writing", open(arguments[1], O_RDWR));

	move_extents(other, file);
	close(file);
	use(arguments[1]);
}

/* The same by descriptors that somebody else opened. */
static void move_by(char **arguments)
{
	move_extents(atoi(arguments[0]), atoi(arguments[1]));
}

/* Gives a file the contents of another by sharing its blocks; then it is used. */
static void clone_contents(char **arguments)
{
	int file = must("open for writing", open(arguments[0], O_WRONLY));
	int source = must("open for reading", open(arguments[1], O_RDONLY));

	must("FICLONE", ioctl(file, FICLONE, source));
	close(file);
	use(arguments[0]);
}

static void clone_by(char **arguments)
{
	must("FICLONE", ioctl(atoi(arguments[0]), FICLONE, atoi(arguments[1])));
}

static void cut_by(char **arguments)
{
	must("ftruncate", ftruncate(atoi(arguments[0]), 1));
}

/* Finds where a disk has the contents of a file, and what is around them. */
static off_t find(const char *disk, const char *wanted)
{
	static char piece[4096];
	int device = must("open for reading", open(disk, O_RDONLY | O_DIRECT));
	int file = must("open for reading", open(wanted, O_RDONLY));
	char *read_in = mmap(NULL, sizeof(piece), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ssize_t size = must("read", read(file, piece, sizeof(piece)));
	off_t at;

	for (at = 0; pread(device, read_in, sizeof(piece), at) > 0; at += 1024) {
		if (!memcmp(read_in, piece, size < 1024 ? size : 1024)) {
			close(device);
			close(file);
			return at;
		}
	}
	errno = ENOENT;
	return must("the contents are not there", -1);
}

/* Prints where a disk has the contents of a file. */
static void where(char **arguments)
{
	printf("%lld\n", (long long)find(arguments[0], arguments[1]));
}

/* Writes to a place of a disk, past what the kernel has of it in memory. */
static void raw(char **arguments)
{
	int disk = must("open for writing", open(arguments[0], O_RDWR | O_DIRECT));
	off_t at = atoll(arguments[1]);
	char *piece = must_map(4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	must("read", pread(disk, piece, 1024, at));
	piece[0] ^= 1;
	must("write", pwrite(disk, piece, 1024, at));
	must("fsync", fsync(disk));
}

static const struct attack attacks[] = {
	{ "move", 2, move },
	{ "move-by", 2, move_by },
	{ "clone", 2, clone_contents },
	{ "clone-by", 2, clone_by },
	{ "cut-by", 1, cut_by },
	{ "where", 2, where },
	{ "raw", 2, raw },
};

const struct attack *disk_attack(const char *name)
{
	FOUND(attacks, name);
}
