// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The module: /dev/veriexec, and the lock of the tables.
 */
#include "veriexec.h"

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>

#include "checks/passed.h"
#include "checks/ways.h"
#include "devices/writers.h"

/* An ioctl(2) in progress. */
struct veriexec_caller {
	void __user *arg;
	bool wide;
	/* The file system that gets a table. */
	struct veriexec_pin *pin;
};

/* struct plistref of prop/plistref.h, in either width. */
struct plistref {
	u64 plist;
	u64 len;
};

struct plistref32 {
	u32 plist;
	u32 len;
};

/* The lock of the tables */

static DECLARE_RWSEM(tables);

/* Nothing that the tables and settings are looked at for is the same at two counts: checks/passed.c. */
u64 veriexec_changes = 1;

/*
 * Whoever frees inodes to give the one who holds the lock memory may have to ask about a file
 * system that goes: that would be the same lock.
 */
u32 veriexec_shim_lock(void)
{
	down_write(&tables);
	/* Before anything changes: whatever comes of a change comes after that. */
	smp_store_mb(veriexec_changes, veriexec_changes + 1);
	return memalloc_nofs_save();
}

void veriexec_shim_unlock(u32 state)
{
	memalloc_nofs_restore(state);
	up_write(&tables);
}

u32 veriexec_shim_share(void)
{
	down_read(&tables);
	return memalloc_nofs_save();
}

void veriexec_shim_unshare(u32 state)
{
	memalloc_nofs_restore(state);
	up_read(&tables);
}

/* The caller's memory */

int veriexec_shim_plistref(const struct veriexec_caller *caller, u64 *plist, u64 *len)
{
	struct plistref ref;
	struct plistref32 ref32;

	if (caller->wide) {
		if (copy_from_user(&ref, caller->arg, sizeof(ref)))
			return -EFAULT;
	} else {
		if (copy_from_user(&ref32, caller->arg, sizeof(ref32)))
			return -EFAULT;
		ref.plist = ref32.plist;
		ref.len = ref32.len;
	}
	*plist = ref.plist;
	*len = ref.len;
	return 0;
}

int veriexec_shim_copy_in(const struct veriexec_caller *caller, u64 from, u8 *to, size_t len)
{
	return copy_from_user(to, u64_to_user_ptr(from), len) ? -EFAULT : 0;
}

static int put_plistref(const struct veriexec_caller *caller, unsigned long plist, size_t len)
{
	struct plistref ref = { .plist = plist, .len = len };
	struct plistref32 ref32 = { .plist = plist, .len = len };
	unsigned long left;

	if (caller->wide)
		left = copy_to_user(caller->arg, &ref, sizeof(ref));
	else if (ref32.plist != plist || ref32.len != len)
		return -EOVERFLOW;
	else
		left = copy_to_user(caller->arg, &ref32, sizeof(ref32));
	return left ? -EFAULT : 0;
}

int veriexec_shim_reply(const struct veriexec_caller *caller, const u8 *text, size_t len)
{
	unsigned long plist;
	int error;

	plist = MAY_FAIL(vm_mmap(NULL, 0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				 0),
			 -ENOMEM);
	if (IS_ERR_VALUE(plist))
		return plist;
	if (copy_to_user((void __user *)plist, text, len))
		error = -EFAULT;
	else
		error = put_plistref(caller, plist, len);
	if (error)
		vm_munmap(plist, len);
	return error;
}

int veriexec_shim_pin(const struct veriexec_caller *caller, const u8 *name, size_t len,
		      struct veriexec_located *located, bool *is_remote)
{
	int error = veriexec_pin(caller->pin, name, len, located);

	if (error)
		return error;
	*is_remote = veriexec_is_remote(caller->pin->inode->i_sb);
	return veriexec_ways_add(&caller->pin->path, caller->pin->mount);
}

/* The device */

/* Whether somebody has the device open for writing. */
static unsigned long has_writer;

