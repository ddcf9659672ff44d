// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What somebody is about to do among mounts. What that hides is found by directories, not by names,
 * which are others in another root.
 */
#include "../checks.h"

#include <linux/dcache.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "../veriexec.h"
#include "ways.h"

/*
 * What a process does to a mount that only it and its like see can hide nothing from others: unless
 * the mount has peers, who may be anywhere.
 */
bool veriexec_is_private(const struct vfsmount *mount)
{
	return current->nsproxy && current->nsproxy->mnt_ns != init_task.nsproxy->mnt_ns &&
	       !(mount->mnt_flags & MNT_SHARED);
}

/* A place where something is mounted: a listed file, or a way to one, or neither. */
static void locate_place(struct dentry *dentry, struct veriexec_located *located)
{
	veriexec_ways_identify(dentry, located);
	if (located->kind != VERIEXEC_WAY && d_is_dir(dentry))
		located->kind = VERIEXEC_OTHER;
}

int veriexec_check_mount_over(const struct path *path)
{
	struct veriexec_located located;
	struct veriexec_operation operation = {
		.action = VERIEXEC_MOUNT_OVER,
		.file = &located,
		.path = path,
	};
	char *room, *name;
	int error;

	room = MAY_FAIL(kmalloc(PATH_MAX, GFP_KERNEL), NULL);
	if (!room)
		return -ENOMEM;
	name = d_path(path, room, PATH_MAX);
	if (IS_ERR(name)) {
		error = PTR_ERR(name);
	} else {
		operation.name = (const u8 *)name;
		operation.name_len = strlen(name);
		locate_place(path->dentry, &located);
		error = veriexec_core_check(&operation);
	}
	kfree(room);
	return error;
}

/*
 * Whether what is seen there by others goes on: what is unmounted from a mount with peers is
 * unmounted from them, too, and so is what is mounted on the mount that goes.
 */
static bool is_seen_elsewhere(struct vfsmount *mount)
{
	struct path above = { .mnt = mount, .dentry = mount->mnt_root };
	bool is_kept;

	path_get(&above);
	follow_up(&above);
	is_kept = veriexec_is_private(above.mnt) && veriexec_is_private(mount) &&
		  atomic_read(&mount->mnt_sb->s_active) > 1 && !veriexec_ways_shared(mount);
	path_put(&above);
	return is_kept;
}

/*
 * Whether no file was listed by a name that leads through it, nor through what is on it. Those mounts
 * stay, and the file system with them: they are asked about.
 */
static bool leads_nowhere(struct vfsmount *mount)
{
	struct path above = { .mnt = mount, .dentry = mount->mnt_root };
	bool is_mounted, leads;

	path_get(&above);
	is_mounted = follow_up(&above);
	leads = veriexec_ways_are_mounted_at(d_inode(above.dentry)) ||
		veriexec_ways_carries(mount);
	path_put(&above);
	return is_mounted && !leads && atomic_read(&mount->mnt_sb->s_active) > 1;
}

int veriexec_check_umount(struct vfsmount *mount)
{
	const struct path path = { .mnt = mount, .dentry = mount->mnt_root };
	struct veriexec_located located;
	const struct veriexec_operation operation = {
		.action = VERIEXEC_UNMOUNT,
		.mount = &located.mount,
		.path = &path,
	};

	if (is_seen_elsewhere(mount))
		return 0;
	veriexec_identify(d_inode(mount->mnt_root), true, &located);
	/* What is mounted below it, at whatever depth, goes with it. */
	veriexec_ways_lead(d_inode(mount->mnt_root), &located.mount);
	if (leads_nowhere(mount))
		located.mount = 0;
	return veriexec_core_check(&operation);
}

/* A mount that is moved goes from where it was. One that was nowhere is only a new one. */
int veriexec_check_move(const struct path *from, const struct path *to)
{
	struct path above = *from;
	bool is_mounted;
	int error;

	/* The kernel moves nothing else. */
	if (from->dentry != from->mnt->mnt_root)
		return 0;
	path_get(&above);
	is_mounted = follow_up(&above);
	path_put(&above);
	if (!is_mounted)
		return 0;
	error = veriexec_check_umount(from->mnt);
	/* What only its like see leads nobody else anywhere. */
	if (error || veriexec_is_private(to->mnt))
		return error;
	return veriexec_ways_mount(d_inode(from->dentry), to);
}

int veriexec_check_pivot(void)
{
	struct path root;
	int error = 0;

	get_fs_root(current->fs, &root);
	if (!veriexec_is_private(root.mnt))
		error = veriexec_check_mount_over(&root);
	path_put(&root);
	return error;
}
