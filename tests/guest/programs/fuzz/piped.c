/* SPDX-License-Identifier: BSD-2-Clause */
/* Contents that come from other files, by pipes or without them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include "fuzz.h"

#define ANSWER(call) ((call) == -1 ? errno : 0)

static int ends[2];

static int make_pipe(void)
{
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return errno;
	take(ends[0]);
	take(ends[1]);
	return 0;
}

static int donor(void)
{
	return places[chance(places_count)].donor;
}

static int splice_into(int descriptor, const struct file *file, size_t size)
{
	off_t to = chance(file->size);

	return ANSWER(splice(ends[0], NULL, descriptor, &to, size, SPLICE_F_MOVE));
}

static int splice_file(struct file *file)
{
	int descriptor = take_file(file, O_WRONLY);
	off_t from = chance(60000);

	if (descriptor == -1 || make_pipe())
		return errno;
	if (splice(donor(), &from, ends[1], NULL, PAGE, 0) == -1)
		return errno;
	return splice_into(descriptor, file, PAGE);
}

static int splice_memory(struct file *file)
{
	static char page[PAGE] __attribute__((aligned(PAGE)));
	struct iovec piece = { page, sizeof(page) };
	int descriptor = take_file(file, O_WRONLY);

	if (descriptor == -1 || make_pipe())
		return errno;
	page[chance(PAGE)] ^= 1 + chance(255);
	if (vmsplice(ends[1], &piece, 1, chance(2) ? SPLICE_F_GIFT : 0) == -1)
		return errno;
	return splice_into(descriptor, file, PAGE);
}

static int splice_twice(struct file *file)
{
	int descriptor = take_file(file, O_WRONLY), first[2];
	off_t from = chance(60000);

	if (descriptor == -1 || make_pipe())
		return errno;
	first[0] = ends[0];
	first[1] = ends[1];
	if (splice(donor(), &from, first[1], NULL, PAGE, 0) == -1 || make_pipe())
		return errno;
	if (tee(first[0], ends[1], PAGE, 0) == -1)
		return errno;
	return splice_into(descriptor, file, PAGE);
}

static int send_into(struct file *file)
{
	int descriptor = take_file(file, O_WRONLY);
	off_t from = chance(60000);

	if (descriptor == -1 || lseek(descriptor, chance(file->size), SEEK_SET) == -1)
		return errno;
	return ANSWER(sendfile(descriptor, donor(), &from, 1 + chance(PAGE)));
}

static int copy_into(struct file *file)
{
	int descriptor = take_file(file, O_WRONLY);
	off_t from = chance(16) * PAGE, to = chance(file->size) / PAGE * PAGE;
	int source = chance(2) ? places[file->place].donor : donor();

	if (descriptor == -1)
		return errno;
	return ANSWER(copy_file_range(source, &from, descriptor, &to, PAGE, 0));
}

/* A pipe has the file's own memory, and shows what is written there afterwards. */
static int hold_pages(struct file *file)
{
	int descriptor = take_file(file, O_RDONLY);
	off_t from = 0;

	if (descriptor == -1 || make_pipe())
		return errno;
	if (splice(descriptor, &from, ends[1], NULL, PAGE, 0) == -1)
		return errno;
	return keep(&(struct kept){ KEPT_PIPE, .file = file, .descriptor = ends[0],
				    .second = ends[1] });
}

/* What is written into such a pipe is not written into the file. */
static int write_held(struct file *file)
{
	char byte = chance(256);

	return ANSWER(write(kept->second, &byte, 1));
}

/* The pages of a mapping in which the file can be written. */
static int hold_mapping(struct file *file)
{
	int descriptor = take_file(file, O_RDWR);
	struct iovec piece = { .iov_len = PAGE };

	if (descriptor == -1 || make_pipe())
		return errno;
	piece.iov_base = take_map(descriptor, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED);
	if (!piece.iov_base)
		return errno;
	if (vmsplice(ends[1], &piece, 1, chance(2) ? SPLICE_F_GIFT : 0) == -1)
		return errno;
	return keep(&(struct kept){ KEPT_PIPE, .file = file, .descriptor = ends[0],
				    .second = ends[1] });
}

const struct kind piped_kinds[] = {
	KIND("splice", "splice", splice_file),
	KIND("vmsplice", "splice", splice_memory),
	KIND("tee", "splice", splice_twice),
	KIND("sendfile", "splice", send_into),
	KIND("copy-range", "splice", copy_into),
	KIND("hold-pages", "splice", hold_pages),
	KIND("hold-mapping", "splice", hold_mapping),
	KIND("write-held", "splice", write_held, .needs = KEPT_PIPE),
	{ 0 },
};
