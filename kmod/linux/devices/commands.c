// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What commands, of ioctl(2), do to a device. Those are listed that are known to leave alone what is
 * on a disk, and those that are known to change one disk alone; of all others nobody knows.
 */
#include "commands.h"

#include <linux/blkdev.h>
#include <linux/blkpg.h>
#include <linux/blktrace_api.h>
#include <linux/blkzoned.h>
#include <linux/cdrom.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/hdreg.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nbd.h>
#include <linux/nvme_ioctl.h>
#include <linux/pr.h>
#include <linux/raid/md_u.h>
#include <linux/string.h>
#include <linux/termios.h>
#include <scsi/scsi.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>

static bool contains(const unsigned int *list, size_t count, unsigned int command)
{
	while (count)
		if (list[--count] == command)
			return true;
	return false;
}

#define CONTAINS(list, command) contains(list, ARRAY_SIZE(list), command)

/* Of the open file, whatever it is of, and what a C library asks each of them. */
static const unsigned int of_all[] = {
	FIOCLEX, FIONCLEX, FIONBIO, FIOASYNC, FIONREAD, FIOQSIZE, FIGETBSZ, FS_IOC_FIEMAP,
	TCGETS, TCGETS2, TIOCGWINSZ, TIOCGPGRP,
};

/* Of disks: what they are, and how they are read. */
static const unsigned int asking[] = {
	BLKROGET, BLKGETSIZE, BLKGETSIZE64, BLKFLSBUF, BLKRASET, BLKRAGET, BLKFRASET, BLKFRAGET,
	BLKSECTGET, BLKSSZGET, BLKBSZGET, BLKBSZSET, BLKIOMIN, BLKIOOPT, BLKALIGNOFF, BLKPBSZGET,
	BLKDISCARDZEROES, BLKROTATIONAL, BLKGETDISKSEQ,
	BLKREPORTZONE, BLKGETZONESZ, BLKGETNRZONES,
	BLKTRACESETUP, BLKTRACESTART, BLKTRACESTOP, BLKTRACETEARDOWN,
	/* As programs of 32 bits say BLKBSZGET, BLKBSZSET and BLKGETSIZE64. */
	_IOR(0x12, 112, int), _IOW(0x12, 113, int), _IOR(0x12, 114, int),
	HDIO_GETGEO, HDIO_GET_UNMASKINTR, HDIO_GET_MULTCOUNT, HDIO_GET_QDMA,
	HDIO_OBSOLETE_IDENTITY, HDIO_GET_KEEPSETTINGS, HDIO_GET_32BIT, HDIO_GET_NOWERR,
	HDIO_GET_DMA, HDIO_GET_NICE, HDIO_GET_IDENTITY, HDIO_GET_WCACHE, HDIO_GET_ACOUSTIC,
	HDIO_GET_ADDRESS, HDIO_GET_BUSSTATE,
	CDROMREADTOCHDR, CDROMREADTOCENTRY, CDROMSUBCHNL, CDROMMULTISESSION, CDROM_GET_MCN,
	CDROM_SELECT_SPEED, CDROM_MEDIA_CHANGED, CDROM_DRIVE_STATUS, CDROM_DISC_STATUS,
	CDROM_CHANGER_NSLOTS, CDROM_GET_CAPABILITY, CDROM_LAST_WRITTEN,
	CDROM_TIMED_MEDIA_CHANGE, DVD_READ_STRUCT, DVD_AUTH,
	LOOP_GET_STATUS, LOOP_GET_STATUS64,
	RAID_VERSION, GET_ARRAY_INFO, GET_DISK_INFO, GET_BITMAP_FILE,
};

/* What is asked of a drive's controller, be it by its disk or by a character device of its own. */
static const unsigned int asking_controllers[] = {
	SCSI_IOCTL_GET_IDLUN, SCSI_IOCTL_GET_BUS_NUMBER, SCSI_IOCTL_PROBE_HOST, SCSI_IOCTL_GET_PCI,
	SG_GET_VERSION_NUM, SG_GET_TIMEOUT, SG_SET_TIMEOUT, SG_EMULATED_HOST, SG_GET_SCSI_ID,
	SG_GET_RESERVED_SIZE, SG_SET_RESERVED_SIZE, SG_GET_SG_TABLESIZE, SG_GET_NUM_WAITING,
	NVME_IOCTL_ID, NVME_IOCTL_RESCAN,
};

bool veriexec_is_of_every_file(unsigned int command)
{
	return CONTAINS(of_all, command);
}

static bool is_question(unsigned int command)
{
	return veriexec_is_of_every_file(command) || CONTAINS(asking_controllers, command);
}

