/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serves a file system in user space, of two programs that have the same numbers: "one" says "good",
 * and "two" says "evil".
 * served DIRECTORY
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define NUMBER 77

static const char *const contents[] = { "#!/bin/sh\necho good\n", "#!/bin/sh\necho evil\n" };

static int device;

static void reply(const struct fuse_in_header *request, int error, const void *data, size_t len)
{
	static char message[65536];
	struct fuse_out_header header = {
		.len = sizeof(header) + len,
		.error = -error,
		.unique = request->unique,
	};

	memcpy(message, &header, sizeof(header));
	if (len)
		memcpy(message + sizeof(header), data, len);
	if (write(device, message, header.len) == -1 && errno != ENOENT)
		perror("reply");
}

/* 1 is the directory, 2 and 3 are the programs. */
static struct fuse_attr attributes(uint64_t node)
{
	struct fuse_attr attr = { .nlink = 1, .blksize = 4096 };

	if (node == 1) {
		attr.ino = 1;
		attr.mode = S_IFDIR | 0755;
	} else {
		attr.ino = NUMBER;
		attr.mode = S_IFREG | 0755;
		attr.size = strlen(contents[node - 2]);
	}
	return attr;
}

static void look_up(const struct fuse_in_header *request, const char *name)
{
	struct fuse_entry_out entry = { .entry_valid = 1000, .attr_valid = 1000 };

	if (strcmp(name, "one") && strcmp(name, "two")) {
		reply(request, ENOENT, NULL, 0);
		return;
	}
	entry.nodeid = strcmp(name, "one") ? 3 : 2;
	entry.attr = attributes(entry.nodeid);
	reply(request, 0, &entry, sizeof(entry));
}

static void read_file(const struct fuse_in_header *request, const struct fuse_read_in *what)
{
	const char *text = contents[request->nodeid - 2];
	size_t len = strlen(text);
	size_t start = what->offset < len ? what->offset : len;
	size_t size = len - start < what->size ? len - start : what->size;

	reply(request, 0, text + start, size);
}

static void answer(const struct fuse_in_header *request)
{
	const void *argument = request + 1;
	struct fuse_init_out init = {
		.major = FUSE_KERNEL_VERSION,
		.minor = 31,
		.max_write = 4096,
	};
	struct fuse_attr_out attr = { .attr_valid = 1000 };
	struct fuse_open_out opened = {};

	switch (request->opcode) {
	case FUSE_INIT:
		reply(request, 0, &init, sizeof(init));
		break;
	case FUSE_LOOKUP:
		look_up(request, argument);
		break;
	case FUSE_GETATTR:
		attr.attr = attributes(request->nodeid);
		reply(request, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPEN:
	case FUSE_OPENDIR:
		reply(request, 0, &opened, sizeof(opened));
		break;
	case FUSE_READ:
		read_file(request, argument);
		break;
	case FUSE_FLUSH:
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
	case FUSE_ACCESS:
		reply(request, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		reply(request, ENOSYS, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	static _Alignas(struct fuse_in_header) char request[65536];
	char options[80];

	device = open("/dev/fuse", O_RDWR);
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	if (argc != 2 || device == -1 || mount("served", argv[1], "fuse", 0, options)) {
		perror("served");
		return 1;
	}
	if (fork())
		return 0;
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	/* Until it is unmounted. */
	while (read(device, request, sizeof(request)) > 0)
		answer((const struct fuse_in_header *)request);
	return 0;
}
