// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Which file is which.
 *
 * A device number is another file system's as soon as this one is unmounted, and an inode number
 * another file's as soon as this one is removed. So a file system with a table is a volume, with a
 * number that no other ever has, as long as its superblock is there; and where its own numbers of
 * files do not last, a listed file is told by its inode, which is held: held.c.
 */
#include "veriexec.h"

#include <linux/blkdev.h>
#include <linux/exportfs.h>
#include <linux/hashtable.h>
#include <linux/magic.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stat.h>

/* Volumes */

/* A file system with a table, or a subvolume of one. */
struct volume {
	struct hlist_node node;
	/* Only ever compared: it is there as long as the volume is. */
	const struct super_block *sb;
	/* The tree of a btrfs that it is; 0 of another file system. */
	u64 root;
	u64 number;
	bool lasts;
	struct rcu_head rcu;
};

static DEFINE_HASHTABLE(volumes, 6);
static DEFINE_SPINLOCK(lock);

/* The last number that was given; 0 is no volume's. */
static u64 last_number;

static bool is(const struct super_block *sb, const char *name, unsigned long magic)
{
	return sb->s_magic == magic && !strcmp(sb->s_type->name, name);
}

/*
 * Whether inode number and generation are one file's as long as the file system is mounted, in
 * memory or not. NFS needs that of a file system, too, but what it is told by others is more than
 * these two, made up with each mount, or taken from an image that can have one number twice.
 */
static bool numbers_last(const struct super_block *sb)
{
	if (sizeof(ino_t) < sizeof(u64))
		return false;
	return is(sb, "ext4", EXT4_SUPER_MAGIC) || is(sb, "ext3", EXT4_SUPER_MAGIC) ||
	       is(sb, "ext2", EXT4_SUPER_MAGIC) || is(sb, "xfs", XFS_SUPER_MAGIC) ||
	       is(sb, "btrfs", BTRFS_SUPER_MAGIC);
}

/*
 * The subvolume that a file of a btrfs is in, which its handle tells: its second number of 64 bits.
 * While the file system is mounted no other gets that number. 0 if nobody knows.
 */
static noinline u64 root_of(struct inode *inode)
{
	const struct export_operations *operations = inode->i_sb->s_export_op;
	u32 handle[10];
	int len = ARRAY_SIZE(handle);
	u64 root;

	if (!operations || !operations->encode_fh)
		return 0;
	if (operations->encode_fh(inode, handle, &len, NULL) != FILEID_BTRFS_WITHOUT_PARENT)
		return 0;
	memcpy(&root, &handle[2], sizeof(root));
	return root;
}

static bool has_subvolumes(const struct super_block *sb)
{
	return sb->s_magic == BTRFS_SUPER_MAGIC;
}

/*
 * Needs rcu_read_lock_sched(): each check comes here, and that much is cheaper than rcu_read_lock()
 * where that can be preempted.
 */
static __always_inline struct volume *find(struct inode *inode)
{
	const struct super_block *sb = inode->i_sb;
	struct volume *volume;
	u64 root = 0;

	hash_for_each_possible_rcu(volumes, volume, node, (unsigned long)sb) {
		if (volume->sb != sb)
			continue;
		if (volume->root && !root)
			root = root_of(inode);
		if (volume->root == root)
			return volume;
	}
	return NULL;
}

/* The number of the volume that a file is on; 0 if nothing on it is listed. */
u64 veriexec_volume_of(struct inode *inode)
{
	const struct volume *volume;
	u64 number;

	rcu_read_lock_sched();
	volume = find(inode);
	number = volume ? volume->number : 0;
	rcu_read_unlock_sched();
	return number;
}

/* The next of the volumes that are on a file system, after that number. */
bool veriexec_next_volume(const struct super_block *sb, u64 *number)
{
	const struct volume *volume;
	u64 next = 0;

	rcu_read_lock();
	hash_for_each_possible_rcu(volumes, volume, node, (unsigned long)sb) {
		if (volume->sb != sb || volume->number <= *number)
			continue;
		if (!next || volume->number < next)
			next = volume->number;
	}
	rcu_read_unlock();
	if (next)
		*number = next;
	return next;
}

/* Whether it is on a disk of the device mapper's. */
static bool is_mapped(const struct super_block *sb)
{
	return sb->s_bdev && !strncmp(sb->s_bdev->bd_disk->disk_name, "dm-", 3);
}

