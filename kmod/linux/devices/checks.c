// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Ways to a disk, or to the kernel's memory, that lead past the files.
 */
#include "../checks.h"

#include <linux/blkdev.h>
#include <linux/cdev.h>
#include <linux/major.h>
#include <linux/preempt.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#include <linux/io_uring/cmd.h>
#else
#include <linux/io_uring.h>
#endif

#include "commands.h"
#include "../veriexec.h"
#include "parts.h"
#include "writers.h"

static int check_past_files(enum veriexec_action action, const struct path *path)
{
	const struct veriexec_operation operation = { .action = action, .path = path };

	return veriexec_core_check(&operation);
}

/* For each file system with a table that is on it, or may be. */
static int check_each(struct veriexec_operation *operation, dev_t device, bool is_claimed)
{
	u64 mount = 0;
	int error = 0;

	if (!veriexec_next_mount_on(device, is_claimed, &mount))
		return veriexec_core_check(operation);
	operation->mount = &mount;
	do
		error = veriexec_core_check(operation);
	while (!error && veriexec_next_mount_on(device, is_claimed, &mount));
	return error;
}

static int check_raw_write(const struct file *file, bool is_claimed)
{
	struct veriexec_operation operation = {
		.action = VERIEXEC_RAW_WRITE,
		.path = &file->f_path,
	};

	return check_each(&operation, file_inode(file)->i_rdev, is_claimed);
}

/* What may change any disk, and nobody sees which. */
static int check_pass_through(const struct file *file)
{
	int error = check_past_files(VERIEXEC_PASS_THROUGH, &file->f_path);

	if (!error)
		veriexec_disks_change();
	return error;
}

/* mem, kmem and port of mem(4), and what msr(4) has. */
static bool is_memory(const struct inode *inode)
{
	return imajor(inode) == MSR_MAJOR ||
	       (imajor(inode) == MEM_MAJOR &&
		(iminor(inode) == 1 || iminor(inode) == 2 || iminor(inode) == 4));
}

/* Whether the device with a number is a part of something. One that is not there yet is none. */
static bool is_claimed_now(dev_t number)
{
	struct block_device *device = veriexec_find_device(number);
	bool is_claimed = device && veriexec_is_claimed(device, NULL);

	veriexec_put_device(device);
	return is_claimed;
}

int veriexec_check_device(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	if (!(file->f_mode & FMODE_WRITE))
		return 0;
	if (S_ISBLK(inode->i_mode))
		return check_raw_write(file, is_claimed_now(inode->i_rdev));
	if (is_memory(inode))
		return check_past_files(VERIEXEC_MEMORY_WRITE, &file->f_path);
	if (veriexec_may_write_device(inode->i_rdev))
		return 0;
	return check_pass_through(file);
}

/* A mapping that is shared may be made one to write to, if the device was opened for that. */
int veriexec_check_device_map(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	const struct cdev *device = inode->i_cdev;

	if (veriexec_may_map_device(inode->i_rdev, device ? device->owner : NULL))
		return 0;
	return check_pass_through(file);
}

/* Commands */

/* What it may do to a disk is done to the disk's contents, without a writer that could be seen. */
static int check_change(const struct file *file)
{
	bool is_claimed = veriexec_is_claimed(I_BDEV(file->f_mapping->host), file);
	int error = check_raw_write(file, is_claimed);

	return error ? error : veriexec_device_changes(file_inode(file)->i_rdev, is_claimed);
}

/* A disk that nobody has opened by a name is asked about by the kernel's. */
static int check_by_name(const struct block_device *device, bool is_claimed)
{
	char name[sizeof("/dev/") + DISK_NAME_LEN + sizeof("p255")];
	struct veriexec_operation operation = { .action = VERIEXEC_RAW_WRITE };

	operation.name_len = scnprintf(name, sizeof(name), "/dev/%pg", device);
	operation.name = (const u8 *)name;
	return check_each(&operation, device->bd_dev, is_claimed);
}

/* A disk is about to be made of something else. What is on others that are made of it is not asked. */
int veriexec_check_disk_change(const struct gendisk *disk)
{
	return check_by_name(disk->part0, false);
}

/* Whether it is claimed by whom it is claimed by already, for the file system that is on it. */
static bool is_own_file_system(const struct block_device *device, const void *claim)
{
	if (!claim || READ_ONCE(device->bd_holder) != claim)
		return false;
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
	return READ_ONCE(device->bd_super);
#else
	return READ_ONCE(device->bd_holder_ops) == &fs_holder_ops;
#endif
}

