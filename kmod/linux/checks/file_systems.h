/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What commands, of ioctl(2), to a file or directory do to all of its file system.
 */
#ifndef VERIEXEC_FILE_SYSTEMS_H
#define VERIEXEC_FILE_SYSTEMS_H

enum veriexec_for_all {
	/* What other files have stays what it is. */
	VERIEXEC_LEAVES_IT,
	/* Files may be read with another key. */
	VERIEXEC_CHANGES_KEYS,
	/* They may come from another disk, or nobody knows what it does. */
	VERIEXEC_CHANGES_IT,
};

enum veriexec_for_all veriexec_does_to_file_system(unsigned int command);

#endif
