/* SPDX-License-Identifier: BSD-2-Clause */
/* What io_uring(7) does to files, and memory that it holds on to. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

/* Since Linux 6.9; no header here has it. */
#define CUT 55

static char page[PAGE] __attribute__((aligned(PAGE)));

static struct io_uring_sqe *add(int operation, int descriptor)
{
	struct ring *ring = ring_own();

	return ring && descriptor != -1 ? ring_add(ring, operation, descriptor) : NULL;
}

static int ring_write(struct file *file)
{
	struct io_uring_sqe *entry = add(IORING_OP_WRITE, take_file(file, O_WRONLY));

	if (!entry)
		return errno;
	memset(page, chance(256), 100);
	entry->addr = (uintptr_t)page;
	entry->len = 1 + chance(100);
	entry->off = chance(file->size);
	if (chance(2))
		entry->flags = IOSQE_ASYNC;
	return ring_wait(ring_own());
}

/* It is written when who has asked for it has closed it. */
static int ring_write_closed(struct file *file)
{
	int descriptor = take_file(file, O_WRONLY | (chance(2) ? O_DIRECT : 0));
	struct io_uring_sqe *entry = add(IORING_OP_WRITE, descriptor);

	if (!entry)
		return errno;
	memset(page, chance(256), sizeof(page));
	entry->addr = (uintptr_t)page;
	entry->len = sizeof(page);
	entry->off = chance(file->size) / PAGE * PAGE;
	entry->flags = IOSQE_ASYNC;
	ring_submit(ring_own());
	give_back(descriptor);
	use_file(file);
	return ring_wait(ring_own());
}

static int ring_cut(struct file *file)
{
	struct io_uring_sqe *entry = add(CUT, take_file(file, O_RDWR));

	if (!entry)
		return errno;
	entry->off = chance(file->size);
	return ring_wait(ring_own());
}

static int ring_allocate(struct file *file)
{
	struct io_uring_sqe *entry = add(IORING_OP_FALLOCATE, take_file(file, O_RDWR));

	if (!entry)
		return errno;
	entry->off = chance(file->size);
	entry->addr = 1 + chance(PAGE);
	entry->len = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
	return ring_wait(ring_own());
}

static int ring_open_file(struct file *file, int flags)
{
	struct io_uring_sqe *entry = add(IORING_OP_OPENAT, AT_FDCWD);

	if (!entry)
		return errno;
	entry->addr = (uintptr_t)written_path_of(file);
	entry->open_flags = flags;
	/* Among the ring's own files, as the first. */
	entry->file_index = 1;
	if (chance(2))
		entry->flags = IOSQE_ASYNC;
	return ring_wait(ring_own());
}

/* The ring has a file of its own, which no table of a process shows. */
static int ring_write_own(struct file *file)
{
	static bool has_room;
	struct ring *ring = ring_own();
	struct io_uring_sqe *entry;
	int error, closed;

	if (ring && !has_room)
		has_room = !ring_room(ring);
	error = ring_open_file(file, O_WRONLY);
	if (error)
		return error;
	entry = ring_add(ring, IORING_OP_WRITE, 0);
	entry->flags = IOSQE_FIXED_FILE;
	memset(page, chance(256), 100);
	entry->addr = (uintptr_t)page;
	entry->len = 1 + chance(100);
	entry->off = chance(file->size);
	error = ring_wait(ring);
	entry = ring_add(ring, IORING_OP_CLOSE, 0);
	entry->file_index = 1;
	closed = ring_wait(ring);
	return error ? error : closed;
}

static int ring_splice(struct file *file)
{
	int pipe[2], descriptor = take_file(file, O_WRONLY);
	struct io_uring_sqe *entry;

	if (descriptor == -1 || pipe2(pipe, O_CLOEXEC))
		return errno;
	take(pipe[0]);
	take(pipe[1]);
	if (write(pipe[1], page, 64) != 64)
		return EIO;
	entry = add(IORING_OP_SPLICE, descriptor);
	if (!entry)
		return errno;
	entry->splice_fd_in = pipe[0];
	entry->splice_off_in = -1;
	entry->len = 64;
	entry->off = chance(file->size);
	return ring_wait(ring_own());
}

/* What is held */

static size_t pages_of(const struct file *file)
{
	return (file->size + PAGE - 1) / PAGE * PAGE;
}

static char *map(const struct file *file)
{
	int descriptor = take_file(file, O_RDWR);
	char *mapping;

	if (descriptor == -1)
		return NULL;
	mapping = take_map(descriptor, pages_of(file), PROT_READ | PROT_WRITE, MAP_SHARED);
	if (mapping)
		give_back(descriptor);
	return mapping;
}

/* The address of what is pinned is gone, the memory is not. */
static int pin(struct file *file)
{
	char *mapping = map(file);
	struct ring *ring;
	int error;

	if (!mapping)
		return errno;
	ring = ring_open();
	if (!ring)
		return errno;
	error = ring_pin(ring, mapping, pages_of(file));
	if (error) {
		ring_close(ring);
		return error;
	}
	take_back(mapping, pages_of(file));
	return keep(&(struct kept){ KEPT_PIN, .file = file, .ring = ring,
				    .size = (size_t)mapping });
}

static int write_pinned(struct file *file)
{
	struct io_uring_sqe *entry =
		ring_add(kept->ring, IORING_OP_READ_FIXED, places[chance(places_count)].donor);

	entry->addr = kept->size + chance(file->size);
	entry->len = 1;
	entry->off = chance(60000);
	return ring_wait(kept->ring);
}

/* A disk writes into the file's memory, while nobody has it mapped any more. */
static int read_into(struct file *file)
{
	char *mapping = map(file);
	struct io_uring_sqe *entry;
	int direct = places[chance(places_count)].direct;

	if (!mapping)
		return errno;
	if (direct == -1)
		return EINVAL;
	/* So that it is there, and needs no fault. */
	*(volatile char *)mapping ^= 1;
	*(volatile char *)mapping ^= 1;
	entry = add(IORING_OP_READ, direct);
	if (!entry)
		return errno;
	entry->addr = (uintptr_t)mapping;
	entry->len = PAGE;
	entry->off = chance(16) * PAGE;
	ring_submit(ring_own());
	take_back(mapping, pages_of(file));
	use_file(file);
	return ring_wait(ring_own());
}

const struct kind ring_kinds[] = {
	KIND("ring-write", "ring", ring_write),
	KIND("ring-write-closed", "ring", ring_write_closed, .is_final = true),
	KIND("ring-cut", "ring", ring_cut, .may_never = true),
	KIND("ring-punch", "ring", ring_allocate),
	KIND("ring-own", "ring", ring_write_own, .is_final = true),
	KIND("ring-splice", "ring", ring_splice),
	KIND("pin", "pin", pin),
	KIND("pin-write", "pin", write_pinned, .needs = KEPT_PIN, .is_final = true),
	KIND("pin-direct", "pin", read_into, .is_final = true),
	{ 0 },
};
