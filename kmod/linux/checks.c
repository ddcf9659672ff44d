// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What somebody is about to do, told in the words of the core.
 */
#include "checks.h"

#include <linux/binfmts.h>
#include <linux/blk_types.h>
#include <linux/dcache.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/personality.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "checks/passed.h"
#include "checks/ways.h"
#include "devices/writers.h"
#include "veriexec.h"

/* EXT4_IOC_MOVE_EXT, which no header has: an ioctl with six words of 32 and 64 bits, 40 bytes. */
#define MOVE_EXTENTS _IOWR('f', 15, u8[40])

/* Programs and libraries */

static noinline int ask_about(const struct file *file, const struct veriexec_located *located,
			      enum veriexec_access access)
{
	const struct veriexec_operation operation = {
		.action = VERIEXEC_ACCESS,
		.detail = access,
		.file = located,
		.path = &file->f_path,
	};

	return veriexec_core_check(&operation);
}

/* Most accesses pass, and nothing else is told of them. */
static int check_access(const struct file *file, enum veriexec_access access)
{
	struct veriexec_located located;

	veriexec_identify_file(file, &located);
	return veriexec_passes(&located, access) ? 0 : ask_about(file, &located, access);
}

int veriexec_check_exec(const struct linux_binprm *bprm)
{
	/* What runs a script is named by the script, not by who executes it. */
	bool is_interpreter = bprm->interp != bprm->filename;

	return check_access(bprm->file, is_interpreter ? VERIEXEC_INDIRECT : VERIEXEC_DIRECT);
}

/* Whether it is the file that this process was started from. */
static bool is_own_image(const struct file *file)
{
	const struct file *image;
	bool is_own = false;

	rcu_read_lock_sched();
	if (current->mm) {
		image = rcu_dereference_sched(current->mm->exe_file);
		is_own = image && file_inode(image) == file_inode(file);
	}
	rcu_read_unlock_sched();
	return is_own;
}

/* Whether what is written to the mapping, now or later, is written to a device. */
static bool maps_device(const struct file *file, unsigned long flags)
{
	return (file->f_mode & FMODE_WRITE) && S_ISCHR(file_inode(file)->i_mode) &&
	       (flags & MAP_TYPE) != MAP_PRIVATE;
}

int veriexec_check_map(const struct file *file, unsigned long prot, unsigned long flags)
{
	int error;

	if (!file)
		return 0;
	if (maps_device(file, flags)) {
		error = veriexec_check_device_map(file);
		if (error)
			return error;
	}
	if ((current->personality & READ_IMPLIES_EXEC) && (prot & PROT_READ))
		prot |= PROT_EXEC;
	if (!(prot & PROT_EXEC))
		return 0;
	if (!is_own_image(file))
		return check_access(file, VERIEXEC_INDIRECT);
	/* It was asked about just now, and cannot have been written since. */
	return current->in_execve ? 0 : check_access(file, VERIEXEC_OWN_IMAGE);
}

int veriexec_check_protect(const struct vm_area_struct *area, unsigned long prot)
{
	struct veriexec_located located;
	const struct veriexec_operation operation = {
		.action = VERIEXEC_PROTECT,
		.file = &located,
		.path = area->vm_file ? &area->vm_file->f_path : NULL,
	};

	if (!area->vm_file || !(prot & PROT_EXEC) || (area->vm_flags & VM_EXEC))
		return 0;
	veriexec_identify_file(area->vm_file, &located);
	return veriexec_core_check(&operation);
}

/* Opening */

/* An overlay opens the file underneath after its own was asked about, and is asked about that then. */
static noinline int check_write(const struct file *file)
{
	bool is_real = file_inode(file) == d_real_inode(file->f_path.dentry);
	struct veriexec_located located;
	const struct veriexec_operation operation = {
		.action = VERIEXEC_WRITE,
		.file = &located,
		.path = &file->f_path,
		.writers = is_real && (file->f_mode & FMODE_WRITE),
	};

	veriexec_identify_file(file, &located);
	return veriexec_core_check(&operation);
}

int veriexec_check_open(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	if (S_ISBLK(inode->i_mode) || S_ISCHR(inode->i_mode))
		return veriexec_check_device(file);
	/* What is opened to be executed is asked about as such. */
	if (!S_ISREG(inode->i_mode) || (file->f_flags & __FMODE_EXEC) || veriexec_is_reading())
		return 0;
	if ((file->f_mode & FMODE_WRITE) || (file->f_flags & O_TRUNC))
		return check_write(file);
	return check_access(file, VERIEXEC_FILE);
}

