// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The ways to listed files: the directories that a file is reached through by the name that it was
 * listed by, up to the root of its file system, and on through the places where that is mounted.
 * Whoever mounts over one of them, or renames it, hides the files from everybody.
 */
#include "ways.h"

#include <linux/dcache.h>
#include <linux/hashtable.h>
#include <linux/mount.h>
#include <linux/mutex.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/version.h>
#include <linux/workqueue.h>

#include "../veriexec.h"

/* A directory that leads to listed files of a file system, which need not be its own. */
struct way {
	struct hlist_node node;
	/* Held: for as long as it is on a way, nothing else can be what it is. */
	struct inode *inode;
	u64 mount;
	/* What leads on is mounted there. */
	bool is_place;
};

static DEFINE_HASHTABLE(ways, 12);
/* What is no way any more, and still held. */
static HLIST_HEAD(left);
/* Nothing is taken down any more: nobody would be told that a file system goes. */
static bool is_over;
static DEFINE_SPINLOCK(lock);
/* Whoever needs to know that nothing of a file system is held waits for the others. */
static DEFINE_MUTEX(letting_go);

static struct way *find(const struct inode *inode, u64 mount)
{
	struct way *way;

	hash_for_each_possible(ways, way, node, (unsigned long)inode)
		if (way->inode == inode && way->mount == mount)
			return way;
	return NULL;
}

static bool is_known(const struct inode *inode, u64 mount, bool is_place)
{
	struct way *way;

	spin_lock(&lock);
	way = find(inode, mount);
	if (way)
		way->is_place |= is_place;
	spin_unlock(&lock);
	return way;
}

static int add(struct inode *inode, u64 mount, bool is_place)
{
	struct way *way;

	if (is_known(inode, mount, is_place))
		return 0;
	way = MAY_FAIL(kmalloc(sizeof(*way), GFP_KERNEL), NULL);
	if (!way)
		return -ENOMEM;
	way->inode = inode;
	way->mount = mount;
	way->is_place = is_place;
	spin_lock(&lock);
	if (!is_over && !find(inode, mount)) {
		ihold(inode);
		hash_add(ways, &way->node, (unsigned long)inode);
		way = NULL;
	}
	spin_unlock(&lock);
	kfree(way);
	return 0;
}

/* A directory and all above it; nothing may be moved from one directory to another meanwhile. */
static int add_upwards(struct dentry *dentry, u64 mount)
{
	int error = add(d_inode(dentry), mount, false);

	while (!error && !IS_ROOT(dentry)) {
		dentry = dentry->d_parent;
		error = add(d_inode(dentry), mount, false);
	}
	return error;
}

static int add_in_peace(struct dentry *dentry, u64 mount)
{
	struct super_block *sb = dentry->d_sb;
	int error;

	mutex_lock(&sb->s_vfs_rename_mutex);
	error = add_upwards(d_is_dir(dentry) ? dentry : dentry->d_parent, mount);
	mutex_unlock(&sb->s_vfs_rename_mutex);
	return error;
}

static struct dentry *real_dentry(struct dentry *dentry)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
	return d_real(dentry, D_REAL_DATA);
#else
	return d_real(dentry, NULL);
#endif
}

/* Of a place where something is mounted, which may be a file, the place itself is one. */
static int add_mount_points(struct path *place, u64 mount)
{
	int error = 0;

	while (!error && follow_up(place)) {
		error = add(d_inode(place->dentry), mount, true);
		if (!error)
			error = add_in_peace(place->dentry, mount);
	}
	return error;
}

/*
 * All that leads to a file by this path. Whoever moves the file, or what is above it, at the same
 * time does so before this, and it is found where it is then, or is asked about afterwards.
 */
int veriexec_ways_add(const struct path *path, u64 mount)
{
	struct dentry *real = real_dentry(path->dentry);
	struct path place = *path;
	int error;

	path_get(&place);
	error = add_in_peace(place.dentry, mount);
	/* Of an overlay's file, what leads to the file underneath, too. */
	if (!error && real != place.dentry)
		error = add_in_peace(real, mount);
	if (!error)
		error = add_mount_points(&place, mount);
	path_put(&place);
	return error;
}

