/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that are opened and written, cut, or given holes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"

#define ANSWER(call) ((call) == -1 ? errno : 0)

static char byte(void)
{
	return chance(256);
}

static off_t place_in(const struct file *file)
{
	return chance(file->size + (chance(8) ? 0 : 3 * PAGE));
}

static int open_flags(void)
{
	static const int flags[] = { 0, 0, 0, O_APPEND, O_DSYNC, O_NOATIME, O_NONBLOCK };

	return (chance(2) ? O_WRONLY : O_RDWR) | flags[chance(7)];
}

static int put(int descriptor, const struct file *file)
{
	char bytes[64];
	size_t at;

	for (at = 0; at < sizeof(bytes); at++)
		bytes[at] = byte();
	return ANSWER(pwrite(descriptor, bytes, 1 + chance(sizeof(bytes)), place_in(file)));
}

static int write_it(struct file *file)
{
	int descriptor = take_file(file, open_flags());

	return descriptor == -1 ? errno : put(descriptor, file);
}

static int write_with_sync(struct file *file)
{
	int descriptor = take_file(file, open_flags()), error;

	if (descriptor == -1)
		return errno;
	error = put(descriptor, file);
	if (chance(2))
		fsync(descriptor);
	sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
	posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
	return error;
}

static int write_direct(struct file *file)
{
	static char page[PAGE] __attribute__((aligned(PAGE)));
	int descriptor = take_file(file, O_WRONLY | O_DIRECT);

	if (descriptor == -1)
		return errno;
	memset(page, byte(), sizeof(page));
	return ANSWER(pwrite(descriptor, page, sizeof(page), chance(file->size) / PAGE * PAGE));
}

static int write_asynchronously(struct file *file)
{
	static char page[PAGE] __attribute__((aligned(PAGE)));
	int descriptor = take_file(file, O_WRONLY | (chance(2) ? O_DIRECT : 0));
	struct iocb request = {
		.aio_lio_opcode = IOCB_CMD_PWRITE,
		.aio_fildes = descriptor,
		.aio_buf = (uintptr_t)page,
		.aio_nbytes = sizeof(page),
		.aio_offset = chance(file->size) / PAGE * PAGE,
	}, *requests = &request;
	struct io_event event;
	aio_context_t context = 0;
	int error = 0;

	if (descriptor == -1 || syscall(SYS_io_setup, 1, &context) == -1)
		return errno;
	memset(page, byte(), sizeof(page));
	if (syscall(SYS_io_submit, context, 1, &requests) != 1)
		error = errno;
	/* It has what it needs of the file by itself. */
	give_back(descriptor);
	if (!error && syscall(SYS_io_getevents, context, 1, 1, &event, NULL) == 1)
		error = event.res < 0 ? -event.res : 0;
	syscall(SYS_io_destroy, context);
	return error;
}

static int open_and_cut(struct file *file)
{
	return ANSWER(take_file(file, O_WRONLY | O_TRUNC));
}

static int open_to_read_and_cut(struct file *file)
{
	return ANSWER(take_file(file, O_RDONLY | O_TRUNC));
}

static int cut_by_name(struct file *file)
{
	return ANSWER(truncate(written_path_of(file), chance(file->size + PAGE)));
}

/* The kernel asks who the owner is, not what the mode says, of who has opened it. */
static int cut_by_descriptor(struct file *file)
{
	int descriptor = take_file(file, O_RDWR);

	return descriptor == -1 ? errno : ANSWER(ftruncate(descriptor, chance(file->size + PAGE)));
}

static int allocate(struct file *file, int mode, bool is_aligned)
{
	int descriptor = take_file(file, O_RDWR);
	off_t start = chance(file->size), size = 1 + chance(2 * PAGE);

	if (descriptor == -1)
		return errno;
	if (is_aligned) {
		start = start / PAGE * PAGE;
		size = PAGE;
	}
	return ANSWER(fallocate(descriptor, mode, start, size));
}

static int punch(struct file *file)
{
	return allocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, false);
}

static int zero(struct file *file)
{
	return allocate(file, FALLOC_FL_ZERO_RANGE, false);
}

static int collapse(struct file *file)
{
	return allocate(file, FALLOC_FL_COLLAPSE_RANGE, true);
}

static int insert(struct file *file)
{
	return allocate(file, FALLOC_FL_INSERT_RANGE, true);
}

static int extend(struct file *file)
{
	return allocate(file, 0, false);
}

static int keep_writer(struct file *file)
{
	int descriptor = take_file(file, O_RDWR);

	if (descriptor == -1)
		return errno;
	return keep(&(struct kept){ KEPT_WRITER, .file = file, .descriptor = descriptor });
}

static int keep_reader(struct file *file)
{
	int descriptor = take_file(file, O_RDONLY);

	if (descriptor == -1)
		return errno;
	return keep(&(struct kept){ KEPT_READER, .file = file, .descriptor = descriptor });
}

static int write_kept(struct file *file)
{
	return put(kept->descriptor, file);
}

static int cut_kept(struct file *file)
{
	return ANSWER(ftruncate(kept->descriptor, chance(file->size + PAGE)));
}

/* It is in no process's table while it is in a socket. */
static int pass(struct file *file)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
				  .cmsg_len = CMSG_LEN(sizeof(int)) } };
	struct iovec piece = { "x", 1 };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control.room) };
	int descriptor = take_file(file, O_RDWR), sockets[2];

	if (descriptor == -1 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets))
		return errno;
	take(sockets[0]);
	take(sockets[1]);
	memcpy(CMSG_DATA(&control.header), &descriptor, sizeof(descriptor));
	if (sendmsg(sockets[0], &message, 0) == -1)
		return errno;
	return keep(&(struct kept){ KEPT_PASSED, .file = file, .descriptor = sockets[0],
				    .second = sockets[1] });
}

static int write_passed(struct file *file)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec piece = { &byte, 1 };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control.room) };
	int descriptor;

	if (recvmsg(kept->second, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) == -1)
		return errno;
	memcpy(&descriptor, CMSG_DATA(&control.header), sizeof(descriptor));
	return put(take(descriptor), file);
}

const struct kind written_kinds[] = {
	KIND("write", "write", write_it),
	KIND("write-sync", "write", write_with_sync),
	KIND("write-direct", "write", write_direct),
	KIND("write-aio", "write", write_asynchronously, .is_final = true),
	KIND("open-cut", "write", open_and_cut),
	KIND("open-read-cut", "truncate", open_to_read_and_cut, .is_final = true),
	KIND("truncate", "truncate", cut_by_name, .is_final = true),
	KIND("ftruncate", "write", cut_by_descriptor),
	KIND("punch", "write", punch),
	KIND("zero", "write", zero),
	KIND("collapse", "write", collapse),
	KIND("insert", "write", insert),
	KIND("extend", "write", extend),
	KIND("keep-writer", "kept", keep_writer),
	KIND("keep-reader", "kept", keep_reader),
	KIND("write-kept", "kept", write_kept, .needs = KEPT_WRITER),
	KIND("cut-kept", "kept", cut_kept, .needs = KEPT_WRITER),
	KIND("pass", "kept", pass),
	KIND("write-passed", "kept", write_passed, .needs = KEPT_PASSED, .is_final = true),
	{ 0 },
};
