/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeps hold of the first page of a file that it has neither open nor mapped any more, and writes to
 * it when a line comes.
 * pins ring FILE LINE TEXT: by a registered buffer of io_uring(7)
 * pins direct FILE LINE TEXT DIRECTORY: by a direct read, from a file system in user space there
 * pins pipe FILE LINE: by a pipe, which cannot be written
 * It says "ready" when it has hold of it, and "done" when it has written.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE 4096

static long must(const char *what, long returned)
{
	if (returned != -1)
		return returned;
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

static void wait_for(const char *line)
{
	char byte;

	must("read", read(must("open", open(line, O_RDONLY)), &byte, 1));
}

/* Its first page, for writing; nothing but the mapping is left of how it was got. */
static char *page_of(const char *name)
{
	int file = must("open for writing", open(name, O_RDWR));
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	must("mmap", page == MAP_FAILED ? -1 : 0);
	page[0] = page[0];
	close(file);
	return page;
}

/* A registered buffer */

static void read_fixed(int ring, const struct io_uring_params *parameters, int from, char *to,
		       size_t len)
{
	size_t size = parameters->sq_off.array + parameters->sq_entries * sizeof(uint32_t);
	int shared = PROT_READ | PROT_WRITE;
	char *asked = mmap(NULL, size, shared, MAP_SHARED, ring, IORING_OFF_SQ_RING);
	struct io_uring_sqe *entry = mmap(NULL, PAGE, shared, MAP_SHARED, ring, IORING_OFF_SQES);

	must("mmap", asked == MAP_FAILED || entry == MAP_FAILED ? -1 : 0);
	entry->opcode = IORING_OP_READ_FIXED;
	entry->fd = from;
	entry->addr = (uintptr_t)to;
	entry->len = len;
	entry->off = -1;
	((uint32_t *)(asked + parameters->sq_off.array))[0] = 0;
	__atomic_store_n((uint32_t *)(asked + parameters->sq_off.tail), 1, __ATOMIC_RELEASE);
	must("io_uring_enter",
	     syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0));
}

static void ring(char **arguments)
{
	struct io_uring_params parameters = { 0 };
	int ring = must("io_uring_setup", syscall(SYS_io_uring_setup, 1, &parameters));
	struct iovec buffer = { page_of(arguments[0]), PAGE };
	size_t len = strlen(arguments[2]);
	int ends[2];

	must("register", syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1));
	munmap(buffer.iov_base, PAGE);
	printf("ready\n");
	wait_for(arguments[1]);
	must("pipe", pipe(ends));
	must("write", write(ends[1], arguments[2], len));
	read_fixed(ring, &parameters, ends[0], buffer.iov_base, len);
}

/* A direct read */

static int device, was_asked[2];
static const char *answer_line, *answer_text;

static void reply(const struct fuse_in_header *request, int error, const void *data, size_t len)
{
	char message[sizeof(struct fuse_out_header) + 512];
	struct fuse_out_header header = {
		.len = sizeof(header) + len,
		.error = -error,
		.unique = request->unique,
	};

	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), data, len);
	if (write(device, message, header.len) == -1)
		perror("reply");
}

static void answer(const struct fuse_in_header *request)
{
	struct fuse_attr file = { .ino = 2, .nlink = 1, .mode = S_IFREG | 0600, .size = PAGE };
	struct fuse_attr root = { .ino = 1, .nlink = 1, .mode = S_IFDIR | 0700 };
	struct fuse_entry_out entry = { .nodeid = 2, .attr = file };
	struct fuse_attr_out attr = { .attr = request->nodeid == 1 ? root : file };
	struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = PAGE };
	struct fuse_open_out opened = { .open_flags = FOPEN_DIRECT_IO };

	switch (request->opcode) {
	case FUSE_INIT:
		reply(request, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		reply(request, 0, &entry, sizeof(entry));
		break;
	case FUSE_GETATTR:
		reply(request, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPEN:
		reply(request, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		must("write", write(was_asked[1], "!", 1));
		wait_for(answer_line);
		reply(request, 0, answer_text, strlen(answer_text));
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		reply(request, ENOSYS, NULL, 0);
	}
}

static void *serve(void *unused)
{
	static _Alignas(struct fuse_in_header) char request[65536];

	while (read(device, request, sizeof(request)) > 0)
		answer((const struct fuse_in_header *)request);
	return unused;
}

struct wanted {
	int from;
	char *to;
};

static void *read_directly(void *argument)
{
	const struct wanted *wanted = argument;

	must("read", read(wanted->from, wanted->to, PAGE));
	return NULL;
}

static void direct(char **arguments)
{
	struct wanted wanted;
	pthread_t server, reader;
	char options[80], byte;

	answer_line = arguments[1];
	answer_text = arguments[2];
	must("pipe", pipe(was_asked));
	device = must("open", open("/dev/fuse", O_RDWR));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	must("mount", mount("pins", arguments[3], "fuse", 0, options));
	pthread_create(&server, NULL, serve, NULL);
	must("chdir", chdir(arguments[3]));
	wanted.from = must("open", open("file", O_RDONLY));
	wanted.to = page_of(arguments[0]);
	pthread_create(&reader, NULL, read_directly, &wanted);
	must("read", read(was_asked[0], &byte, 1));
	munmap(wanted.to, PAGE);
	printf("ready\n");
	pthread_join(reader, NULL);
	/* While somebody is there who answers. */
	close(wanted.from);
}

/* A pipe */

static void in_pipe(char **arguments)
{
	int file = must("open for reading", open(arguments[0], O_RDONLY));
	int ends[2];

	must("pipe", pipe(ends));
	must("splice", splice(file, NULL, ends[1], NULL, PAGE, 0));
	close(file);
	printf("ready\n");
	wait_for(arguments[1]);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc == 5 && !strcmp(argv[1], "ring"))
		ring(argv + 2);
	else if (argc == 6 && !strcmp(argv[1], "direct"))
		direct(argv + 2);
	else if (argc == 4 && !strcmp(argv[1], "pipe"))
		in_pipe(argv + 2);
	else
		return 2;
	printf("done\n");
	/* What it holds stays held until it is ended. */
	fflush(stdout);
	pause();
	return 0;
}