/* Whether listed files are reached through it, and of which file system some of them are. */
bool veriexec_ways_lead(const struct inode *inode, u64 *mount)
{
	const struct way *way;
	bool found = false;

	spin_lock(&lock);
	hash_for_each_possible(ways, way, node, (unsigned long)inode) {
		if (way->inode != inode)
			continue;
		*mount = way->mount;
		found = true;
		break;
	}
	spin_unlock(&lock);
	return found;
}

/* Which file a name is of, or that it is on the way to listed ones. */
void veriexec_ways_identify(struct dentry *dentry, struct veriexec_located *located)
{
	u64 mount;

	veriexec_identify_dentry(dentry, located);
	if (veriexec_ways_lead(d_inode(dentry), &mount))
		located->kind = VERIEXEC_WAY;
}

/* The next of the file systems whose files are reached through it, by their numbers. */
static bool next_mount(const struct inode *inode, bool is_first, u64 *mount)
{
	const struct way *way;
	bool found = false;
	u64 last = *mount;

	spin_lock(&lock);
	hash_for_each_possible(ways, way, node, (unsigned long)inode) {
		if (way->inode != inode || (!is_first && way->mount <= last))
			continue;
		if (!found || way->mount < *mount)
			*mount = way->mount;
		found = true;
	}
	spin_unlock(&lock);
	return found;
}

/* It moves into another directory, by rename(2), and what it leads to with it. */
int veriexec_ways_move(const struct inode *inode, struct dentry *directory)
{
	bool is_first = true;
	u64 mount = 0;
	int error = 0;

	while (!error && next_mount(inode, is_first, &mount)) {
		is_first = false;
		error = add_upwards(directory, mount);
	}
	return error;
}

/* A listed file does. */
int veriexec_ways_follow(struct dentry *directory, u64 mount)
{
	return add_upwards(directory, mount);
}

/* What is mounted there is moved to another place, and what is reached through it with it. */
int veriexec_ways_mount(const struct inode *root, const struct path *to)
{
	bool is_first = true;
	u64 mount = 0;
	int error = 0;

	while (!error && next_mount(root, is_first, &mount)) {
		is_first = false;
		error = veriexec_ways_add(to, mount);
	}
	return error;
}

/* As many as are told apart: what has more counts as if any of them were shared. */
#define FEW 16

/* The places of a file system where something that leads on is mounted, to be put. */
static size_t find_places(const struct super_block *sb, struct dentry **places)
{
	const struct way *way;
	size_t count = 0, other;
	int bucket;

	spin_lock(&lock);
	hash_for_each(ways, bucket, way, node) {
		if (!way->is_place || way->inode->i_sb != sb || count == FEW)
			continue;
		for (other = 0; other < count; other++)
			if (d_inode(places[other]) == way->inode)
				break;
		if (other < count)
			continue;
		places[count] = d_find_any_alias(way->inode);
		count += !!places[count];
	}
	spin_unlock(&lock);
	return count;
}

/* Adds what is mounted on a mount and leads on, and says whether others see it there. */
static bool find_mounted(struct vfsmount *mount, struct path *mounted, size_t *known)
{
	struct dentry *places[FEW];
	size_t count = find_places(mount->mnt_sb, places), index;
	bool is_shared = count == FEW;
	struct path below;

	for (index = 0; index < count; index++) {
		below = (struct path){ .mnt = mntget(mount), .dentry = places[index] };
		if (!follow_down_one(&below)) {
			path_put(&below);
			continue;
		}
		if ((mount->mnt_flags & MNT_SHARED) || *known == FEW)
			is_shared = true;
		if (*known < FEW)
			mounted[(*known)++] = below;
		else
			path_put(&below);
	}
	return is_shared;
}

/*
 * Whether a mount has others on it, at whatever depth, that lead to listed files and go with it for
 * everybody, because what they are mounted on has peers.
 */
