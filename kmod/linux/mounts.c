// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The file systems that have tables: where they are mounted, on which disk they are, and
 * kern.veriexec.count of sysctl(8).
 */
#include "veriexec.h"

#include <linux/blkdev.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mount.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "checks/ways.h"
#include "devices/parts.h"
#include "sysctl.h"

/* A file system that has a table. */
struct mount {
	struct list_head list;
	/* What the core knows it by. */
	u64 number;
	/* Only ever compared. */
	const struct super_block *sb;
	/* The device that it is on, and the disk that this is, or is a part of, if it is on one. */
	dev_t device;
	dev_t disk;
	/* The disk, if that is made of others: there as long as the file system is. */
	struct gendisk *made;
	/* It is on several disks, but nobody knows which. */
	bool is_anywhere;
	char *point;
	char type[32];
	/* How many requests are about to give it a table. */
	unsigned int pins;
	/* The number of its table, as long as that is shown. */
	u64 table;
	struct shown *shown;
};

static LIST_HEAD(mounts);
static DEFINE_MUTEX(lock);

/* Shown values */

/*
 * What is shown of a table. It goes without the lock: whoever reads a value is waited for, and may
 * take as long as he likes to take it into his memory.
 */
struct shown {
	struct list_head list;
	/* The file system that the table is of. */
	u64 mount;
	char type[32];
	struct ctl_table_header *header;
	struct ctl_table entries[4];
	char point[];
};

/* What is to go. */
static LIST_HEAD(hidden);

static int show_entries(CTL_TABLE *ctl, int write, void *buffer, size_t *len, loff_t *position)
{
	const struct shown *shown = ctl->extra1;
	u64 table, entries = 0;
	int value;

	if (write)
		return -EPERM;
	veriexec_core_table(shown->mount, &table, &entries);
	value = min_t(u64, entries, INT_MAX);
	return veriexec_sysctl_int(ctl, false, &value, buffer, len, position);
}

static int show_text(CTL_TABLE *ctl, int write, void *buffer, size_t *len, loff_t *position)
{
	return write ? -EPERM : veriexec_sysctl_text(ctl, ctl->extra1, buffer, len, position);
}

/* That it cannot be shown for lack of memory keeps nobody from enforcing it. */
static void show(struct mount *mount, u64 table)
{
	size_t size = strlen(mount->point) + 1;
	struct shown *shown;
	char path[48];

	shown = MAY_FAIL(kzalloc(struct_size(shown, point, size), GFP_KERNEL), NULL);
	if (!shown)
		return;
	shown->mount = mount->number;
	memcpy(shown->point, mount->point, size);
	memcpy(shown->type, mount->type, sizeof(shown->type));
	shown->entries[0] = (struct ctl_table){
		.procname = "mntpt", .mode = 0444, .proc_handler = show_text,
		.extra1 = shown->point,
	};
	shown->entries[1] = (struct ctl_table){
		.procname = "fstype", .mode = 0444, .proc_handler = show_text,
		.extra1 = shown->type,
	};
	shown->entries[2] = (struct ctl_table){
		.procname = "nentries", .mode = 0444, .proc_handler = show_entries,
		.extra1 = shown,
	};
	snprintf(path, sizeof(path), "kern/veriexec/count/table%llu", table);
	shown->header = MAY_FAIL(veriexec_sysctl_register(path, shown->entries, 3), NULL);
	if (!shown->header) {
		kfree(shown);
		return;
	}
	mount->table = table;
	mount->shown = shown;
}

static void hide(struct mount *mount)
{
	if (mount->shown)
		list_add(&mount->shown->list, &hidden);
	mount->shown = NULL;
}

static void forget_hidden(struct work_struct *unused)
{
	struct shown *shown, *next;
	LIST_HEAD(gone);

	mutex_lock(&lock);
	list_splice_init(&hidden, &gone);
	mutex_unlock(&lock);
	list_for_each_entry_safe(shown, next, &gone, list) {
		unregister_sysctl_table(shown->header);
		kfree(shown);
	}
}

static DECLARE_WORK(forgetting, forget_hidden);