int veriexec_check_ioctl(const struct file *file, unsigned int command)
{
	const struct inode *inode = file_inode(file);

	/* It leaves in memory what was in the file that it gives away. */
	if (S_ISREG(inode->i_mode) && command == MOVE_EXTENTS && inode->i_sb->s_bdev) {
		int error = veriexec_device_changes(inode->i_sb->s_bdev->bd_dev, true);

		if (error)
			return error;
	}
	if (S_ISREG(inode->i_mode))
		return veriexec_check_file_ioctl(file, command);
	if (S_ISDIR(inode->i_mode))
		return veriexec_check_directory_ioctl(file, command);
	if (S_ISBLK(inode->i_mode) || S_ISCHR(inode->i_mode))
		return veriexec_check_command(file, command);
	return 0;
}

/* What the kernel would say of it before it asks anybody. */
static int may_write(const struct path *path)
{
	int error = mnt_want_write(path->mnt);

	if (error)
		return error;
	mnt_drop_write(path->mnt);
	return path_permission(path, MAY_WRITE);
}

int veriexec_begin_truncate(const struct path *path, struct inode **inode)
{
	struct veriexec_located located;
	const struct veriexec_operation operation = {
		.action = VERIEXEC_TRUNCATE,
		.file = &located,
		.path = path,
		.writers = 1,
	};
	int error;

	*inode = NULL;
	if (!d_is_reg(path->dentry))
		return 0;
	/* It is not left to the kernel to say so: by then it may be allowed, and nobody was asked. */
	error = may_write(path);
	if (error)
		return error;
	*inode = d_real_inode(path->dentry);
	error = get_write_access(*inode);
	if (error)
		return error;
	ihold(*inode);
	veriexec_identify_dentry(path->dentry, &located);
	error = veriexec_core_check(&operation);
	if (error)
		veriexec_end_truncate(*inode);
	return error;
}

void veriexec_end_truncate(struct inode *inode)
{
	if (!inode)
		return;
	put_write_access(inode);
	iput(inode);
}

/* Names */

/* What a file is called, to be freed; NULL without memory. */
static char *name_of(struct dentry *dentry, u64 mount)
{
	char *room = MAY_FAIL(kmalloc(2 * PATH_MAX, GFP_KERNEL), NULL);
	const char *name;
	size_t prefix;

	if (!room)
		return NULL;
	prefix = veriexec_name_prefix(dentry->d_sb, mount, room, PATH_MAX);
	name = dentry_path_raw(dentry, room + PATH_MAX, PATH_MAX);
	if (IS_ERR(name))
		name = "/?";
	memmove(room + prefix, name, strlen(name) + 1);
	return room;
}

static void set_name(struct veriexec_operation *operation, const char *name)
{
	operation->name = (const u8 *)name;
	operation->name_len = strlen(name);
}

/* What is asked about by the name that it has on its file system. */
static int check_by_name(struct veriexec_operation *operation, struct dentry *dentry, u64 mount)
{
	char *name = name_of(dentry, mount);
	int error;

	if (!name)
		return -ENOMEM;
	set_name(operation, name);
	error = veriexec_core_check(operation);
	kfree(name);
	return error;
}

/*
 * A size is about to change, with the file locked: it cannot be hashed now, nor for anybody until it
 * has changed, because whoever changes it counts as a writer meanwhile. Of an overlay's file it is
 * the file underneath that changes, which is asked about in its turn.
 */
int veriexec_check_resize(struct dentry *dentry, const struct iattr *attributes)
{
	struct inode *inode = d_real_inode(dentry);
	struct veriexec_located located;
	struct veriexec_operation operation = { .action = VERIEXEC_RESIZE, .file = &located };

	if (!(attributes->ia_valid & ATTR_SIZE) || !S_ISREG(inode->i_mode))
		return 0;
	veriexec_identify(inode, false, &located);
	if (!veriexec_core_is_listed(&located))
		return veriexec_core_check(&operation);
	if (inode == d_inode(dentry) && !inode_is_open_for_write(inode))
		return -ETXTBSY;
	return check_by_name(&operation, dentry, located.mount);
}

int veriexec_check_create(struct inode *directory, struct dentry *dentry, umode_t mode)
{
	struct veriexec_operation operation = { .action = VERIEXEC_CREATE };
	struct veriexec_located located;

	veriexec_identify(directory, false, &located);
	operation.detail = S_ISREG(mode) && !located.is_made_up ? VERIEXEC_REGULAR :
								  VERIEXEC_OTHER;
	return check_by_name(&operation, dentry, located.mount);
}

/*
 * A place that goes takes what others have mounted there with it: that is unmounted. Nothing can be
 * mounted there meanwhile.
 */
static int check_place_gone(struct dentry *dentry)
{
	u64 mount;
	struct veriexec_operation operation = { .action = VERIEXEC_UNMOUNT, .mount = &mount };

	if (!d_mountpoint(dentry) || !veriexec_ways_lead(d_inode(dentry), &mount))
		return 0;
	return check_by_name(&operation, dentry, mount);
}