static int veriexec_open(struct inode *inode, struct file *file)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if ((file->f_mode & FMODE_WRITE) && test_and_set_bit(0, &has_writer))
		return -EBUSY;
	return nonseekable_open(inode, file);
}

static int veriexec_release(struct inode *inode, struct file *file)
{
	if (file->f_mode & FMODE_WRITE)
		clear_bit(0, &has_writer);
	return 0;
}

static long request(struct file *file, unsigned int number, void __user *arg, bool wide)
{
	struct veriexec_pin pin = {};
	const struct veriexec_caller caller = { .arg = arg, .wide = wide, .pin = &pin };
	int error = veriexec_core_request(&caller, number, file->f_mode & FMODE_READ,
					  file->f_mode & FMODE_WRITE, wide);

	/* It may have been moved before it was listed: whoever moves it now is asked about. */
	if (!error && pin.is_set)
		error = veriexec_ways_add(&pin.path, pin.mount);
	veriexec_mount_unpin(&pin);
	veriexec_mounts_sync();
	return error;
}

static long veriexec_ioctl(struct file *file, unsigned int number, unsigned long arg)
{
	return request(file, number, (void __user *)arg, true);
}

#ifdef CONFIG_COMPAT
static long veriexec_compat_ioctl(struct file *file, unsigned int number, unsigned long arg)
{
	return request(file, number, compat_ptr(arg), false);
}
#endif

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = veriexec_open,
	.release = veriexec_release,
	.unlocked_ioctl = veriexec_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = veriexec_compat_ioctl,
#endif
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "veriexec",
	.fops = &operations,
	.mode = 0600,
};

/* At the time of ioctl(2), /dev/veriexec itself, whatever name it has. */
bool veriexec_is_own_device(const struct file *file)
{
	return file->f_op == &operations;
}

static int __init veriexec_load(void)
{
	int error = veriexec_files_init();

	if (error)
		return error;
	error = veriexec_reports_init();
	if (error)
		goto no_reports;
	error = veriexec_held_init();
	if (error)
		goto no_held;
	error = veriexec_passed_init();
	if (error)
		goto no_passed;
	error = veriexec_settings_init();
	if (error)
		goto no_settings;
	error = veriexec_hooks_init();
	if (error)
		goto no_hooks;
	error = veriexec_late_init();
	if (error)
		goto no_late;
	error = MAY_FAIL(misc_register(&device), -ENOMEM);
	if (error)
		goto no_device;
	return 0;

no_device:
	veriexec_late_exit();
no_late:
	veriexec_hooks_exit();
	veriexec_raw_writers_exit();
no_hooks:
	veriexec_settings_exit();
no_settings:
	veriexec_passed_exit();
no_passed:
	veriexec_held_exit();
no_held:
	veriexec_reports_exit();
no_reports:
	veriexec_files_exit();
	return error;
}

/* Above level 0 the module holds on to itself. */
static void __exit veriexec_unload(void)
{
	misc_deregister(&device);
	/* While it can still be told that a file system goes, nothing may be held any more. */
	veriexec_core_unload();
	veriexec_held_wait();
	veriexec_late_exit();
	veriexec_ways_exit();
	veriexec_hooks_exit();
	/* Once more: somebody may have been on its way. */
	veriexec_ways_exit();
	veriexec_core_unload();
	veriexec_raw_writers_exit();
	veriexec_mounts_exit();
	veriexec_held_exit();
	veriexec_passed_exit();
	veriexec_settings_exit();
	veriexec_reports_exit();
	veriexec_files_exit();
	pr_info("Veriexec: unloaded, %ld allocations left.\n", veriexec_allocations());
}

module_init(veriexec_load);
module_exit(veriexec_unload);

MODULE_DESCRIPTION("Veriexec: verified execution");
MODULE_AUTHOR("The Veriexec for Rust authors");
MODULE_LICENSE("Dual BSD/GPL");
