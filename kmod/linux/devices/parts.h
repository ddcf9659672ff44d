/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which disks another is made of.
 */
#ifndef VERIEXEC_PARTS_H
#define VERIEXEC_PARTS_H

#include <linux/blkdev.h>

struct block_device *veriexec_find_device(dev_t number);
void veriexec_put_device(struct block_device *device);
bool veriexec_is_made(const struct gendisk *disk);
bool veriexec_may_be_made_of(struct gendisk *disk, dev_t number);

#endif
