/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls about a file and its names. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../guest/guest.h"
#include "rows.h"

/* Execution. What the child cannot do it tells by a shared variable: vfork(2). */

static int wait_for(pid_t child, const volatile int *error)
{
	int status;

	if (child == -1 || waitpid(child, &status, 0) == -1)
		die("vfork");
	if (*error)
		return *error;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : ECANCELED;
}

static int execute(const char *file)
{
	char *const arguments[] = { (char *)file, NULL };
	char *const environment[] = { NULL };
	volatile int error = 0;
	pid_t child = vfork();

	if (child == 0) {
		execve(file, arguments, environment);
		error = errno;
		_exit(1);
	}
	return wait_for(child, &error);
}

static int make_execve(struct row *row)
{
	return execute(row->file);
}

static int make_execveat(struct row *row)
{
	char *const arguments[] = { row->file, NULL };
	char *const environment[] = { NULL };
	int descriptor = open(row->file, O_PATH | O_CLOEXEC);
	volatile int error = 0;
	pid_t child;

	if (descriptor == -1)
		return errno;
	child = vfork();
	if (child == 0) {
		syscall(SYS_execveat, descriptor, "", arguments, environment, AT_EMPTY_PATH);
		error = errno;
		_exit(1);
	}
	close(descriptor);
	return wait_for(child, &error);
}

/* A script that the file runs. */
static void prepare_script(struct row *row)
{
	char text[512];
	int len = snprintf(text, sizeof(text), "#!%s\n", row->file);

	make_file(in_directory(row, "script"), text, len);
}

static int make_script(struct row *row)
{
	return execute(in_directory(row, "script"));
}

/* Mapping */

static void open_before(struct row *row)
{
	row->descriptor = open(row->file, O_RDONLY | O_CLOEXEC);
	if (row->descriptor == -1)
		die(row->file);
}

static int make_map(struct row *row, int protection, int flags)
{
	void *mapping = mmap(NULL, 4096, protection, flags, row->descriptor, 0);

	if (mapping == MAP_FAILED)
		return errno;
	munmap(mapping, 4096);
	return 0;
}

static int make_mmap(struct row *row)
{
	return make_map(row, PROT_READ | PROT_EXEC, MAP_PRIVATE);
}

static int make_mmap_data(struct row *row)
{
	return make_map(row, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

static void open_to_write_before(struct row *row)
{
	row->descriptor = open(row->file, O_WRONLY | O_CLOEXEC);
	if (row->descriptor == -1)
		die(row->file);
}

static void map_before(struct row *row)
{
	open_before(row);
	row->mapping = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, row->descriptor, 0);
	if (row->mapping == MAP_FAILED)
		die("mmap");
}

static void map_nothing_before(struct row *row)
{
	row->mapping = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (row->mapping == MAP_FAILED)
		die("mmap");
}

static int make_mprotect(struct row *row)
{
	return answer(mprotect(row->mapping, 4096, PROT_READ | PROT_EXEC));
}

static int make_mmap_zero(struct row *row)
{
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	void *mapping = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, zero, 0);
	int error = mapping == MAP_FAILED ? errno : 0;

	close(zero);
	return error;
}

/* Opening */

static int open_once(const char *file, int flags)
{
	int descriptor = open(file, flags | O_CLOEXEC, 0755);

	if (descriptor == -1)
		return errno;
	close(descriptor);
	return 0;
}

static int make_open_read(struct row *row)
{
	return open_once(row->file, O_RDONLY);
}

static int make_open_write(struct row *row)
{
	return open_once(row->file, O_WRONLY);
}

static int make_open_both(struct row *row)
{
	return open_once(row->file, O_RDWR);
}

static int make_open_append(struct row *row)
{
	return open_once(row->file, O_WRONLY | O_APPEND | O_CREAT);
}

static int make_open_trunc(struct row *row)
{
	return open_once(row->file, O_RDONLY | O_TRUNC);
}

static int make_truncate(struct row *row)
{
	return answer(truncate(row->file, 0));
}

static int make_ftruncate(struct row *row)
{
	return answer(ftruncate(row->descriptor, 0));
}

static int make_open_directory(struct row *row)
{
	return open_once(row->directory, O_RDONLY | O_DIRECTORY);
}

static int make_open_device(struct row *row)
{
	return open_once("/dev/null", O_RDWR);
}

static int make_open_sysctl(struct row *row)
{
	return open_once("/proc/sys/kernel/panic", O_RDWR);
}

/* Making */

static int make_creat(struct row *row)
{
	return open_once(in_directory(row, "new"), O_WRONLY | O_CREAT | O_EXCL);
}

