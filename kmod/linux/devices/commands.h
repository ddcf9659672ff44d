/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What commands, of ioctl(2), do to a device.
 */
#ifndef VERIEXEC_COMMANDS_H
#define VERIEXEC_COMMANDS_H

#include <linux/types.h>

struct module;

enum veriexec_command {
	/* It leaves alone what is on disks. */
	VERIEXEC_HARMLESS,
	/* It may change the disk that it is given to, and no other. */
	VERIEXEC_CHANGES_DISK,
	/* It may change any disk. */
	VERIEXEC_UNKNOWN,
};

/* Whether it is of the open file, whatever that is of, and changes nothing. */
bool veriexec_is_of_every_file(unsigned int command);

enum veriexec_command veriexec_disk_command(unsigned int command);
enum veriexec_command veriexec_character_command(dev_t device, unsigned int command);

/* Whether opening a character device for write leads to no disk. */
bool veriexec_may_write_device(dev_t device);

/* Whether what is written to a mapping of it leads to no disk. */
bool veriexec_may_map_device(dev_t device, struct module *owner);

#endif