bool veriexec_ways_shared(struct vfsmount *mount)
{
	struct path mounted[FEW] = { { .mnt = mount, .dentry = mount->mnt_root } };
	size_t known = 1, index;
	bool is_shared = false;

	path_get(&mounted[0]);
	for (index = 0; !is_shared && index < known; index++)
		is_shared = find_mounted(mounted[index].mnt, mounted, &known);
	for (index = 0; index < known; index++)
		path_put(&mounted[index]);
	return is_shared;
}

/* Whether a mount has others on it that lead to listed files, and go with it. */
bool veriexec_ways_carries(struct vfsmount *mount)
{
	struct path mounted[FEW];
	size_t known = 0, index;
	bool carries = find_mounted(mount, mounted, &known);

	for (index = 0; index < known; index++)
		path_put(&mounted[index]);
	return carries || known;
}

/* Whether something is mounted there that leads to listed files by the names they were listed by. */
bool veriexec_ways_are_mounted_at(const struct inode *inode)
{
	const struct way *way;
	bool found = false;

	spin_lock(&lock);
	hash_for_each_possible(ways, way, node, (unsigned long)inode)
		found |= way->inode == inode && way->is_place;
	spin_unlock(&lock);
	return found;
}

/* It leads nowhere any more, and is to be let go. Needs the lock. */
static void retire(struct way *way)
{
	hash_del(&way->node);
	hlist_add_head(&way->node, &left);
}

/* Nothing of a file system is listed any more. */
void veriexec_ways_forget(u64 mount)
{
	struct hlist_node *next;
	struct way *way;
	int bucket;

	spin_lock(&lock);
	hash_for_each_safe(ways, bucket, next, way, node) {
		if (way->mount != mount)
			continue;
		retire(way);
	}
	spin_unlock(&lock);
}

/* Lets go of what is no way any more, which may sleep. */
void veriexec_ways_let_go(void)
{
	HLIST_HEAD(going);
	struct hlist_node *next;
	struct way *way;

	mutex_lock(&letting_go);
	spin_lock(&lock);
	hlist_move_list(&left, &going);
	spin_unlock(&lock);
	hlist_for_each_entry_safe(way, next, &going, node) {
		iput(way->inode);
		kfree(way);
	}
	mutex_unlock(&letting_go);
}

/* Directories that were removed lead nowhere, and a file system is not made read-only while one is held. */
static void forget_dead(struct work_struct *unused)
{
	struct hlist_node *next;
	struct way *way;
	int bucket;

	spin_lock(&lock);
	hash_for_each_safe(ways, bucket, next, way, node) {
		if (!IS_DEADDIR(way->inode))
			continue;
		retire(way);
	}
	spin_unlock(&lock);
	veriexec_ways_let_go();
}

static DECLARE_DELAYED_WORK(forgetting, forget_dead);

/* A directory is about to be removed, and may not be: that is looked at in a moment. */
void veriexec_ways_end(const struct inode *inode)
{
	u64 mount;

	if (veriexec_ways_lead(inode, &mount))
		mod_delayed_work(system_wq, &forgetting, HZ / 10);
}

/* A file system goes: nothing of it may be held. */
void veriexec_ways_gone(const struct super_block *sb)
{
	struct hlist_node *next;
	struct way *way;
	int bucket;

	spin_lock(&lock);
	hash_for_each_safe(ways, bucket, next, way, node) {
		if (way->inode->i_sb != sb)
			continue;
		retire(way);
	}
	spin_unlock(&lock);
	veriexec_ways_let_go();
}

/* While it can still be told that a file system goes. */
void veriexec_ways_exit(void)
{
	struct hlist_node *next;
	struct way *way;
	int bucket;

	cancel_delayed_work_sync(&forgetting);
	spin_lock(&lock);
	is_over = true;
	hash_for_each_safe(ways, bucket, next, way, node) {
		retire(way);
	}
	spin_unlock(&lock);
	veriexec_ways_let_go();
}
