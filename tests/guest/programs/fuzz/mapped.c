/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are mapped: what is stored there, and what else mappings can do. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"

#define ANSWER(call) ((call) == -1 ? errno : 0)
#define SHOWN PROT_READ | PROT_WRITE, MAP_SHARED

/* As much of the file as whole pages hold. */
static size_t pages_of(const struct file *file)
{
	return (file->size + PAGE - 1) / PAGE * PAGE;
}

static void store(char *mapping, const struct file *file)
{
	*(volatile char *)(mapping + chance(file->size)) ^= 1 + chance(255);
}

/* A mapping of a file that is opened for it, and stays open. */
static char *map_open(const struct file *file, int opened, int protection, int flags)
{
	int descriptor = take_file(file, opened);

	return descriptor == -1 ? NULL : take_map(descriptor, pages_of(file), protection, flags);
}

static char *map_shared(const struct file *file)
{
	int descriptor = take_file(file, O_RDWR);
	char *mapping;

	if (descriptor == -1)
		return NULL;
	mapping = take_map(descriptor, pages_of(file), SHOWN);
	if (mapping)
		give_back(descriptor);
	return mapping;
}

static int store_shared(struct file *file)
{
	char *mapping = map_shared(file);

	if (!mapping)
		return errno;
	store(mapping, file);
	if (!chance(3))
		msync(mapping, pages_of(file), chance(2) ? MS_SYNC : MS_ASYNC);
	return 0;
}

static int keep_shared(struct file *file)
{
	char *mapping = map_shared(file);

	if (!mapping)
		return errno;
	/* What was written once needs no fault to be written again. */
	if (chance(2))
		store(mapping, file);
	return keep(&(struct kept){ KEPT_SHARED, .file = file, .mapping = mapping,
				    .size = pages_of(file) });
}

static int store_kept(struct file *file)
{
	store(kept->mapping, file);
	return 0;
}

static int sync_kept(struct file *file)
{
	store(kept->mapping, file);
	return ANSWER(msync(kept->mapping, kept->size, MS_SYNC));
}

static int move_kept(struct file *file)
{
	void *moved = mremap(kept->mapping, kept->size, kept->size + PAGE, MREMAP_MAYMOVE);

	if (moved == MAP_FAILED)
		return errno;
	kept->mapping = moved;
	kept->size += PAGE;
	store(kept->mapping, file);
	return 0;
}

/* An old size of 0 makes a second mapping. */
static int double_kept(struct file *file)
{
	char *second = mremap(kept->mapping, 0, kept->size, MREMAP_MAYMOVE);

	if (second == MAP_FAILED)
		return errno;
	store(second, file);
	munmap(second, kept->size);
	return 0;
}

static int reorder_kept(struct file *file)
{
	/* The third page of the mapping shows the first of the file. */
	if (remap_file_pages(kept->mapping, PAGE, 0, 0, 0))
		return errno;
	store(kept->mapping, file);
	return 0;
}

static int protect_later(struct file *file)
{
	int descriptor = take_file(file, O_RDWR);
	char *mapping;

	if (descriptor == -1)
		return errno;
	mapping = take_map(descriptor, pages_of(file), PROT_READ, MAP_SHARED);
	if (!mapping)
		return errno;
	give_back(descriptor);
	if (mprotect(mapping, pages_of(file), PROT_READ | PROT_WRITE))
		return errno;
	store(mapping, file);
	return 0;
}

/* What was opened to be read cannot be written by any mapping. */
static int protect_reader(struct file *file)
{
	char *mapping = map_open(file, O_RDONLY, PROT_READ, MAP_SHARED);

	if (!mapping)
		return errno;
	if (mprotect(mapping, pages_of(file), PROT_READ | PROT_WRITE))
		return errno;
	store(mapping, file);
	return 0;
}

static int remove_pages(struct file *file)
{
	char *mapping = map_shared(file);

	if (!mapping)
		return errno;
	return ANSWER(madvise(mapping, PAGE, MADV_REMOVE));
}

static int advise(struct file *file)
{
	static const int advice[] = { MADV_DONTNEED, MADV_COLD, MADV_PAGEOUT, MADV_POPULATE_WRITE };
	char *mapping = map_shared(file);

	if (!mapping)
		return errno;
	store(mapping, file);
	return ANSWER(madvise(mapping, pages_of(file), advice[chance(4)]));
}

/* The kernel stores into memory for a system call. */
static int store_by_kernel(struct file *file)
{
	char *mapping = map_shared(file);

	if (!mapping)
		return errno;
	return ANSWER(pread(places[chance(places_count)].donor, mapping + chance(file->size), 1,
			    chance(1000)));
}

static int store_as_another(struct file *file)
{
	char *mapping = map_shared(file), byte = chance(256);
	struct iovec from = { &byte, 1 }, to = { mapping + chance(file->size), 1 };

	if (!mapping)
		return errno;
	return ANSWER(process_vm_writev(getpid(), &from, 1, &to, 1, 0));
}

static int store_by_proc(struct file *file, bool is_shared)
{
	int descriptor = take_file(file, is_shared ? O_RDWR : O_RDONLY);
	int memory = take(open("/proc/self/mem", O_RDWR | O_CLOEXEC));
	char *mapping, byte = chance(256);

	if (descriptor == -1 || memory == -1)
		return errno;
	mapping = take_map(descriptor, pages_of(file), PROT_READ,
			   is_shared ? MAP_SHARED : MAP_PRIVATE);
	if (!mapping)
		return errno;
	return ANSWER(pwrite(memory, &byte, 1, (uintptr_t)mapping + chance(file->size)));
}

/* What is private is not the file. */
static int store_private_by_proc(struct file *file)
{
	return store_by_proc(file, false);
}

static int store_shared_by_proc(struct file *file)
{
	return store_by_proc(file, true);
}

static int store_private(struct file *file)
{
	char *mapping = map_open(file, O_RDONLY, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	if (!mapping)
		return errno;
	store(mapping, file);
	return 0;
}

static int keep_private(struct file *file)
{
	char *mapping = map_open(file, O_RDONLY, PROT_READ, MAP_PRIVATE);

	if (!mapping)
		return errno;
	return keep(&(struct kept){ KEPT_PRIVATE, .file = file, .mapping = mapping,
				    .size = pages_of(file) });
}

const struct kind mapped_kinds[] = {
	KIND("store", "map", store_shared),
	KIND("keep-shared", "map", keep_shared),
	KIND("store-kept", "map", store_kept, .needs = KEPT_SHARED),
	KIND("sync-kept", "map", sync_kept, .needs = KEPT_SHARED),
	KIND("move-kept", "map", move_kept, .needs = KEPT_SHARED, .is_final = true),
	KIND("double-kept", "map", double_kept, .needs = KEPT_SHARED),
	KIND("reorder-kept", "map", reorder_kept, .needs = KEPT_SHARED),
	KIND("protect-later", "map", protect_later),
	KIND("protect-reader", "map", protect_reader, .may_never = true),
	KIND("remove-pages", "map", remove_pages),
	KIND("advise", "map", advise),
	KIND("store-by-kernel", "map", store_by_kernel),
	KIND("store-as-another", "map", store_as_another),
	KIND("store-by-proc", "map", store_shared_by_proc, .may_never = true),
	KIND("private-by-proc", "map", store_private_by_proc),
	KIND("private", "map", store_private),
	KIND("keep-private", "map", keep_private),
	{ 0 },
};