int veriexec_check_rmdir(struct dentry *dentry)
{
	int error = check_place_gone(dentry);

	if (!error && d_really_is_positive(dentry))
		veriexec_ways_end(d_inode(dentry));
	return error;
}

int veriexec_check_unlink(struct dentry *dentry)
{
	struct veriexec_located located;
	struct veriexec_operation operation = { .action = VERIEXEC_REMOVE, .file = &located };
	int error;

	if (!d_really_is_positive(dentry))
		return 0;
	error = check_place_gone(dentry);
	if (error)
		return error;
	veriexec_identify_dentry(dentry, &located);
	if (located.is_made_up)
		return 0;
	return check_by_name(&operation, dentry, located.mount);
}

/* A subvolume of a btrfs is removed by the name of its root. */
int veriexec_check_subvolume(struct dentry *dentry)
{
	u64 volume = veriexec_volume_of(d_inode(dentry));
	struct veriexec_operation operation = {
		.action = VERIEXEC_REMOVE_VOLUME,
		.mount = &volume,
	};

	return check_by_name(&operation, dentry, veriexec_volume_of(d_inode(dentry->d_parent)));
}

/*
 * What is renamed takes the files that are reached through it along: into another directory, they
 * are reached through that, too.
 */
static int note_ways(struct dentry *from, const struct veriexec_located *file, struct dentry *to)
{
	int error;

	if (from->d_parent == to->d_parent)
		return 0;
	error = veriexec_ways_move(d_inode(from), to->d_parent);
	if (!error && veriexec_core_is_listed(file))
		error = veriexec_ways_follow(to->d_parent, file->mount);
	return error;
}

/* One name that changes; what has the new one loses it, if it is to be replaced. */
static int check_name_change(struct dentry *from, struct dentry *to, bool replaces)
{
	struct veriexec_located file, target;
	struct veriexec_operation operation = { .action = VERIEXEC_RENAME, .file = &file };
	char *name, *new_name;
	int error = -ENOMEM;

	veriexec_ways_identify(from, &file);
	if (file.is_made_up)
		return 0;
	if (replaces && d_really_is_positive(to)) {
		veriexec_ways_identify(to, &target);
		operation.target = &target;
	}
	name = name_of(from, file.mount);
	new_name = name_of(to, file.mount);
	if (name && new_name) {
		set_name(&operation, name);
		operation.to = (const u8 *)new_name;
		operation.to_len = strlen(new_name);
		error = veriexec_core_check(&operation);
		if (!error)
			error = note_ways(from, &file, to);
	}
	kfree(new_name);
	kfree(name);
	return error;
}

int veriexec_check_rename(struct dentry *from, struct dentry *to, unsigned int flags)
{
	int error;

	if (!d_really_is_positive(from))
		return 0;
	if (!(flags & RENAME_EXCHANGE))
		return check_name_change(from, to, true);
	error = check_name_change(from, to, false);
	if (!error && d_really_is_positive(to))
		error = check_name_change(to, from, false);
	return error;
}

/* What the kernel takes in */

static int check_kernel(enum veriexec_image image, const struct file *file)
{
	struct veriexec_located located;
	const struct veriexec_operation operation = {
		.action = VERIEXEC_KERNEL_LOAD,
		.detail = image,
		.file = file ? &located : NULL,
		.path = file ? &file->f_path : NULL,
	};

	if (file)
		veriexec_identify_file(file, &located);
	return veriexec_core_check(&operation);
}

int veriexec_check_kernel_read(const struct file *file, enum kernel_read_file_id id)
{
	switch (id) {
	case READING_KEXEC_IMAGE:
	case READING_KEXEC_INITRAMFS:
		return check_kernel(VERIEXEC_KEXEC, file);
	case READING_FIRMWARE:
		return check_kernel(VERIEXEC_FIRMWARE, file);
	case READING_POLICY:
	case READING_X509_CERTIFICATE:
		return 0;
	/* Later kernels may read modules under another number. */
	case READING_MODULE:
	default:
		return check_kernel(VERIEXEC_MODULE, file);
	}
}

int veriexec_check_kernel_load(enum kernel_load_data_id id)
{
	switch (id) {
	case LOADING_KEXEC_IMAGE:
	case LOADING_KEXEC_INITRAMFS:
		return check_kernel(VERIEXEC_KEXEC, NULL);
	case LOADING_FIRMWARE:
		return check_kernel(VERIEXEC_FIRMWARE, NULL);
	case LOADING_POLICY:
	case LOADING_X509_CERTIFICATE:
		return 0;
	case LOADING_MODULE:
	default:
		return check_kernel(VERIEXEC_MODULE, NULL);
	}
}
