/* SPDX-License-Identifier: BSD-2-Clause */
/* io_uring(7), as far as it is used here. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/io_uring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"

#define ENTRIES 8

struct ring {
	int descriptor;
	char *queue;
	size_t size;
	struct io_uring_sqe *entries;
	struct io_uring_params parameters;
	/* Those that were given, and those that were answered. */
	unsigned int added, submitted;
};

static unsigned int *word(struct ring *ring, unsigned int offset)
{
	return (unsigned int *)(ring->queue + offset);
}

static size_t larger(size_t one, size_t other)
{
	return one > other ? one : other;
}

struct ring *ring_open(void)
{
	struct ring *ring = calloc(1, sizeof(*ring));
	struct io_uring_params *parameters;
	int flags = MAP_SHARED | MAP_POPULATE, error;

	if (!ring)
		return NULL;
	parameters = &ring->parameters;
	ring->descriptor = syscall(SYS_io_uring_setup, ENTRIES, parameters);
	if (ring->descriptor == -1)
		goto failed;
	ring->size = larger(parameters->sq_off.array + ENTRIES * sizeof(unsigned int),
			    parameters->cq_off.cqes +
				    parameters->cq_entries * sizeof(struct io_uring_cqe));
	ring->queue = mmap(NULL, ring->size, PROT_READ | PROT_WRITE, flags, ring->descriptor,
			   IORING_OFF_SQ_RING);
	ring->entries = mmap(NULL, ENTRIES * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE,
			     flags, ring->descriptor, IORING_OFF_SQES);
	if (ring->queue != MAP_FAILED && (void *)ring->entries != MAP_FAILED)
		return ring;
	close(ring->descriptor);
failed:
	error = errno;
	free(ring);
	errno = error;
	return NULL;
}

void ring_close(struct ring *ring)
{
	munmap(ring->queue, ring->size);
	munmap(ring->entries, ENTRIES * sizeof(struct io_uring_sqe));
	close(ring->descriptor);
	free(ring);
}

struct io_uring_sqe *ring_add(struct ring *ring, int operation, int descriptor)
{
	unsigned int *tail = word(ring, ring->parameters.sq_off.tail);
	unsigned int slot = *tail % ENTRIES;
	struct io_uring_sqe *entry = &ring->entries[slot];

	memset(entry, 0, sizeof(*entry));
	entry->opcode = operation;
	entry->fd = descriptor;
	word(ring, ring->parameters.sq_off.array)[slot] = slot;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	ring->added++;
	return entry;
}

void ring_submit(struct ring *ring)
{
	int taken = syscall(SYS_io_uring_enter, ring->descriptor, ring->added, 0, 0, NULL, 0);

	if (taken > 0) {
		ring->added -= taken;
		ring->submitted += taken;
	}
}

int ring_wait(struct ring *ring)
{
	unsigned int *head = word(ring, ring->parameters.cq_off.head);
	unsigned int *tail = word(ring, ring->parameters.cq_off.tail);
	struct io_uring_cqe *answers =
		(struct io_uring_cqe *)(ring->queue + ring->parameters.cq_off.cqes);
	int error = 0;

	while (ring->added)
		ring_submit(ring);
	while (ring->submitted) {
		syscall(SYS_io_uring_enter, ring->descriptor, 0, 1, IORING_ENTER_GETEVENTS, NULL,
			0);
		while (*head != __atomic_load_n(tail, __ATOMIC_ACQUIRE)) {
			int result = answers[*head % ring->parameters.cq_entries].res;

			if (result < 0 && !error)
				error = -result;
			__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
			ring->submitted--;
		}
	}
	return error;
}

int ring_pin(struct ring *ring, void *address, size_t size)
{
	struct iovec piece = { address, size };

	return syscall(SYS_io_uring_register, ring->descriptor, IORING_REGISTER_BUFFERS, &piece,
		       1) == -1 ? errno : 0;
}

int ring_room(struct ring *ring)
{
	int nothing = -1;

	return syscall(SYS_io_uring_register, ring->descriptor, IORING_REGISTER_FILES, &nothing,
		       1) == -1 ? errno : 0;
}

struct ring *ring_own(void)
{
	static struct ring *own;

	if (!own)
		own = ring_open();
	return own;
}