/* The list */

static struct mount *find(u64 number)
{
	struct mount *mount;

	list_for_each_entry(mount, &mounts, list)
		if (mount->number == number)
			return mount;
	return NULL;
}

static void drop(struct mount *mount)
{
	hide(mount);
	veriexec_ways_forget(mount->number);
	list_del(&mount->list);
	veriexec_volume_drop(mount->number);
	kfree(mount->point);
	kfree(mount);
}

/* Of an overlay's file, it is where the overlay is. */
static int find_point(const struct path *path, struct mount *mount)
{
	const struct path root = { .mnt = path->mnt, .dentry = path->mnt->mnt_root };
	char *room = MAY_FAIL(kmalloc(PATH_MAX, GFP_KERNEL), NULL);
	char *point;

	if (!room)
		return -ENOMEM;
	point = d_path(&root, room, PATH_MAX);
	mount->point = MAY_FAIL(kstrdup(IS_ERR(point) ? "?" : point, GFP_KERNEL), NULL);
	kfree(room);
	return mount->point ? 0 : -ENOMEM;
}

static struct mount *make(const struct path *path, struct inode *inode)
{
	const struct super_block *sb = inode->i_sb;
	struct mount *mount = MAY_FAIL(kzalloc(sizeof(*mount), GFP_KERNEL), NULL);
	int error;

	if (!mount)
		return ERR_PTR(-ENOMEM);
	error = find_point(path, mount);
	if (!error)
		error = veriexec_volume_make(inode, &mount->number);
	if (error) {
		kfree(mount->point);
		kfree(mount);
		return ERR_PTR(error);
	}
	mount->sb = sb;
	strscpy(mount->type, sb->s_type->name, sizeof(mount->type));
	if (sb->s_bdev) {
		mount->device = sb->s_bdev->bd_dev;
		mount->disk = disk_devt(sb->s_bdev->bd_disk);
		if (veriexec_is_made(sb->s_bdev->bd_disk))
			mount->made = sb->s_bdev->bd_disk;
	} else {
		mount->is_anywhere = sb->s_type->fs_flags & FS_REQUIRES_DEV;
	}
	return mount;
}

/* A file system is about to get a table: it stays, and stays in the list, until it is unpinned. */
int veriexec_mount_pin(const struct path *path, struct veriexec_pin *pin)
{
	struct inode *inode = d_real_inode(path->dentry);
	struct mount *mount;
	int error = 0;

	mutex_lock(&lock);
	mount = find(veriexec_volume_of(inode));
	if (!mount) {
		mount = make(path, inode);
		if (IS_ERR(mount))
			error = PTR_ERR(mount);
		else
			list_add_tail(&mount->list, &mounts);
	}
	if (!error) {
		mount->pins++;
		path_get(path);
		ihold(inode);
		*pin = (struct veriexec_pin){ .is_set = true, .mount = mount->number,
					      .path = *path, .inode = inode };
	}
	mutex_unlock(&lock);
	if (error || !S_ISREG(inode->i_mode) || !veriexec_must_be_held(inode))
		return error;
	pin->held = veriexec_hold(inode, pin->mount);
	return pin->held ? 0 : -ENOMEM;
}

void veriexec_mount_unpin(struct veriexec_pin *pin)
{
	struct mount *mount;

	if (!pin->is_set)
		return;
	veriexec_unpin_held(pin->held);
	mutex_lock(&lock);
	mount = find(pin->mount);
	if (mount)
		mount->pins--;
	mutex_unlock(&lock);
	iput(pin->inode);
	path_put(&pin->path);
}

/* Tables may have come or gone. */
void veriexec_mounts_sync(void)
{
	struct mount *mount, *next;
	u64 table, entries;

	mutex_lock(&lock);
	list_for_each_entry_safe(mount, next, &mounts, list) {
		if (!veriexec_core_table(mount->number, &table, &entries)) {
			hide(mount);
			if (!mount->pins)
				drop(mount);
			continue;
		}
		if (mount->shown && mount->table != table)
			hide(mount);
		if (!mount->shown)
			show(mount, table);
	}
	mutex_unlock(&lock);
	veriexec_ways_let_go();
	forget_hidden(NULL);
	veriexec_let_go();
}

