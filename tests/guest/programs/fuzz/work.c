/* SPDX-License-Identifier: BSD-2-Clause */
/* What an operation has until it is over, and what a process keeps from one to the next. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "worker.h"

/* Random numbers */

static uint64_t number = 1;

void chance_begin(uint64_t seed)
{
	number = seed * 2 + 1;
}

uint64_t chance(uint64_t below)
{
	number ^= number << 13;
	number ^= number >> 7;
	number ^= number << 17;
	return below ? (number >> 11) % below : 0;
}

/* What is taken */

#define MOST 32

static int descriptors[MOST];
static int descriptors_count;
static struct {
	void *address;
	size_t size;
	bool is_shared;
} mappings[MOST];
static int mappings_count;
/* The mapping by which a file is being given its contents back. */
static struct {
	char *mapping;
	size_t size;
} undone;
/* The descriptor of those by which the file can be written. */
static int writer = -1;

const char *path_of(const struct file *file)
{
	return places[file->place].other && chance(2) ? other_name_of(file) : name_of(file);
}

const char *written_path_of(const struct file *file)
{
	bool makes_copies = places[file->place].makes_copies;

	/* Where that is allowed it is done seldom: until then there is more to see. */
	if (makes_copies && level < 2 && chance(20))
		return name_of(file);
	if (!places[file->place].other || chance(2))
		return name_of(file);
	if (makes_copies && level < 2)
		atomic_store(&file->state->is_copied, true);
	return other_name_of(file);
}

const char *copied_path_of(const struct file *file)
{
	const char *path = path_of(file);

	if (places[file->place].makes_copies && strcmp(path, name_of(file)))
		atomic_store(&file->state->is_copied, true);
	return path;
}

int take(int descriptor)
{
	if (descriptor == -1)
		return -1;
	if (descriptors_count == MOST)
		abort();
	descriptors[descriptors_count++] = descriptor;
	return descriptor;
}

int take_file(const struct file *file, int flags)
{
	bool is_read = (flags & (O_ACCMODE | O_TRUNC)) == O_RDONLY;
	const char *shown = is_read ? path_of(file) : written_path_of(file);
	char name[32];
	int path;

	if (!chance(4)) {
		path = take(open(shown, O_PATH | O_CLOEXEC));
		if (path == -1)
			return -1;
		snprintf(name, sizeof(name), "/proc/self/fd/%d", path);
		shown = name;
	}
	path = take(open(shown, flags | O_CLOEXEC));
	if (path != -1 && (flags & O_ACCMODE) != O_RDONLY)
		writer = path;
	return path;
}

char *take_map(int descriptor, size_t size, int protection, int flags)
{
	void *mapping = mmap(NULL, size, protection, flags, descriptor, 0);

	if (mapping == MAP_FAILED)
		return NULL;
	if (mappings_count == MOST)
		abort();
	mappings[mappings_count].address = mapping;
	mappings[mappings_count].is_shared = protection == (PROT_READ | PROT_WRITE) &&
					     flags == MAP_SHARED;
	mappings[mappings_count++].size = size;
	return mapping;
}

static void forget_map(const void *mapping)
{
	int which;

	for (which = 0; which < mappings_count; which++)
		if (mappings[which].address == mapping)
			mappings[which--] = mappings[--mappings_count];
}

static void forget(int descriptor)
{
	int which;

	for (which = 0; which < descriptors_count; which++)
		if (descriptors[which] == descriptor)
			descriptors[which--] = descriptors[--descriptors_count];
	if (writer == descriptor)
		writer = -1;
}

void take_back(void *mapping, size_t size)
{
	forget_map(mapping);
	munmap(mapping, size);
}

void give_back(int descriptor)
{
	forget(descriptor);
	close(descriptor);
}

