/* SPDX-License-Identifier: BSD-2-Clause */
/* What root in namespaces of its own does. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"
#include "worker.h"

#define ANSWER(call) ((call) == -1 ? errno : 0)

static int put(const char *name, const char *text)
{
	int file = open(name, O_WRONLY | O_CLOEXEC), error;

	if (file == -1)
		return errno;
	error = ANSWER(write(file, text, strlen(text)));
	close(file);
	return error;
}

static int become_root(void)
{
	char map[32];
	int user = getuid(), error;

	snprintf(map, sizeof(map), "0 %d 1", user);
	error = ANSWER(unshare(CLONE_NEWUSER | CLONE_NEWNS));
	if (!error)
		error = put("/proc/self/setgroups", "deny");
	if (!error)
		error = put("/proc/self/uid_map", map);
	if (!error)
		error = put("/proc/self/gid_map", map);
	return error;
}

/* In a process of its own, whose mounts end with it. */
static int apart(int (*work)(struct file *file), struct file *file)
{
	int status, error;
	pid_t child = fork();

	if (child == -1)
		return errno;
	if (!child) {
		/* It has none of what its parent has to come back to. */
		guard_end();
		error = become_root();
		_exit(error ? error : work(file));
	}
	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static int change(const char *name, const struct file *file)
{
	int descriptor = open(name, O_RDWR | O_CLOEXEC), error;
	char byte = chance(256);

	if (descriptor == -1)
		return errno;
	error = ANSWER(pwrite(descriptor, &byte, 1, chance(file->size)));
	close(descriptor);
	return error;
}

static int bind_and_write(struct file *file)
{
	if (mount("own", "/mnt", "tmpfs", 0, NULL))
		return errno;
	close(open("/mnt/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
	if (mount(name_of(file), "/mnt/file", NULL, MS_BIND, NULL))
		return errno;
	return change("/mnt/file", file);
}

/* What is there afterwards is not listed. */
static int run_if_changed(const char *name, const struct file *file)
{
	int status, error;

	if (!file->is_program)
		return 0;
	error = program_run(AT_FDCWD, name, 0, &status);
	if (!error && level >= 2 && status != file->status << 8)
		found_evil(NULL, USE_UNLISTED);
	return 0;
}

static int mount_over(struct file *file)
{
	char name[112];
	int descriptor;

	snprintf(name, sizeof(name), "%s/d", places[file->place].name);
	if (mount("own", name, "tmpfs", 0, NULL))
		return errno;
	snprintf(name, sizeof(name), "%s/d/program.0", places[file->place].name);
	descriptor = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	if (descriptor == -1 || write(descriptor, file->contents, file->size) == -1)
		return errno;
	close(descriptor);
	change(name, file);
	return run_if_changed(name, file);
}

static int overlay(const struct file *file, char *name, size_t size)
{
	const char *listed = name_of(file), *slash = strrchr(listed, '/');
	char options[256];

	if (mount("own", "/mnt", "tmpfs", 0, NULL))
		return errno;
	if (mkdir("/mnt/upper", 0755) || mkdir("/mnt/work", 0755) || mkdir("/mnt/merged", 0755))
		return errno;
	snprintf(options, sizeof(options),
		 "lowerdir=%.*s,upperdir=/mnt/upper,workdir=/mnt/work,userxattr",
		 (int)(slash - listed), listed);
	snprintf(name, size, "/mnt/merged%s", slash);
	return ANSWER(mount("overlay", "/mnt/merged", "overlay", 0, options));
}

/* It is the copy that is written. */
static int overlay_and_write(struct file *file)
{
	char name[112];
	int error = overlay(file, name, sizeof(name));

	if (!error)
		error = change(name, file);
	if (!error)
		error = run_if_changed(name, file);
	return error;
}

/* First a copy that is the same. */
static int overlay_and_copy(struct file *file)
{
	char name[112];
	int error = overlay(file, name, sizeof(name));

	if (!error)
		error = ANSWER(chmod(name, 0755));
	if (!error)
		error = change(name, file);
	if (!error)
		error = run_if_changed(name, file);
	return error;
}

static int space_bind(struct file *file)
{
	return apart(bind_and_write, file);
}

static int space_over(struct file *file)
{
	return apart(mount_over, file);
}

static int space_overlay(struct file *file)
{
	return apart(overlay_and_write, file);
}

static int space_copy(struct file *file)
{
	return apart(overlay_and_copy, file);
}

const struct kind space_kinds[] = {
	KIND("space-bind", "space", space_bind, .is_final = true),
	KIND("space-over", "space", space_over),
	KIND("space-overlay", "space", space_overlay),
	KIND("space-copy", "space", space_copy),
	{ 0 },
};
