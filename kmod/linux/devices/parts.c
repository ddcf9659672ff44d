// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which disks another is made of. Of the device mapper's and of RAID the kernel says it, in sysfs, where
 * each part has a link by its name; of all others that are made of something nobody knows.
 */
#include "parts.h"

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/major.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/version.h>

/* How many disks may be made of one another. What has more counts as made of anything. */
#define DEEPEST 4

/* A disk that is made of others, or of a file: what is written to those changes it, too. */
bool veriexec_is_made(const struct gendisk *disk)
{
	return !disk->part0->bd_device.parent;
}

/* Whether the kernel says what it is made of. */
static bool has_known_parts(const struct gendisk *disk)
{
	return disk->major == MD_MAJOR || !strncmp(disk->disk_name, "dm-", 3);
}

/* Needs its open_mutex, before which it does not go. */
static bool disk_is_there(const struct gendisk *disk)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
	struct inode *inode = disk->part0->bd_inode;
#else
	struct inode *inode = disk->part0->bd_mapping->host;
#endif

	return !inode_unhashed(inode) && disk->slave_dir;
}

static bool has_part(const struct gendisk *disk, struct block_device *device)
{
	struct kernfs_node *link = sysfs_get_dirent(disk->slave_dir->sd,
						    kobject_name(bdev_kobj(device)));

	sysfs_put(link);
	return link;
}

/* Whether what is written to one may be in the other. */
static bool overlap(const struct block_device *one, const struct block_device *other)
{
	return one->bd_disk == other->bd_disk &&
	       (one == other || one == bdev_whole(one) || other == bdev_whole(other));
}

/* The next block device that there is after that one, which is put; NULL after the last. */
static struct inode *next_device(struct inode *last)
{
	struct super_block *sb = blockdev_superblock;
	struct inode *inode, *found = NULL;
	bool is_after = !last;

	spin_lock(&sb->s_inode_list_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list) {
		/* Until it is found by its number it has no name. */
		if (is_after && !inode_unhashed(inode))
			found = igrab(inode);
		if (found)
			break;
		is_after |= inode == last;
	}
	spin_unlock(&sb->s_inode_list_lock);
	iput(last);
	return found;
}

/* Keeps a device and its disk, as opening it does. One that goes is kept by nobody. */
static bool keep(struct block_device *device)
{
	if (!kobject_get_unless_zero(bdev_kobj(device)))
		return false;
	if (try_module_get(device->bd_disk->fops->owner))
		return true;
	put_device(&device->bd_device);
	return false;
}

static void let_go(struct block_device *device)
{
	module_put(device->bd_disk->fops->owner);
	put_device(&device->bd_device);
}

static bool may_be_of(struct gendisk *disk, const struct block_device *device, int depth);

/* Whether one is a part of a disk, and shares room with the device, or is made of such. */
static bool leads_to(struct gendisk *disk, struct block_device *part,
		     const struct block_device *device, int depth)
{
	if (!has_part(disk, part))
		return false;
	return overlap(part, device) ||
	       (veriexec_is_made(part->bd_disk) && may_be_of(part->bd_disk, device, depth));
}

/* Needs the disk's open_mutex: the kernel takes it before it takes the links away. */
static bool any_leads_to(struct gendisk *disk, const struct block_device *device, int depth)
{
	struct inode *inode = NULL;
	bool found = false;

	while (!found && (inode = next_device(inode))) {
		struct block_device *part = I_BDEV(inode);

		if (!keep(part))
			continue;
		found = leads_to(disk, part, device, depth);
		let_go(part);
	}
	/* The last one is still held. */
	if (found)
		iput(inode);
	return found;
}

/* One that is just opened or closed is not waited for: who does that may wait for this thread. */
static bool may_be_of(struct gendisk *disk, const struct block_device *device, int depth)
{
	bool may = true;

	if (!has_known_parts(disk) || depth == DEEPEST || !mutex_trylock(&disk->open_mutex))
		return true;
	if (disk_is_there(disk))
		may = any_leads_to(disk, device, depth + 1);
	mutex_unlock(&disk->open_mutex);
	return may;
}

/* The device that has a number now, to be put; NULL if none has. */
struct block_device *veriexec_find_device(dev_t number)
{
	struct inode *inode = ilookup(blockdev_superblock, number);
	struct block_device *device = inode ? I_BDEV(inode) : NULL;

	if (device && !keep(device))
		device = NULL;
	iput(inode);
	return device;
}

void veriexec_put_device(struct block_device *device)
{
	if (device)
		let_go(device);
}

/* Whether a disk may be made of a device, as long as both are there. */
bool veriexec_may_be_made_of(struct gendisk *disk, dev_t number)
{
	struct block_device *device = veriexec_find_device(number);
	bool may = device && may_be_of(disk, device, 0);

	veriexec_put_device(device);
	return may;
}
