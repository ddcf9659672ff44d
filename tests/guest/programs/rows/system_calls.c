/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls about file systems, devices, and what the kernel takes in. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/kexec.h>
#include <linux/nvme_ioctl.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../guest/guest.h"
#include "rows.h"

/* File systems: the row's own is mounted on its directory. */

static int make_umount(struct row *row)
{
	return answer(umount(row->directory));
}

static int make_umount_detached(struct row *row)
{
	return answer(umount2(row->directory, MNT_DETACH));
}

static const char *place(const struct row *row)
{
	return in_directory(row, "place");
}

static void mount_other_before(struct row *row)
{
	/* What is below a shared mount cannot be moved. */
	if (mount("none", row->directory, NULL, MS_PRIVATE, NULL) ||
	    mount("moved", in_directory(row, "other"), "tmpfs", 0, NULL))
		die("mount");
}

static int make_mount(struct row *row)
{
	return answer(mount("over", place(row), "tmpfs", 0, NULL));
}

static int make_bind(struct row *row)
{
	return answer(mount(in_directory(row, "other"), place(row), NULL, MS_BIND, NULL));
}

static int make_bind_file(struct row *row)
{
	return answer(mount("/dev/null", row->file, NULL, MS_BIND, NULL));
}

static int make_move(struct row *row)
{
	return answer(mount(in_directory(row, "other"), place(row), NULL, MS_MOVE, NULL));
}

static int make_move_mount(struct row *row)
{
	int tree = open_tree(AT_FDCWD, in_directory(row, "other"), OPEN_TREE_CLONE), error;

	if (tree == -1)
		return errno;
	error = answer(move_mount(tree, "", AT_FDCWD, place(row), MOVE_MOUNT_F_EMPTY_PATH));
	close(tree);
	return error;
}

/* Devices */

static int open_device(const char *name, int mode)
{
	int device = open(name, mode | O_CLOEXEC);

	if (device == -1)
		return errno;
	close(device);
	return 0;
}

static int make_raw_read(struct row *row)
{
	return open_device("/dev/disk1p1", O_RDONLY);
}

static int make_raw_write(struct row *row)
{
	return open_device("/dev/disk1p1", O_WRONLY);
}

static int make_raw_write_disk(struct row *row)
{
	return open_device("/dev/disk1", O_RDWR);
}

static int make_raw_read_unlisted(struct row *row)
{
	return open_device("/dev/disk3", O_RDONLY);
}

static int make_raw_write_unlisted(struct row *row)
{
	return open_device("/dev/disk3", O_RDWR);
}

static int make_memory_read(struct row *row)
{
	return open_device("/dev/mem", O_RDONLY);
}

static int make_memory_write(struct row *row)
{
	return open_device("/dev/mem", O_RDWR);
}

/* Asks a device what it is, by a command that goes through to it. */
static int pass_through(const char *name, unsigned long request, void *command)
{
	int device = open(name, O_RDONLY | O_CLOEXEC), error;

	if (device == -1)
		die(name);
	error = answer(ioctl(device, request, command) < 0 ? -1 : 0);
	close(device);
	return error;
}

static int make_nvme(struct row *row)
{
	static char identity[4096] __attribute__((aligned(4096)));
	struct nvme_admin_cmd command = {
		.opcode = 6, .addr = (uintptr_t)identity, .data_len = sizeof(identity), .cdw10 = 1,
	};

	return pass_through("/dev/disk3", NVME_IOCTL_ADMIN_CMD, &command);
}

static int make_scsi(struct row *row)
{
	static unsigned char inquiry[] = { 0x12, 0, 0, 0, 96, 0 }, identity[96], sense[32];
	struct sg_io_hdr command = {
		.interface_id = 'S', .dxfer_direction = SG_DXFER_FROM_DEV, .cmd_len = 6,
		.mx_sb_len = sizeof(sense), .dxfer_len = sizeof(identity), .dxferp = identity,
		.cmdp = inquiry, .sbp = sense, .timeout = 5000,
	};

	return pass_through("/dev/sda", SG_IO, &command);
}

/* What the kernel takes in */

static void open_before(struct row *row)
{
	row->descriptor = open(row->file, O_RDONLY | O_CLOEXEC);
	if (row->descriptor == -1)
		die(row->file);
}

static int removed(int error)
{
	if (!error && syscall(SYS_delete_module, "probe", O_NONBLOCK))
		die("delete_module");
	return error;
}

static int make_finit_module(struct row *row)
{
	return removed(answer(syscall(SYS_finit_module, row->descriptor, "", 0)));
}

static int make_init_module(struct row *row)
{
	return removed(answer(syscall(SYS_init_module, module.bytes, module.size, "")));
}

static int make_kexec_file_load(struct row *row)
{
	return answer(syscall(SYS_kexec_file_load, row->descriptor, -1, 1, "",
			      KEXEC_FILE_NO_INITRAMFS));
}

static int make_kexec_load(struct row *row)
{
	return answer(syscall(SYS_kexec_load, 0, 0, NULL, 0));
}

/* The module asks for it, and its parameter returns what it got. Firmware is found by its name below
 * /lib/firmware, which leads to where the rows are. */
static int make_firmware(struct row *row)
{
	static int parameter = -1;
	const char *name = row->file + strlen("/t/");

	if (parameter == -1)
		parameter = open("/sys/module/requester/parameters/firmware", O_WRONLY | O_CLOEXEC);
	if (parameter == -1)
		die("requester");
	return answer(pwrite(parameter, name, strlen(name), 0) < 0 ? -1 : 0);
}

static const struct call calls[] = {
	{ "umount", NULL, make_umount },
	{ "umount-detached", NULL, make_umount_detached },
	{ "unmount-entries", NULL, make_umount },
	{ "unmount-empty", NULL, make_umount },
	{ "mount", NULL, make_mount },
	{ "bind", NULL, make_bind },
	{ "bind-file", NULL, make_bind_file },
	{ "move", mount_other_before, make_move },
	{ "move-mount", NULL, make_move_mount },
	{ "raw-read", NULL, make_raw_read },
	{ "raw-write", NULL, make_raw_write },
	{ "raw-write-disk", NULL, make_raw_write_disk },
	{ "raw-read-unlisted", NULL, make_raw_read_unlisted },
	{ "raw-write-unlisted", NULL, make_raw_write_unlisted },
	{ "memory-read", NULL, make_memory_read },
	{ "memory-write", NULL, make_memory_write },
	{ "nvme", NULL, make_nvme },
	{ "scsi", NULL, make_scsi },
	{ "finit-module", open_before, make_finit_module },
	{ "init-module", NULL, make_init_module },
	{ "kexec-file-load", open_before, make_kexec_file_load },
	{ "kexec-load", NULL, make_kexec_load },
	{ "firmware", NULL, make_firmware },
	{ NULL, NULL, NULL },
};

const struct call *system_call_named(const char *name)
{
	const struct call *call;

	for (call = calls; call->name; call++)
		if (!strcmp(call->name, name))
			return call;
	return NULL;
}