/* What changes what is on the disk that is asked, or what that disk is, and no other. */
static const unsigned int changing[] = {
	BLKROSET, BLKRRPART, BLKPG, BLKDISCARD, BLKSECDISCARD, BLKZEROOUT,
	BLKRESETZONE, BLKOPENZONE, BLKCLOSEZONE, BLKFINISHZONE,
	IOC_PR_REGISTER, IOC_PR_RESERVE, IOC_PR_RELEASE, IOC_PR_PREEMPT, IOC_PR_PREEMPT_ABORT,
	IOC_PR_CLEAR,
	CDROMEJECT, CDROMEJECT_SW, CDROMCLOSETRAY, CDROM_LOCKDOOR, CDROM_SELECT_DISC,
	CDROM_SET_OPTIONS, CDROM_CLEAR_OPTIONS, CDROMRESET,
	LOOP_SET_FD, LOOP_CLR_FD, LOOP_SET_STATUS, LOOP_SET_STATUS64, LOOP_CHANGE_FD,
	LOOP_SET_CAPACITY, LOOP_SET_DIRECT_IO, LOOP_SET_BLOCK_SIZE, LOOP_CONFIGURE,
	NBD_SET_SOCK, NBD_SET_BLKSIZE, NBD_SET_SIZE, NBD_DO_IT, NBD_CLEAR_SOCK, NBD_CLEAR_QUE,
	NBD_PRINT_DEBUG, NBD_SET_SIZE_BLOCKS, NBD_DISCONNECT, NBD_SET_TIMEOUT, NBD_SET_FLAGS,
	RAID_AUTORUN, CLEAR_ARRAY, ADD_NEW_DISK, HOT_REMOVE_DISK, SET_ARRAY_INFO, SET_DISK_INFO,
	WRITE_RAID_INFO, UNPROTECT_ARRAY, PROTECT_ARRAY, HOT_ADD_DISK, SET_DISK_FAULTY,
	SET_BITMAP_FILE, RUN_ARRAY, STOP_ARRAY, STOP_ARRAY_RO, RESTART_ARRAY_RW,
};

enum veriexec_command veriexec_disk_command(unsigned int command)
{
	if (is_question(command) || CONTAINS(asking, command))
		return VERIEXEC_HARMLESS;
	return CONTAINS(changing, command) ? VERIEXEC_CHANGES_DISK : VERIEXEC_UNKNOWN;
}

/* Character devices by their major numbers, of which none leads to a disk. */
static const unsigned int harmless_majors[] = {
	/* Of mem(4), those that are the memory are asked about when they are opened. */
	MEM_MAJOR, TTY_MAJOR, TTYAUX_MAJOR, LP_MAJOR, VCS_MAJOR, INPUT_MAJOR, SOUND_MAJOR, FB_MAJOR,
	/* Video, I2C, parallel ports, PPP and sound. */
	81, 89, PP_MAJOR, 108, 116,
	USB_ACM_MAJOR, USB_ACM_AUX_MAJOR, USB_CHAR_MAJOR,
	/* USB serial lines, and USB itself: a disk that is taken from its driver is gone. */
	188, 189,
	CPUID_MAJOR,
	/* Serial lines, graphics, and consoles of hypervisors. */
	204, 226, 229,
};

/* Among those of the major number 10. */
static const unsigned int harmless_minors[] = {
	WATCHDOG_MINOR, TEMP_MINOR, RTC_MINOR, HWRNG_MINOR, TUN_MINOR, CUSE_MINOR, UINPUT_MINOR,
	/* A TPM */
	224,
	MISC_MCELOG_MINOR, HPET_MINOR, FUSE_MINOR, KVM_MINOR, BTRFS_MINOR, AUTOFS_MINOR,
	MAPPER_CTRL_MINOR, LOOP_CTRL_MINOR, VHOST_NET_MINOR, UHID_MINOR, USERIO_MINOR,
	VHOST_VSOCK_MINOR, RFKILL_MINOR,
};

static bool is_pseudo_terminal(unsigned int major)
{
	return major >= UNIX98_PTY_MASTER_MAJOR &&
	       major < UNIX98_PTY_SLAVE_MAJOR + UNIX98_PTY_MAJOR_COUNT;
}

static bool is_harmless_device(dev_t device)
{
	if (MAJOR(device) == MISC_MAJOR)
		return CONTAINS(harmless_minors, MINOR(device));
	return is_pseudo_terminal(MAJOR(device)) || CONTAINS(harmless_majors, MAJOR(device));
}

/*
 * Whose number says nothing: it had none of its own, and got one that was free. Nothing but a command
 * leads from such a device to a disk.
 */
static bool is_numbered_late(dev_t device)
{
	unsigned int major = MAJOR(device);

	if (major == MISC_MAJOR)
		return MINOR(device) < 128 || MINOR(device) > MISC_DYNAMIC_MINOR;
	return (major >= 234 && major <= 254) || (major >= 384 && major <= 511);
}

bool veriexec_may_write_device(dev_t device)
{
	return is_harmless_device(device) || is_numbered_late(device);
}

/*
 * The modules of devices that are numbered late and are mapped to be used: of graphics and of other
 * processors, which reach memory that they are given.
 */
static const char *const mapped[] = { "amdgpu", "habanalabs", "idxd", "uacce", "vhost_vdpa" };

bool veriexec_may_map_device(dev_t device, struct module *owner)
{
	size_t index;

	if (is_harmless_device(device))
		return true;
	if (!is_numbered_late(device))
		return false;
	if (MAJOR(device) == MISC_MAJOR)
		return true;
	for (index = 0; owner && index < ARRAY_SIZE(mapped); index++)
		if (!strcmp(module_name(owner), mapped[index]))
			return true;
	return false;
}

/*
 * What commands of devices that are numbered late begin with, in linux/ioctl.h's words their type:
 * clocks, watchdogs, pins, human interfaces, faults of user memory, management controllers, virtio's
 * host, buffers, and media.
 */
static const unsigned int harmless_types[] = {
	'p', '=', 'W', 0xb4, 'H', 0xaa, 'i', 0xaf, 'b', '|', 'a',
};

enum veriexec_command veriexec_character_command(dev_t device, unsigned int command)
{
	if (is_harmless_device(device) || is_question(command))
		return VERIEXEC_HARMLESS;
	if (is_numbered_late(device) && CONTAINS(harmless_types, _IOC_TYPE(command)))
		return VERIEXEC_HARMLESS;
	return VERIEXEC_UNKNOWN;
}