/* A file system goes, and its tables with it. */
void veriexec_mounts_gone(const struct super_block *sb)
{
	struct mount *mount, *next;

	mutex_lock(&lock);
	list_for_each_entry_safe(mount, next, &mounts, list) {
		if (mount->sb != sb)
			continue;
		veriexec_core_unmounted(mount->number);
		drop(mount);
	}
	if (!list_empty(&hidden))
		schedule_work(&forgetting);
	mutex_unlock(&lock);
	veriexec_ways_gone(sb);
	veriexec_held_gone(sb);
}

void veriexec_mounts_exit(void)
{
	struct mount *mount, *next;

	mutex_lock(&lock);
	list_for_each_entry_safe(mount, next, &mounts, list)
		drop(mount);
	mutex_unlock(&lock);
	forget_hidden(NULL);
	flush_work(&forgetting);
}

/*
 * What names of files on a file system begin with: where it is mounted, if it has a table, and else
 * its type.
 */
size_t veriexec_name_prefix(const struct super_block *sb, u64 number, char *name, size_t size)
{
	const struct mount *mount;
	ssize_t len = 0;

	mutex_lock(&lock);
	mount = find(number);
	if (!mount)
		len = scnprintf(name, size, "%s:", sb->s_type->name);
	else if (strcmp(mount->point, "/"))
		len = strscpy(name, mount->point, size);
	mutex_unlock(&lock);
	return max_t(ssize_t, len, 0);
}

/* Disks */

static bool is_on(const struct mount *mount, dev_t device)
{
	return mount->device && (mount->device == device || mount->disk == device);
}

/* What is not claimed is not a part of another disk. */
static bool may_be_on(const struct mount *mount, dev_t device, bool is_claimed)
{
	if (is_on(mount, device))
		return true;
	if (!is_claimed)
		return false;
	return mount->is_anywhere || (mount->made && veriexec_may_be_made_of(mount->made, device));
}

static bool is_on_disk(const struct mount *mount)
{
	return mount->device || mount->is_anywhere;
}

/*
 * The next of the file systems with tables that writing to a block device may change, after that number.
 */
bool veriexec_next_mount_on(dev_t device, bool is_claimed, u64 *number)
{
	const struct mount *mount;
	u64 next = 0;

	mutex_lock(&lock);
	list_for_each_entry(mount, &mounts, list) {
		if (mount->number <= *number || (next && mount->number >= next))
			continue;
		if (may_be_on(mount, device, is_claimed))
			next = mount->number;
	}
	mutex_unlock(&lock);
	if (next)
		*number = next;
	return next;
}

/* Whether a file system with a table may be on a block device. */
bool veriexec_mount_is_on(u64 number, dev_t device, bool is_claimed)
{
	const struct mount *mount;
	bool is;

	mutex_lock(&lock);
	mount = find(number);
	is = mount && may_be_on(mount, device, is_claimed);
	mutex_unlock(&lock);
	return is;
}

/* Whether it has a table, and is on any disk. */
bool veriexec_mount_has_disk(u64 number)
{
	const struct mount *mount;
	bool has;

	mutex_lock(&lock);
	mount = find(number);
	has = mount && is_on_disk(mount);
	mutex_unlock(&lock);
	return has;
}

/* What is known of whatever may be on a disk is not any more. */
void veriexec_mounts_purge(dev_t device, bool is_claimed)
{
	const struct mount *mount;

	mutex_lock(&lock);
	list_for_each_entry(mount, &mounts, list)
		if (may_be_on(mount, device, is_claimed))
			veriexec_core_purge(mount->number);
	mutex_unlock(&lock);
}

/* Nor of whatever is on any disk. */
void veriexec_mounts_purge_all(void)
{
	const struct mount *mount;

	mutex_lock(&lock);
	list_for_each_entry(mount, &mounts, list)
		if (is_on_disk(mount))
			veriexec_core_purge(mount->number);
	mutex_unlock(&lock);
}
