/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Uses: whoever could open, map or execute a listed file while nobody was at it gets what was
 * listed.
 *
 * A use is judged if no operation that could change the file was under way when it began, and none
 * has begun until it ended. All others still have the file evaluated, at the worst of times.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

const char *const use_names[USES] = { "read", "mapped", "made executable", "executed", "unlisted" };

#define MOST 70000

static size_t pages_of(const struct file *file)
{
	return (file->size + PAGE - 1) / PAGE * PAGE;
}

static void tell(const struct file *file, enum use use)
{
	if (atomic_fetch_add(&counts->told, 1) >= 12)
		return;
	printf("EVIL at level %d: %s by %d\n", level, use_names[use], worker);
	if (file)
		file_tell(file);
	fflush(stdout);
}

void found_evil(struct file *file, enum use use)
{
	const char *last;
	int which;

	/* Once, until it is as it was again. */
	if (file && atomic_exchange(&file->state->is_evil, true))
		return;
	atomic_fetch_add(&counts->evil[use], 1);
	last = file ? atomic_load(&file->state->last) : NULL;
	for (which = 0; last && which < kinds_count; which++)
		if (!strcmp(all_kinds[which]->name, last))
			atomic_fetch_add(&counts->after[which], 1);
	tell(file, use);
}

static void judge(struct file *file, enum use use, bool was_quiet, unsigned int turn, bool matches)
{
	if (!was_quiet || atomic_load(&file->state->begun) != turn)
		return;
	atomic_fetch_add(&counts->judged, 1);
	if (!matches)
		found_evil(file, use);
}

static int open_used(const struct file *file)
{
	char name[32];
	int path, opened;

	if (chance(4))
		return open(used_path_of(file), O_RDONLY | O_CLOEXEC);
	path = open(used_path_of(file), O_PATH | O_CLOEXEC);
	if (path == -1)
		return -1;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", path);
	opened = open(name, O_RDONLY | O_CLOEXEC);
	close(path);
	return opened;
}

/* Reads all of a file, and more if there is more: 0, or an error number. */
static int read_whole(const struct file *file, int opened, bool *matches)
{
	static unsigned char bytes[MOST + 1];
	ssize_t got, size = 0;

	do {
		got = pread(opened, bytes + size, file->size + 1 - size, size);
		if (got > 0)
			size += got;
	} while (got > 0);
	*matches = file_matches(file, bytes, size);
	return got ? errno : 0;
}

int use_read(struct file *file)
{
	unsigned int turn;
	bool is_quiet = file_is_quiet(file, &turn), matches;
	int opened = open_used(file);

	if (opened == -1)
		return errno;
	if (!read_whole(file, opened, &matches))
		judge(file, USE_READ, is_quiet, turn, matches);
	close(opened);
	return 0;
}

bool is_as_before(const struct file *file, const char *name)
{
	int opened = open(name, O_RDONLY | O_CLOEXEC);
	bool matches = false;

	if (opened != -1) {
		read_whole(file, opened, &matches);
		close(opened);
	}
	return matches;
}

static bool is_as_listed(const struct file *file, const void *mapping, int opened)
{
	struct stat status;

	return !fstat(opened, &status) && (size_t)status.st_size == file->size &&
	       !memcmp(mapping, file->contents, file->size);
}

static int map_opened(struct file *file, int opened, bool is_protected)
{
	unsigned int turn;
	bool is_quiet = file_is_quiet(file, &turn);
	int protection = is_protected ? PROT_READ : PROT_READ | PROT_EXEC, error = 0;
	char *mapping = mmap(NULL, pages_of(file), protection, MAP_PRIVATE, opened, 0);

	if (mapping == MAP_FAILED)
		return errno;
	if (is_protected && mprotect(mapping, pages_of(file), PROT_READ | PROT_EXEC))
		error = errno;
	else
		judge(file, is_protected ? USE_PROTECT : USE_MAP, is_quiet, turn,
		      is_as_listed(file, mapping, opened));
	munmap(mapping, pages_of(file));
	return error;
}

static int opened_once;

static int map_guarded(struct file *file)
{
	return map_opened(file, opened_once, false);
}

static int protect_guarded(struct file *file)
{
	return map_opened(file, opened_once, true);
}

static int use_mapping(struct file *file)
{
	int error;

	opened_once = open_used(file);
	if (opened_once == -1)
		return errno;
	error = guarded(chance(2) ? map_guarded : protect_guarded, file);
	close(opened_once);
	return error;
}

/* It was opened, or mapped, long ago. */
static int protect_kept(struct file *file)
{
	unsigned int turn;
	bool is_quiet = file_is_quiet(file, &turn);

	if (mprotect(kept->mapping, kept->size, PROT_READ | PROT_EXEC))
		return errno;
	judge(file, USE_PROTECT, is_quiet, turn,
	      !memcmp(kept->mapping, file->contents, file->size));
	return mprotect(kept->mapping, kept->size, PROT_READ) ? errno : 0;
}

int use_kept(void)
{
	if (!kept || (kept->kind != KEPT_READER && kept->kind != KEPT_PRIVATE))
		return 0;
	atomic_fetch_add(&counts->uses, 1);
	if (kept->kind == KEPT_PRIVATE)
		return guarded(protect_kept, kept->file);
	opened_once = kept->descriptor;
	return guarded(chance(2) ? map_guarded : protect_guarded, kept->file);
}

static int use_program(struct file *file)
{
	unsigned int turn;
	bool is_quiet = file_is_quiet(file, &turn);
	int status = 0, error, opened;

	if (chance(2)) {
		error = program_run(AT_FDCWD, used_path_of(file), 0, &status);
	} else {
		opened = open(used_path_of(file), (chance(2) ? O_PATH : O_RDONLY) | O_CLOEXEC);
		if (opened == -1)
			return errno;
		error = program_run(opened, "", AT_EMPTY_PATH, &status);
		close(opened);
	}
	/* That it is no program is found when it was allowed to run. */
	if (!error || error == ENOEXEC)
		judge(file, USE_EXECUTE, is_quiet, turn, !error && status == file->status << 8);
	return error;
}

void use_file(struct file *file)
{
	int error;

	atomic_fetch_add(&counts->uses, 1);
	if (file->is_program && chance(2))
		error = use_program(file);
	else if (chance(2))
		error = use_read(file);
	else
		error = use_mapping(file);
	if (error)
		atomic_fetch_add(&counts->denied, 1);
}