/*
 * The kernel is about to open a disk for write. Who claims one that nobody uses writes to what is in
 * use by nobody else; but the device mapper shares its claim with all disks that it makes.
 */
int veriexec_check_kernel_open(struct block_device *device, const void *claim)
{
	bool is_claimed = veriexec_is_claimed(device, NULL);
	u64 mount = 0;

	if (is_own_file_system(device, claim) ||
	    !veriexec_next_mount_on(device->bd_dev, is_claimed, &mount))
		return 0;
	return check_by_name(device, is_claimed);
}

/* It is made of something else, or will be in a moment. */
int veriexec_disk_changes(const struct gendisk *disk)
{
	bool is_claimed = veriexec_is_claimed(disk->part0, NULL);
	int error = veriexec_device_changes(disk->part0->bd_dev, is_claimed);

	if (!error)
		veriexec_mounts_purge(disk->part0->bd_dev, is_claimed);
	return error;
}

int veriexec_check_command(const struct file *file, unsigned int command)
{
	const struct inode *inode = file_inode(file);
	enum veriexec_command does;

	if (veriexec_is_own_device(file))
		return 0;
	if (S_ISBLK(inode->i_mode))
		does = veriexec_disk_command(command);
	else
		does = veriexec_character_command(inode->i_rdev, command);
	switch (does) {
	case VERIEXEC_HARMLESS:
		return 0;
	case VERIEXEC_CHANGES_DISK:
		return check_change(file);
	case VERIEXEC_UNKNOWN:
	default:
		return check_pass_through(file);
	}
}

/* What a ring of io_uring(7) is told to have a file do: what each means is the file's own affair. */
int veriexec_check_ring_command(const struct io_uring_cmd *command)
{
	const struct inode *inode = file_inode(command->file);

	if (S_ISSOCK(inode->i_mode))
		return 0;
	if (S_ISCHR(inode->i_mode) && imajor(inode) == MEM_MAJOR)
		return 0;
	return check_pass_through(command->file);
}

/* Lockdown */

/* What lockdown of kernel_lockdown(7) keeps a kernel's integrity from, as reports name it. */
static const char *const locked_down[] = {
	[LOCKDOWN_DEV_MEM] = "physical memory",
	[LOCKDOWN_EFI_TEST] = "EFI test device",
	[LOCKDOWN_KEXEC] = "kexec of an unsigned kernel",
	[LOCKDOWN_HIBERNATION] = "hibernation",
	[LOCKDOWN_PCI_ACCESS] = "PCI device",
	[LOCKDOWN_IOPORT] = "I/O ports",
	[LOCKDOWN_MSR] = "model-specific registers",
	[LOCKDOWN_ACPI_TABLES] = "ACPI tables",
	[LOCKDOWN_DEVICE_TREE] = "device tree",
	[LOCKDOWN_PCMCIA_CIS] = "PCMCIA card information",
	[LOCKDOWN_TIOCSSERIAL] = "serial port's addresses",
	[LOCKDOWN_MODULE_PARAMETERS] = "hardware parameter of a module",
	[LOCKDOWN_MMIOTRACE] = "trace of device memory",
	[LOCKDOWN_DEBUGFS] = "debugfs",
	[LOCKDOWN_XMON_WR] = "kernel monitor",
	[LOCKDOWN_BPF_WRITE_USER] = "BPF that writes a process's memory",
	[LOCKDOWN_DBG_WRITE_KERNEL] = "kernel debugger",
	[LOCKDOWN_RTAS_ERROR_INJECTION] = "error injection by firmware",
	[LOCKDOWN_XEN_USER_ACTIONS] = "hypervisor Xen",
};

int veriexec_check_lockdown(enum lockdown_reason reason)
{
	struct veriexec_operation operation = { .action = VERIEXEC_MEMORY_WRITE };
	const char *name = NULL;

	/* Modules are judged by what is in them, signed or not. What is only read changes nothing. */
	if (reason <= LOCKDOWN_MODULE_SIGNATURE || reason >= LOCKDOWN_INTEGRITY_MAX)
		return 0;
	/* The kernel's debugger asks where nothing can be waited for, so not at which level this is. */
	if (in_nmi() || irqs_disabled())
		return veriexec_is_held() ? -EPERM : 0;
	if (reason < ARRAY_SIZE(locked_down))
		name = locked_down[reason];
	if (!name)
		name = "kernel";
	operation.name = (const u8 *)name;
	operation.name_len = strlen(name);
	return veriexec_core_check(&operation);
}