/* Makes a volume of what a file is on, which must be none. */
int veriexec_volume_make(struct inode *inode, u64 *number)
{
	const struct super_block *sb = inode->i_sb;
	struct volume *volume;
	u64 root = 0;

	if (has_subvolumes(sb)) {
		root = root_of(inode);
		if (!root || !veriexec_subvolumes_are_watched()) {
			pr_err("Veriexec: Subvolumes of this kernel's btrfs cannot be listed.\n");
			return -EOPNOTSUPP;
		}
	}
	if (is_mapped(sb) && !veriexec_mapper_is_watched()) {
		pr_err("Veriexec: What this kernel's device mapper makes cannot be listed.\n");
		return -EOPNOTSUPP;
	}
	volume = MAY_FAIL(kzalloc(sizeof(*volume), GFP_KERNEL), NULL);
	if (!volume)
		return -ENOMEM;
	volume->sb = sb;
	volume->root = root;
	volume->lasts = numbers_last(sb);
	spin_lock(&lock);
	volume->number = ++last_number;
	hash_add_rcu(volumes, &volume->node, (unsigned long)sb);
	spin_unlock(&lock);
	*number = volume->number;
	return 0;
}

/* Before its superblock goes, or when nothing on it is listed any more. */
void veriexec_volume_drop(u64 number)
{
	struct volume *volume;
	struct hlist_node *next;
	int bucket;

	spin_lock(&lock);
	hash_for_each_safe(volumes, bucket, next, volume, node) {
		if (volume->number != number)
			continue;
		hash_del_rcu(&volume->node);
		kfree_rcu(volume, rcu);
	}
	spin_unlock(&lock);
}

/* Whether what is listed on the volume of a file must be held. */
bool veriexec_must_be_held(struct inode *inode)
{
	const struct volume *volume;
	bool must;

	rcu_read_lock_sched();
	volume = find(inode);
	must = volume && !volume->lasts;
	rcu_read_unlock_sched();
	return must;
}

/* Files */

/* Whether its files can change without this kernel's knowledge. */
bool veriexec_is_remote(const struct super_block *sb)
{
	switch (sb->s_magic) {
	case NFS_SUPER_MAGIC:
	case SMB_SUPER_MAGIC:
	case CIFS_SUPER_MAGIC:
	case SMB2_SUPER_MAGIC:
	case V9FS_MAGIC:
	case FUSE_SUPER_MAGIC:
	case CEPH_SUPER_MAGIC:
	case AFS_SUPER_MAGIC:
	case AFS_FS_MAGIC:
	case CODA_SUPER_MAGIC:
		return true;
	default:
		return false;
	}
}

/*
 * What is held is of the generation 0, and of this one what is not, though it would have to be: its
 * numbers, as those of files where nothing is listed, tell reports apart, and are no entry's.
 */
#define NOT_HELD U64_MAX

static void set_held_numbers(struct inode *inode, struct veriexec_located *located)
{
	u64 held = veriexec_held_number(inode);

	located->generation = held ? 0 : NOT_HELD;
	if (held)
		located->inode = held;
}

static __always_inline void set_numbers(struct inode *inode, struct veriexec_located *located)
{
	const struct volume *volume;

	located->inode = inode->i_ino;
	rcu_read_lock_sched();
	volume = find(inode);
	located->mount = volume ? volume->number : 0;
	if (!volume)
		located->generation = inode->i_sb->s_dev;
	else if (likely(volume->lasts))
		located->generation = inode->i_generation;
	else
		set_held_numbers(inode, located);
	rcu_read_unlock_sched();
}

void veriexec_identify(struct inode *inode, bool is_root, struct veriexec_located *located)
{
	set_numbers(inode, located);
	located->is_made_up = inode->i_sb->s_iflags & SB_I_NOEXEC;
	if (S_ISREG(inode->i_mode) && !located->is_made_up)
		located->kind = VERIEXEC_REGULAR;
	else if (!S_ISDIR(inode->i_mode))
		located->kind = VERIEXEC_OTHER;
	else if (is_root)
		located->kind = VERIEXEC_MOUNT_ROOT;
	else
		located->kind = VERIEXEC_DIRECTORY;
}

/* The file of an overlay is the one underneath, whatever way it was reached. */
void veriexec_identify_dentry(struct dentry *dentry, struct veriexec_located *located)
{
	struct inode *inode = d_real_inode(dentry);

	veriexec_identify(inode, dentry == dentry->d_sb->s_root, located);
}

void veriexec_identify_file(const struct file *file, struct veriexec_located *located)
{
	struct inode *inode = file_inode(file);

	/* What backs a mapping of an overlay's file is the file underneath, under another's name. */
	if (inode == d_inode(file->f_path.dentry))
		inode = d_real_inode(file->f_path.dentry);
	veriexec_identify(inode, false, located);
}
