// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Raw writers: what has, or had, a block device open for write.
 */
#include "writers.h"

#include <linux/blkdev.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "../veriexec.h"

struct raw_writer {
	struct list_head list;
	/*
	 * What it was opened for, a file or in the kernel the device itself; only ever compared. NULL if
	 * it is gone: of those who are, one of a device is kept in mind.
	 */
	const void *key;
	dev_t device;
	dev_t disk;
	/* Of which some part is in use, perhaps as a part of another disk. */
	bool is_claimed;
};

static LIST_HEAD(raw_writers);
static DEFINE_MUTEX(lock);

/* Whatever is on a disk may be something else by now than what is in memory of it. */
static bool have_disks_changed;

/* Claims */

static bool has_claimed_part(struct gendisk *disk)
{
	const struct block_device *part;
	unsigned long index;
	bool found = false;

	rcu_read_lock();
	/* The first is the disk itself. */
	xa_for_each_start(&disk->part_tbl, index, part, 1)
		if (READ_ONCE(part->bd_holder))
			found = true;
	rcu_read_unlock();
	return found;
}

/*
 * Whether a device is in use, perhaps as a part of another disk, by anybody but that holder. While one
 * of its parts is claimed, nobody else claims all of a disk.
 */
bool veriexec_is_claimed(const struct block_device *device, const void *holder)
{
	const struct block_device *whole = bdev_whole(device);
	const void *found;

	if (has_claimed_part(device->bd_disk)) {
		if (device == whole)
			return true;
		found = READ_ONCE(device->bd_holder);
	} else {
		found = READ_ONCE(whole->bd_holder);
	}
	return found && found != holder;
}

/* What is written */

/* Whether somebody may be writing to what a file system with a table is on, or has been. */
enum veriexec_written veriexec_mount_written(u64 number)
{
	enum veriexec_written written = VERIEXEC_NEVER_WRITTEN;
	const struct raw_writer *writer;

	/* Who comes now is asked about, and what was found before that is forgotten then. */
	if (list_empty_careful(&raw_writers) && !READ_ONCE(have_disks_changed))
		return written;
	mutex_lock(&lock);
	if (have_disks_changed && veriexec_mount_has_disk(number))
		written = VERIEXEC_ONCE_WRITTEN;
	list_for_each_entry(writer, &raw_writers, list) {
		if (!veriexec_mount_is_on(number, writer->device, writer->is_claimed))
			continue;
		if (writer->key)
			written = VERIEXEC_BEING_WRITTEN;
		else if (written == VERIEXEC_NEVER_WRITTEN)
			written = VERIEXEC_ONCE_WRITTEN;
	}
	mutex_unlock(&lock);
	return written;
}

static struct raw_writer *gone_writer(dev_t device)
{
	struct raw_writer *writer;

	list_for_each_entry(writer, &raw_writers, list)
		if (!writer->key && writer->device == device)
			return writer;
	return NULL;
}

/* What is on a device is no more what is in memory of it, though nobody opened the device. */
int veriexec_device_changes(dev_t device, bool is_claimed)
{
	struct raw_writer *writer = MAY_FAIL(kzalloc(sizeof(*writer), GFP_KERNEL), NULL);
	struct raw_writer *known;

	if (!writer)
		return -ENOMEM;
	writer->device = device;
	writer->is_claimed = is_claimed;
	mutex_lock(&lock);
	known = gone_writer(device);
	if (known) {
		known->is_claimed |= is_claimed;
	} else {
		list_add(&writer->list, &raw_writers);
		writer = NULL;
	}
	mutex_unlock(&lock);
	kfree(writer);
	return 0;
}

/* A command went to a device that may have changed any disk, past this kernel's drivers. */
void veriexec_disks_change(void)
{
	WRITE_ONCE(have_disks_changed, true);
	veriexec_mounts_purge_all();
}

int veriexec_raw_writer_came(const void *key, const struct block_device *device,
			     const void *holder)
{
	struct raw_writer *writer = MAY_FAIL(kmalloc(sizeof(*writer), GFP_KERNEL), NULL);

	if (!writer)
		return -ENOMEM;
	writer->key = key;
	writer->device = device->bd_dev;
	writer->disk = disk_devt(device->bd_disk);
	writer->is_claimed = veriexec_is_claimed(device, holder);
	mutex_lock(&lock);
	list_add(&writer->list, &raw_writers);
	veriexec_mounts_purge(writer->device, true);
	mutex_unlock(&lock);
	return 0;
}

void veriexec_raw_writer_went(const void *key)
{
	struct raw_writer *writer, *gone;

	mutex_lock(&lock);
	list_for_each_entry(writer, &raw_writers, list) {
		if (writer->key != key)
			continue;
		gone = gone_writer(writer->device);
		writer->key = NULL;
		if (gone) {
			gone->is_claimed |= writer->is_claimed;
			list_del(&writer->list);
			kfree(writer);
		}
		break;
	}
	mutex_unlock(&lock);
}

/* It becomes a part of something: what has it open for write already writes to that. */
void veriexec_disk_is_claimed(const struct block_device *device)
{
	dev_t disk = disk_devt(device->bd_disk);
	struct raw_writer *writer;
	bool is_written = false;

	mutex_lock(&lock);
	list_for_each_entry(writer, &raw_writers, list) {
		if (!writer->key || writer->disk != disk)
			continue;
		writer->is_claimed = true;
		is_written = true;
	}
	if (is_written)
		veriexec_mounts_purge(device->bd_dev, true);
	mutex_unlock(&lock);
}

/* When nobody can open or close anything any more through a hook. */
void veriexec_raw_writers_exit(void)
{
	struct raw_writer *writer, *next;

	list_for_each_entry_safe(writer, next, &raw_writers, list) {
		list_del(&writer->list);
		kfree(writer);
	}
}
