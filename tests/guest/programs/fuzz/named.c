/* SPDX-License-Identifier: BSD-2-Clause */
/* Names, modes and times of files, and files that are not listed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fuzz.h"

#define ANSWER(call) ((call) == -1 ? errno : 0)

/* An overlay does not expect that what it shows is renamed below it: it may show another file. */
static void hide_from_overlay(int place)
{
	int which;

	for (which = 0; which < files_count && level < 2; which++)
		if (files[which].place == place)
			atomic_store(&files[which].state->is_copied, true);
}

/* Away and back again, with a use between. */
static int rename_it(struct file *file)
{
	char away[128], name[112];

	snprintf(name, sizeof(name), "%s", name_of(file));
	snprintf(away, sizeof(away), "%s.away", name);
	hide_from_overlay(file->place);
	if (rename(name, away))
		return errno;
	use_file(file);
	if (!rename(away, name))
		return 0;
	atomic_store(&file->state->is_lost, true);
	return errno;
}

static int exchange_names(struct file *file)
{
	char other[128], name[112];
	int descriptor;

	snprintf(name, sizeof(name), "%s", name_of(file));
	snprintf(other, sizeof(other), "%s.other", name);
	descriptor = take(open(other, O_WRONLY | O_CREAT | O_CLOEXEC, 0755));
	if (descriptor == -1)
		return errno;
	give_back(descriptor);
	hide_from_overlay(file->place);
	if (renameat2(AT_FDCWD, name, AT_FDCWD, other, RENAME_EXCHANGE))
		return errno;
	use_file(file);
	if (!renameat2(AT_FDCWD, name, AT_FDCWD, other, RENAME_EXCHANGE))
		return 0;
	atomic_store(&file->state->is_lost, true);
	return errno;
}

/* The user's directory, with all that is in it. */
static int rename_directory(struct file *file)
{
	char directory[96], away[104];
	int which, error = 0;

	snprintf(directory, sizeof(directory), "%s/d", places[file->place].name);
	snprintf(away, sizeof(away), "%s.away", directory);
	for (which = 0; which < files_count; which++)
		if (files[which].place == file->place)
			file_begin(&files[which]);
	hide_from_overlay(file->place);
	if (rename(directory, away))
		error = errno;
	else if (rename(away, directory))
		error = ENOTEMPTY;
	for (which = 0; which < files_count; which++)
		if (files[which].place == file->place)
			file_end(&files[which], "directory", error);
	return error;
}

/* A link to a listed file stays: it cannot be removed. */
static int link_and_write(struct file *file)
{
	char name[128];
	int descriptor;
	char byte = chance(256);

	snprintf(name, sizeof(name), "%s.link", name_of(file));
	if (link(name_of(file), name) && errno != EEXIST)
		return errno;
	descriptor = take(open(name, O_WRONLY | O_CLOEXEC));
	return descriptor == -1 ? errno : ANSWER(pwrite(descriptor, &byte, 1, chance(file->size)));
}

static int remove_link(struct file *file)
{
	char name[128];

	snprintf(name, sizeof(name), "%s.link", name_of(file));
	return ANSWER(unlink(name));
}

static int set_mode(struct file *file)
{
	static const int modes[] = { 0755, 0777, 0700, 06755 };

	return ANSWER(chmod(copied_path_of(file), modes[chance(4)]));
}

static int set_owner(struct file *file)
{
	return ANSWER(chown(copied_path_of(file), -1, getgid()));
}

static int set_times(struct file *file)
{
	const struct timespec times[] = { { .tv_sec = chance(1 << 30) },
					  { .tv_sec = chance(1 << 30) } };

	return ANSWER(utimensat(AT_FDCWD, copied_path_of(file), times, 0));
}

static int set_attribute(struct file *file)
{
	const char *path = copied_path_of(file);
	char value = chance(256);

	if (chance(2))
		return ANSWER(setxattr(path, "user.fuzz", &value, 1, 0));
	/* Part of the file system's own. */
	return ANSWER(setxattr(path, "btrfs.compression", "zlib", 4, 0));
}

static int lease(struct file *file)
{
	int descriptor = take_file(file, O_RDONLY);

	if (descriptor == -1)
		return errno;
	return ANSWER(fcntl(descriptor, F_SETLEASE, F_RDLCK));
}

/* Runs what is not listed, whichever file had its number before. */
static int run(int directory, const char *name, int flags, int expected)
{
	int status, error = program_run(directory, name, flags, &status);

	if (!error && level >= 2)
		found_evil(NULL, USE_UNLISTED);
	return error ? error : ANSWER(status == expected << 8 ? 0 : -1);
}

static const unsigned char *unlisted(int *status)
{
	static unsigned char bytes[9000];

	program_fill(bytes, sizeof(bytes), chance(1 << 30));
	*status = program_status(bytes, sizeof(bytes));
	return bytes;
}

static int run_unlisted(struct file *file)
{
	char name[96];
	int status, descriptor, error;
	const unsigned char *bytes = unlisted(&status);

	snprintf(name, sizeof(name), "%s/d/new%d", places[file->place].name, worker);
	descriptor = take(open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755));
	if (descriptor == -1)
		return errno;
	error = ANSWER(write(descriptor, bytes, 9000));
	give_back(descriptor);
	if (!error)
		error = run(AT_FDCWD, name, 0, status);
	if (chance(2))
		unlink(name);
	return error;
}

static int run_memory(struct file *file)
{
	int status, memory = take(memfd_create("fuzz", MFD_CLOEXEC));
	const unsigned char *bytes = unlisted(&status);
	char name[32];

	if (memory == -1 || write(memory, bytes, 9000) != 9000)
		return errno;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", memory);
	memory = take(open(name, O_RDONLY | O_CLOEXEC));
	if (memory == -1)
		return errno;
	return run(memory, "", AT_EMPTY_PATH, status);
}

const struct kind named_kinds[] = {
	KIND("rename", "name", rename_it),
	KIND("exchange", "name", exchange_names),
	KIND("directory", "name", rename_directory),
	KIND("link", "name", link_and_write, .is_final = true),
	KIND("unlink", "name", remove_link, .may_never = true),
	KIND("mode", "attribute", set_mode),
	KIND("owner", "attribute", set_owner),
	KIND("times", "attribute", set_times),
	KIND("xattr", "attribute", set_attribute),
	KIND("lease", "attribute", lease),
	KIND("unlisted", "unlisted", run_unlisted),
	KIND("memory", "unlisted", run_memory, .may_never = true),
	{ 0 },
};
