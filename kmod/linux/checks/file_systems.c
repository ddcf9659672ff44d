// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What commands, of ioctl(2), to a file or directory do to all of its file system. Those are listed that
 * leave alone what other files have, and those for what is no file: of all others nobody knows.
 */
#include "file_systems.h"

#include <linux/fscrypt.h>
#include <linux/ioctl.h>
#include <linux/kernel.h>
#include <linux/types.h>

/* Commands of a type, by their numbers: a width of another size is none, or the same. */
struct commands {
	unsigned int type;
	/* From the first number to the last. */
	u8 first;
	u8 last;
};

static const struct commands harmless[] = {
	/* Any command for terminals, sockets, and devices, among them disks: no file takes one. */
	{ 'T', 0, 255 }, { 0x89, 0, 255 }, { 'm', 0, 255 }, { 'U', 0, 255 },
	{ 0x02, 0, 255 }, { 0x03, 0, 255 }, { 0x12, 0, 255 }, { 0x53, 0, 255 },

	/*
	 * Of files: flags and attributes, generations, labels, verity, defragmentation, blocks that
	 * are reserved, and what is shared with a file or found to be the same.
	 */
	{ 'f', 1, 6 }, { 'f', 9, 9 }, { 'f', 11, 12 }, { 'f', 133, 134 },
	{ 'v', 1, 2 }, { 'r', 1, 2 }, { 'r', 0x10, 0x13 },
	{ 'X', 30, 32 }, { 'X', 36, 45 }, { 'X', 56, 59 },
	{ 0x94, 9, 9 }, { 0x94, 13, 13 }, { 0x94, 49, 50 }, { 0x94, 54, 54 },
	/* Policies of encryption, and questions about keys. */
	{ 'f', 19, 22 }, { 'f', 26, 27 },
	/* Of all of it: to write what is due, to be quiet for a while, and what room is free. */
	{ 'X', 119, 121 },

	/* ext4: another size, whose extents move only with two files that are open for write. */
	{ 'f', 7, 8 }, { 'f', 15, 18 }, { 'f', 40, 45 },
	/* XFS: what there is, handles, quotas' reserves, another size, and exchanges of open files. */
	{ 'X', 60, 64 }, { 'X', 100, 115 }, { 'X', 122, 124 }, { 'X', 126, 131 },
	/* btrfs: subvolumes, whose removal is asked about, and all that keeps to the disks it has. */
	{ 0x94, 1, 3 }, { 0x94, 6, 8 }, { 0x94, 12, 12 }, { 0x94, 14, 20 }, { 0x94, 22, 46 },
	{ 0x94, 52, 52 }, { 0x94, 57, 57 }, { 0x94, 59, 64 },
};

static bool is_of(const struct commands *commands, unsigned int command)
{
	return _IOC_TYPE(command) == commands->type && _IOC_NR(command) >= commands->first &&
	       _IOC_NR(command) <= commands->last;
}

static bool changes_keys(unsigned int command)
{
	switch (command) {
	case FS_IOC_ADD_ENCRYPTION_KEY:
	case FS_IOC_REMOVE_ENCRYPTION_KEY:
	case FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS:
		return true;
	default:
		return false;
	}
}

enum veriexec_for_all veriexec_does_to_file_system(unsigned int command)
{
	size_t index;

	if (changes_keys(command))
		return VERIEXEC_CHANGES_KEYS;
	for (index = 0; index < ARRAY_SIZE(harmless); index++)
		if (is_of(&harmless[index], command))
			return VERIEXEC_LEAVES_IT;
	return VERIEXEC_CHANGES_IT;
}
