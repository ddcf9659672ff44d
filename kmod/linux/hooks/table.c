// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where the kernel asks: its functions for security modules, each of which is led to one of ours.
 * Ours calls the kernel's own, and then asks the core.
 */
#include "hooks.h"

#include <linux/binfmts.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/security.h>
#include <linux/static_call.h>
#include <linux/version.h>

#include "../checks.h"
#include "../veriexec.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define BLKDEV_RELEASE "blkdev_close"
#else
#define BLKDEV_RELEASE "blkdev_release"
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define LOCK_MOUNT "lock_mount"
#else
#define LOCK_MOUNT "do_lock_mount"
#endif

/*
 * A function of the kernel's that returns an error number, which it returns unless it is 0: then
 * the check decides.
 */
#define HOOK(name, declared, given, check)                                                         \
	DEFINE_STATIC_CALL_NULL(own_##name, name);                                                 \
	static void bind_##name(void *function)                                                    \
	{                                                                                          \
		static_call_update(own_##name, (typeof(&name))function);                           \
	}                                                                                          \
	static int hook_##name declared                                                            \
	{                                                                                          \
		int entered = veriexec_enter();                                                    \
		int error = static_call(own_##name) given;                                         \
                                                                                                   \
		if (!error)                                                                        \
			error = check;                                                             \
		veriexec_leave(entered);                                                           \
		return error;                                                                      \
	}

HOOK(security_bprm_check, (struct linux_binprm *bprm), (bprm), veriexec_check_exec(bprm))
HOOK(security_mmap_file, (struct file *file, unsigned long prot, unsigned long flags),
     (file, prot, flags), veriexec_check_map(file, prot, flags))
HOOK(security_file_mprotect,
     (struct vm_area_struct *area, unsigned long asked, unsigned long prot), (area, asked, prot),
     veriexec_check_protect(area, prot))

DEFINE_STATIC_CALL_NULL(own_security_file_open, security_file_open);
static void bind_security_file_open(void *function)
{
	static_call_update(own_security_file_open, (typeof(&security_file_open))function);
}

/*
 * The kernel's own asks the listeners of fanotify(7) as well, and opens the file for them, which is
 * denied to them if it is denied: so they do not hear of that.
 */
static int hook_security_file_open(struct file *file)
{
	int entered = veriexec_enter();
	int error = veriexec_check_open(file);

	if (!error)
		error = static_call(own_security_file_open)(file);
	veriexec_leave(entered);
	return error;
}

HOOK(security_file_ioctl, (struct file *file, unsigned int command, unsigned long argument),
     (file, command, argument), veriexec_check_ioctl(file, command))
HOOK(security_file_ioctl_compat, (struct file *file, unsigned int command, unsigned long argument),
     (file, command, argument), veriexec_check_ioctl(file, command))
HOOK(security_inode_create, (struct inode *directory, struct dentry *dentry, umode_t mode),
     (directory, dentry, mode), veriexec_check_create(directory, dentry, mode | S_IFREG))
HOOK(security_inode_mknod,
     (struct inode *directory, struct dentry *dentry, umode_t mode, dev_t device),
     (directory, dentry, mode, device), veriexec_check_create(directory, dentry, mode))
HOOK(security_inode_unlink, (struct inode *directory, struct dentry *dentry), (directory, dentry),
     veriexec_check_unlink(dentry))
HOOK(security_inode_rmdir, (struct inode *directory, struct dentry *dentry), (directory, dentry),
     veriexec_check_rmdir(dentry))
HOOK(security_inode_rename,
     (struct inode *from_directory, struct dentry *from, struct inode *to_directory,
      struct dentry *to, unsigned int flags),
     (from_directory, from, to_directory, to, flags), veriexec_check_rename(from, to, flags))
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
#define MAPPED_IDS struct user_namespace
#else
#define MAPPED_IDS struct mnt_idmap
#endif

HOOK(security_inode_setattr,
     (MAPPED_IDS * ids, struct dentry *dentry, struct iattr *attributes), (ids, dentry, attributes),
     veriexec_check_resize(dentry, attributes))
HOOK(security_sb_pivotroot, (const struct path *old, const struct path *new), (old, new),
     veriexec_check_pivot())
HOOK(security_sb_umount, (struct vfsmount *mount, int flags), (mount, flags),
     veriexec_check_umount(mount))
HOOK(security_kernel_read_file, (struct file *file, enum kernel_read_file_id id, bool contents),
     (file, id, contents), veriexec_check_kernel_read(file, id))
HOOK(security_kernel_load_data, (enum kernel_load_data_id id, bool contents), (id, contents),
     veriexec_check_kernel_load(id))

HOOK(security_locked_down, (enum lockdown_reason reason), (reason), veriexec_check_lockdown(reason))
HOOK(security_uring_cmd, (struct io_uring_cmd *command), (command),
     veriexec_check_ring_command(command))

/* Cut by path: who does it counts as a writer before he is asked about, as one who opens it does. */
DEFINE_STATIC_CALL_NULL(own_vfs_truncate, vfs_truncate);
static void bind_vfs_truncate(void *function)
{
	static_call_update(own_vfs_truncate, (typeof(&vfs_truncate))function);
}

static long hook_vfs_truncate(const struct path *path, loff_t length)
{
	int entered = veriexec_enter();
	struct inode *inode;
	long error = veriexec_begin_truncate(path, &inode);

	if (!error) {
		error = static_call(own_vfs_truncate)(path, length);
		veriexec_end_truncate(inode);
	}
	veriexec_leave(entered);
	return error;
}

/*
 * delete_module(2), of which each width has its own, and no security module is asked about it. To
 * remove a module that holds on to itself by force is to stop enforcing. Whoever does not try that
 * is not led here: he may be about to remove this code.
 */
static long hook_delete_module(const struct pt_regs *registers)
{
	veriexec_core_removal_refused();
	return -EPERM;
}

static bool is_forced(const struct pt_regs *registers)
{
	return veriexec_is_held() && (registers->si & O_TRUNC);
}

static bool is_forced_compat(const struct pt_regs *registers)
{
	return veriexec_is_held() && (registers->cx & O_TRUNC);
}

DEFINE_STATIC_CALL_NULL(own_security_sb_delete, security_sb_delete);
static void bind_security_sb_delete(void *function)
{
	static_call_update(own_security_sb_delete, (typeof(&security_sb_delete))function);
}

static void hook_security_sb_delete(struct super_block *sb)
{
	int entered = veriexec_enter();

	static_call(own_security_sb_delete)(sb);
	veriexec_mounts_gone(sb);
	veriexec_leave(entered);
}

/* The table */

#define LED(function) { .name = #function, .ours = hook_##function, .bind = bind_##function }

/* Those that are in a file of their own. */
#define PLACED(function, place)                                                                    \
	{ .name = function, .ours = veriexec_hook_##place, .bind = veriexec_bind_##place }

/* Those that are called most come first. */
const struct hook veriexec_hooks[] = {
	LED(security_file_open),
	LED(security_mmap_file),
	LED(security_file_ioctl),
	LED(security_file_mprotect),
	LED(security_bprm_check),
	LED(security_file_ioctl_compat),
	LED(security_inode_setattr),
	LED(vfs_truncate),
	LED(security_inode_create),
	LED(security_inode_mknod),
	LED(security_inode_unlink),
	LED(security_inode_rmdir),
	LED(security_inode_rename),
	PLACED(LOCK_MOUNT, lock_mount),
	PLACED("get_mountpoint", get_mountpoint),
	PLACED("do_move_mount", do_move_mount),
	LED(security_sb_pivotroot),
	LED(security_sb_umount),
	LED(security_sb_delete),
	LED(security_kernel_read_file),
	LED(security_kernel_load_data),
	LED(security_locked_down),
	LED(security_uring_cmd),
	PLACED("blkdev_open", blkdev_open),
	PLACED(BLKDEV_RELEASE, blkdev_release),
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
	PLACED("blkdev_get_by_dev", blkdev_get_by_dev),
	PLACED("blkdev_get_by_path", blkdev_get_by_path),
	PLACED("blkdev_put", blkdev_put),
#else
	PLACED("bdev_open", bdev_open),
#endif
	{ .name = "__x64_sys_delete_module", .ours = hook_delete_module, .applies = is_forced },
	{ .name = "__ia32_sys_delete_module", .ours = hook_delete_module,
	  .applies = is_forced_compat, .is_optional = true },
};

static_assert(ARRAY_SIZE(veriexec_hooks) <= VERIEXEC_MOST_HOOKS);

const size_t veriexec_hooks_size = ARRAY_SIZE(veriexec_hooks);

unsigned long veriexec_hook_places[ARRAY_SIZE(veriexec_hooks)];
