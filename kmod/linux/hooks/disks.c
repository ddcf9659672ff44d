// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where disks are opened: by a file, which is asked about when that is opened, or within the kernel,
 * for a file system, for a disk that is made of it, or for others on a network. What is opened for
 * write is known until it is closed.
 */
#include "hooks.h"

#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/sched/mm.h>
#include <linux/static_call.h>
#include <linux/version.h>

#include "../checks.h"
#include "../devices/parts.h"
#include "../devices/writers.h"

/* By a file */

static int (*const of_device)(struct inode *inode, struct file *file);

DEFINE_STATIC_CALL_NULL(own_blkdev_open, *of_device);
void veriexec_bind_blkdev_open(void *function)
{
	static_call_update(own_blkdev_open, (typeof(of_device))function);
}

DEFINE_STATIC_CALL_NULL(own_blkdev_release, *of_device);
void veriexec_bind_blkdev_release(void *function)
{
	static_call_update(own_blkdev_release, (typeof(of_device))function);
}

int veriexec_hook_blkdev_open(struct inode *inode, struct file *file)
{
	int entered = veriexec_enter();
	int error = static_call(own_blkdev_open)(inode, file);

	if (!error && (file->f_mode & FMODE_WRITE)) {
		error = veriexec_raw_writer_came(file, I_BDEV(file->f_mapping->host), file);
		if (error)
			static_call(own_blkdev_release)(inode, file);
	}
	veriexec_leave(entered);
	return error;
}

int veriexec_hook_blkdev_release(struct inode *inode, struct file *file)
{
	int entered = veriexec_enter();
	int error = static_call(own_blkdev_release)(inode, file);

	if (file->f_mode & FMODE_WRITE)
		veriexec_raw_writer_went(file);
	veriexec_leave(entered);
	return error;
}

/* Within the kernel */

struct opening {
	/* Who claims it; NULL if nobody does. */
	const void *claim;
	bool writes;
};

/* What claims it is no writer of what is on it: it keeps all others from that. */
static bool is_counted(const struct opening *opening)
{
	return opening->writes && !opening->claim;
}

static int begin_opening(const void *key, struct block_device *device,
			 const struct opening *opening)
{
	/* A disk that is made of it may be suspended, and memory must not be waited for that. */
	unsigned int flags = memalloc_noio_save();
	int error = opening->writes ? veriexec_check_kernel_open(device, opening->claim) : 0;

	if (!error && opening->claim)
		veriexec_disk_is_claimed(device);
	if (!error && is_counted(opening))
		error = veriexec_raw_writer_came(key, device, NULL);
	memalloc_noio_restore(flags);
	return error;
}

static void give_up(const void *key, const struct opening *opening)
{
	if (is_counted(opening))
		veriexec_raw_writer_went(key);
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
/* A mode that only a file has: what is opened for one. */
#define OF_A_FILE FMODE_LSEEK

DEFINE_STATIC_CALL_NULL(own_get_by_dev, blkdev_get_by_dev);
void veriexec_bind_blkdev_get_by_dev(void *function)
{
	static_call_update(own_get_by_dev, (typeof(&blkdev_get_by_dev))function);
}

DEFINE_STATIC_CALL_NULL(own_put, blkdev_put);
void veriexec_bind_blkdev_put(void *function)
{
	static_call_update(own_put, (typeof(&blkdev_put))function);
}

/* What is called by path does not come to the other one, and is made of it here. */
void veriexec_bind_blkdev_get_by_path(void *function)
{
}

/* Opens what was asked about, unless another has got its number since: then it is asked again. */
static struct block_device *open_asked(dev_t number, fmode_t mode, void *holder, bool *is_same)
{
	const struct opening opening = {
		.claim = mode & FMODE_EXCL ? holder : NULL,
		.writes = mode & FMODE_WRITE,
	};
	struct block_device *asked = veriexec_find_device(number), *opened;
	int error = asked ? begin_opening(asked, asked, &opening) : 0;

	*is_same = true;
	if (error) {
		opened = ERR_PTR(error);
	} else {
		opened = static_call(own_get_by_dev)(number, mode, holder);
		if (asked && opened != asked)
			give_up(asked, &opening);
		*is_same = IS_ERR(opened) || opened == asked;
		if (!*is_same)
			static_call(own_put)(opened, mode);
	}
	veriexec_put_device(asked);
	return opened;
}

static struct block_device *open_by_number(dev_t number, fmode_t mode, void *holder)
{
	struct block_device *opened;
	bool is_same;

	if (mode & OF_A_FILE)
		return static_call(own_get_by_dev)(number, mode, holder);
	do
		opened = open_asked(number, mode, holder, &is_same);
	while (!is_same);
	return opened;
}

struct block_device *veriexec_hook_blkdev_get_by_dev(dev_t number, fmode_t mode, void *holder)
{
	int entered = veriexec_enter();
	struct block_device *opened = open_by_number(number, mode, holder);

	veriexec_leave(entered);
	return opened;
}

static void put(struct block_device *device, fmode_t mode)
{
	const struct opening opening = {
		.claim = mode & FMODE_EXCL ? device : NULL,
		.writes = mode & FMODE_WRITE,
	};

	static_call(own_put)(device, mode);
	if (!(mode & OF_A_FILE))
		give_up(device, &opening);
}

void veriexec_hook_blkdev_put(struct block_device *device, fmode_t mode)
{
	int entered = veriexec_enter();

	put(device, mode);
	veriexec_leave(entered);
}

struct block_device *veriexec_hook_blkdev_get_by_path(const char *path, fmode_t mode, void *holder)
{
	int entered = veriexec_enter();
	struct block_device *opened;
	dev_t number;
	int error = lookup_bdev(path, &number);

	opened = error ? ERR_PTR(error) : open_by_number(number, mode, holder);
	if (!IS_ERR(opened) && (mode & FMODE_WRITE) && bdev_read_only(opened)) {
		put(opened, mode);
		opened = ERR_PTR(-EACCES);
	}
	veriexec_leave(entered);
	return opened;
}
#else
static int (*const of_opening)(struct block_device *device, blk_mode_t mode, void *holder,
			       const struct blk_holder_ops *operations, struct file *file);

DEFINE_STATIC_CALL_NULL(own_bdev_open, *of_opening);
void veriexec_bind_bdev_open(void *function)
{
	static_call_update(own_bdev_open, (typeof(of_opening))function);
}

static int open_device(struct block_device *device, blk_mode_t mode, void *holder,
		       const struct blk_holder_ops *operations, struct file *file)
{
	const struct opening opening = { .claim = holder, .writes = mode & BLK_OPEN_WRITE };
	int error = begin_opening(file, device, &opening);

	if (error)
		return error;
	error = static_call(own_bdev_open)(device, mode, holder, operations, file);
	if (error)
		give_up(file, &opening);
	return error;
}

int veriexec_hook_bdev_open(struct block_device *device, blk_mode_t mode, void *holder,
			    const struct blk_holder_ops *operations, struct file *file)
{
	int entered = veriexec_enter();
	int error;

	/* What is opened for a file was asked about with that. */
	if (sb_is_blkdev_sb(file_inode(file)->i_sb))
		error = open_device(device, mode, holder, operations, file);
	else
		error = static_call(own_bdev_open)(device, mode, holder, operations, file);

	veriexec_leave(entered);
	return error;
}
#endif
