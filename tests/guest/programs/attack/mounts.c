/* SPDX-License-Identifier: BSD-2-Clause */
/* Attacks by way of mounts, and of rights that a process has not. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

/* FROM TO TYPE FLAGS, as mount(2) has them. */
static void mount_with(char **arguments)
{
	must("mount", mount(arguments[0], arguments[1], arguments[2],
			    strtoul(arguments[3], NULL, 0), NULL));
}

/* FROM TO, by move_mount(2). */
static void move_mounted(char **arguments)
{
	must("move_mount", syscall(SYS_move_mount, AT_FDCWD, arguments[0], AT_FDCWD, arguments[1],
				   0));
}

/* FROM TO: a copy of what is mounted, that is nowhere yet, is put somewhere. */
static void put_copy(char **arguments)
{
	int tree = must("open_tree", syscall(SYS_open_tree, AT_FDCWD, arguments[0],
					     OPEN_TREE_CLONE | AT_RECURSIVE));

	must("move_mount", syscall(SYS_move_mount, tree, "", AT_FDCWD, arguments[1],
				   MOVE_MOUNT_F_EMPTY_PATH));
}

/* TO: a new file system, by fsopen(2) and its like. */
static void put_new(char **arguments)
{
	int context = must("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
	int tree;

	must("fsconfig", syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0));
	tree = must("fsmount", syscall(SYS_fsmount, context, 0, 0));
	must("move_mount", syscall(SYS_move_mount, tree, "", AT_FDCWD, arguments[0],
				   MOVE_MOUNT_F_EMPTY_PATH));
}

/* Among the mounts of a namespace of its own, which are the peers of everybody's. */
static void mount_beside(char **arguments)
{
	must("unshare", unshare(CLONE_NEWNS));
	must("mount", mount("none", arguments[0], "tmpfs", 0, NULL));
}

static void unmount_beside(char **arguments)
{
	must("unshare", unshare(CLONE_NEWNS));
	must("umount2", umount2(arguments[0], MNT_DETACH));
}

/* A namespace of its own, where what it does is nobody else's matter. */
static void mount_alone(char **arguments)
{
	must("unshare", unshare(CLONE_NEWNS));
	must("mount", mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	must("mount", mount("none", arguments[0], "tmpfs", 0, NULL));
}

static void unmount_lazily(char **arguments)
{
	must("umount2", umount2(arguments[0], MNT_DETACH));
}

/* ROOT DIRECTORY: from within a root of its own, where paths are others. */
static void mount_in_root(char **arguments)
{
	must("chroot", chroot(arguments[0]) | chdir("/"));
	must("mount", mount("none", arguments[1], "tmpfs", 0, NULL));
}

static void rename_it(char **arguments)
{
	must("rename", rename(arguments[0], arguments[1]));
}

static void exchange(char **arguments)
{
	must("renameat2", syscall(SYS_renameat2, AT_FDCWD, arguments[0], AT_FDCWD, arguments[1],
				  2 /* RENAME_EXCHANGE */));
}

/* FILE TEXT: writes it as uid 0, but without a capability. */
static void write_without_capabilities(char **arguments)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = {};
	int file;

	must("capset", syscall(SYS_capset, &header, none));
	file = must("open", open(arguments[0], O_WRONLY));
	must("write", write(file, arguments[1], strlen(arguments[1])));
}

static const struct attack attacks[] = {
	{ "mount", 4, mount_with },
	{ "move-mount", 2, move_mounted },
	{ "put-copy", 2, put_copy },
	{ "put-new", 1, put_new },
	{ "mount-beside", 1, mount_beside },
	{ "unmount-beside", 1, unmount_beside },
	{ "mount-alone", 1, mount_alone },
	{ "unmount-lazily", 1, unmount_lazily },
	{ "mount-in-root", 2, mount_in_root },
	{ "rename", 2, rename_it },
	{ "exchange", 2, exchange },
	{ "without-capabilities", 2, write_without_capabilities },
};

const struct attack *mount_attack(const char *name)
{
	FOUND(attacks, name);
}
