/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Who has, or had, a block device open for write.
 */
#ifndef VERIEXEC_WRITERS_H
#define VERIEXEC_WRITERS_H

#include <linux/fs.h>
#include <linux/types.h>

struct block_device;

bool veriexec_is_claimed(const struct block_device *device, const void *holder);
int veriexec_device_changes(dev_t device, bool is_claimed);
void veriexec_disks_change(void);
int veriexec_raw_writer_came(const void *key, const struct block_device *device,
			     const void *holder);
void veriexec_raw_writer_went(const void *key);
void veriexec_disk_is_claimed(const struct block_device *device);
void veriexec_raw_writers_exit(void);

#endif
