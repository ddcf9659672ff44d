// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Disks, whose opening differs from kernel to kernel.
 */
#include "veriexec.h"

#include <linux/blkdev.h>
#include <linux/version.h>

/* The disk that a block device is, or is a part of. */
int veriexec_disk_of(dev_t device, dev_t *disk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	struct file *opened = bdev_file_open_by_dev(device, BLK_OPEN_READ, NULL, NULL);

	if (IS_ERR(opened))
		return PTR_ERR(opened);
	*disk = disk_devt(file_bdev(opened)->bd_disk);
	fput(opened);
#else
	struct block_device *opened = blkdev_get_by_dev(device, FMODE_READ, NULL);

	if (IS_ERR(opened))
		return PTR_ERR(opened);
	*disk = disk_devt(opened->bd_disk);
	blkdev_put(opened, FMODE_READ);
#endif
	return 0;
}