/* By a descriptor, or a mapping that can be written. */
static int undo_by(struct file *file, int descriptor, char *mapping, size_t size)
{
	if (descriptor != -1) {
		/* Not at its end, nor past the memory. */
		fcntl(descriptor, F_SETFL, 0);
		if (pwrite(descriptor, file->contents, file->size, 0) != (ssize_t)file->size)
			return errno;
		return ftruncate(descriptor, file->size) ? errno : 0;
	}
	if (!mapping || size < file->size)
		return EINVAL;
	memcpy(mapping, file->contents, file->size);
	return 0;
}

static int undo_mapped(struct file *file)
{
	return undo_by(file, -1, undone.mapping, undone.size);
}

void undo(struct file *file)
{
	int which;

	if (writer != -1) {
		undo_by(file, writer, NULL, 0);
		return;
	}
	for (which = 0; which < mappings_count; which++) {
		if (!mappings[which].is_shared)
			continue;
		undone.mapping = mappings[which].address;
		undone.size = mappings[which].size;
		guarded(undo_mapped, file);
		return;
	}
}

void undo_kept(const struct kept *slot)
{
	if (slot->kind == KEPT_WRITER)
		undo_by(slot->file, slot->descriptor, NULL, 0);
	if (slot->kind != KEPT_SHARED)
		return;
	undone.mapping = slot->mapping;
	undone.size = slot->size;
	guarded(undo_mapped, slot->file);
}

void release(void)
{
	writer = -1;
	while (mappings_count) {
		mappings_count--;
		munmap(mappings[mappings_count].address, mappings[mappings_count].size);
	}
	while (descriptors_count)
		close(descriptors[--descriptors_count]);
}

/* What is kept */

#define SLOTS 8

static struct kept slots[SLOTS];
struct kept *kept;

static void drop(struct kept *slot)
{
	if (slot->descriptor > 0)
		close(slot->descriptor);
	if (slot->second > 0)
		close(slot->second);
	if (slot->mapping)
		munmap(slot->mapping, slot->size);
	if (slot->ring)
		ring_close(slot->ring);
	*slot = (struct kept){ 0 };
}

int keep(const struct kept *wanted)
{
	struct kept *slot = &slots[chance(SLOTS)];

	if (slot->kind != KEPT_NOTHING)
		drop_kept(slot);
	*slot = *wanted;
	if (slot->descriptor > 0)
		forget(slot->descriptor);
	if (slot->second > 0)
		forget(slot->second);
	if (slot->mapping)
		forget_map(slot->mapping);
	return 0;
}

bool find_kept(enum kept_kind kind)
{
	size_t first = chance(SLOTS), which;

	for (which = 0; which < SLOTS; which++) {
		kept = &slots[(first + which) % SLOTS];
		if (kept->kind != KEPT_NOTHING && (kept->kind == kind || kind == KEPT_NOTHING))
			return true;
	}
	kept = NULL;
	return false;
}

void drop_kept(struct kept *slot)
{
	struct file *file = slot->file;

	file_begin(file);
	if (level == 1 && chance(16))
		undo_kept(slot);
	drop(slot);
	file_end(file, "drop", 0);
}

void drop_all(void)
{
	while (find_kept(KEPT_NOTHING))
		drop_kept(kept);
}

/* Mappings whose file is cut */

static sigjmp_buf *volatile back;

static void caught(int signal)
{
	if (!back)
		_exit(100 + signal);
	siglongjmp(*back, 1);
}

void guard_begin(void)
{
	struct sigaction action = { .sa_handler = caught, .sa_flags = SA_NODEFER };

	sigaction(SIGBUS, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
}

void guard_end(void)
{
	back = NULL;
}

int guarded(int (*run)(struct file *file), struct file *file)
{
	sigjmp_buf *volatile before = back;
	sigjmp_buf here;
	int error;

	if (sigsetjmp(here, 1)) {
		back = before;
		return EFAULT;
	}
	back = &here;
	error = run(file);
	back = before;
	return error;
}