static int make_mknod_regular(struct row *row)
{
	return answer(mknod(in_directory(row, "new"), S_IFREG | 0644, 0));
}

static int make_mknod_pipe(struct row *row)
{
	return answer(mknod(in_directory(row, "new"), S_IFIFO | 0644, 0));
}

static int make_mkdir(struct row *row)
{
	return answer(mkdir(in_directory(row, "new"), 0755));
}

static int make_symlink(struct row *row)
{
	return answer(symlink("f", in_directory(row, "new")));
}

/* Names */

static void link_before(struct row *row)
{
	if (link(row->file, row->second))
		die("link");
}

static void make_other_before(struct row *row)
{
	make_file(in_directory(row, "new"), program.bytes, program.size);
}

static void make_both_before(struct row *row)
{
	link_before(row);
	make_other_before(row);
}

static void make_directory_before(struct row *row)
{
	if (mkdir(in_directory(row, "sub"), 0755))
		die("mkdir");
}

static void make_pipe_before(struct row *row)
{
	if (mknod(in_directory(row, "pipe"), S_IFIFO | 0644, 0))
		die("mknod");
}

static int make_unlink(struct row *row)
{
	return answer(unlink(row->file));
}

static int make_unlink_pipe(struct row *row)
{
	return answer(unlink(in_directory(row, "pipe")));
}

static int make_rmdir(struct row *row)
{
	return answer(rmdir(in_directory(row, "sub")));
}

static int make_rename_away(struct row *row)
{
	return answer(rename(row->file, row->second));
}

static int make_rename_over(struct row *row)
{
	return answer(rename(in_directory(row, "new"), row->file));
}

static int make_rename_pipe(struct row *row)
{
	return answer(rename(in_directory(row, "pipe"), row->second));
}

static int make_exchange(struct row *row)
{
	return answer(renameat2(AT_FDCWD, row->file, AT_FDCWD, row->second, RENAME_EXCHANGE));
}

static void make_second_before(struct row *row)
{
	make_file(row->second, program.bytes, program.size);
}

static int make_link(struct row *row)
{
	return answer(link(row->file, row->second));
}

static int make_chmod(struct row *row)
{
	return answer(chmod(row->file, 0700));
}

static int make_chown(struct row *row)
{
	return answer(chown(row->file, 1, 1));
}

static int make_utimes(struct row *row)
{
	return answer(utimensat(AT_FDCWD, row->file, NULL, 0));
}

static const struct call calls[] = {
	{ "execve", NULL, make_execve },
	{ "execveat", NULL, make_execveat },
	{ "script", prepare_script, make_script },
	{ "mmap", open_before, make_mmap },
	{ "mmap-data", open_before, make_mmap_data },
	{ "mmap-zero", NULL, make_mmap_zero },
	{ "mprotect", map_before, make_mprotect },
	{ "mprotect-anonymous", map_nothing_before, make_mprotect },
	{ "open-read", NULL, make_open_read },
	{ "open-write", NULL, make_open_write },
	{ "open-both", NULL, make_open_both },
	{ "open-append", NULL, make_open_append },
	{ "open-trunc", NULL, make_open_trunc },
	{ "open-directory", NULL, make_open_directory },
	{ "open-device", NULL, make_open_device },
	{ "open-sysctl", NULL, make_open_sysctl },
	{ "truncate", NULL, make_truncate },
	{ "ftruncate", open_to_write_before, make_ftruncate },
	{ "creat", NULL, make_creat },
	{ "create", NULL, make_creat },
	{ "mknod", NULL, make_mknod_regular },
	{ "mknod-pipe", NULL, make_mknod_pipe },
	{ "mkdir", NULL, make_mkdir },
	{ "symlink", NULL, make_symlink },
	{ "unlink", NULL, make_unlink },
	{ "unlink-of-two", link_before, make_unlink },
	{ "unlink-pipe", make_pipe_before, make_unlink_pipe },
	{ "rmdir", make_directory_before, make_rmdir },
	{ "rename-away", NULL, make_rename_away },
	{ "rename-over", make_other_before, make_rename_over },
	{ "rename-over-one-of-two", make_both_before, make_rename_over },
	{ "rename-pipe", make_pipe_before, make_rename_pipe },
	{ "exchange", make_second_before, make_exchange },
	{ "link", NULL, make_link },
	{ "chmod", NULL, make_chmod },
	{ "chown", NULL, make_chown },
	{ "utimes", NULL, make_utimes },
	{ NULL, NULL, NULL },
};

const struct call *file_call_named(const char *name)
{
	const struct call *call;

	for (call = calls; call->name; call++)
		if (!strcmp(call->name, name))
			return call;
	return NULL;
}
