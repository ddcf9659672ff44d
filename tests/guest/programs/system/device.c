/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Goes past the files: device command FILE NUMBER [ARGUMENT], device ring FILE NUMBER, device map FILE
 * [read|validate], device ports, device table NAME DISK SECTORS.
 *
 * It says what came of it, and fails if that is that it is not permitted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int came_of_it(int error)
{
	puts(error ? strerror(error) : "done");
	return error == EPERM;
}

static int error_of(long returned)
{
	return returned < 0 ? errno : 0;
}

static long must(const char *what, long returned)
{
	if (returned != -1)
		return returned;
	printf("%s: %s\n", what, strerror(errno));
	exit(2);
}

static int command(int file, char **arguments)
{
	static char room[8192];
	unsigned long number = strtoul(arguments[0], NULL, 0);
	long returned;

	if (arguments[1])
		returned = ioctl(file, number, strtoul(arguments[1], NULL, 0));
	else
		returned = ioctl(file, number, room);
	return came_of_it(error_of(returned));
}

/* One command by a ring whose entries have room for a command. */
static int ring(int file, char **arguments)
{
	struct io_uring_params parameters = { .flags = IORING_SETUP_SQE128 | IORING_SETUP_CQE32 };
	int set_up = must("io_uring_setup", syscall(SYS_io_uring_setup, 1, &parameters));
	char *submissions = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, set_up,
				 IORING_OFF_SQ_RING);
	struct io_uring_sqe *entry = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, set_up,
					  IORING_OFF_SQES);
	uint32_t *slots = (uint32_t *)(submissions + parameters.sq_off.array);
	uint32_t *tail = (uint32_t *)(submissions + parameters.sq_off.tail);
	struct io_uring_cqe *completion =
		(struct io_uring_cqe *)(submissions + parameters.cq_off.cqes);

	must("mmap", submissions == MAP_FAILED || (void *)entry == MAP_FAILED ? -1 : 0);
	memset(entry, 0, 2 * sizeof(*entry));
	entry->opcode = IORING_OP_URING_CMD;
	entry->fd = file;
	entry->cmd_op = strtoul(arguments[0], NULL, 0);
	slots[0] = 0;
	__atomic_store_n(tail, 1, __ATOMIC_RELEASE);
	must("io_uring_enter",
	     syscall(SYS_io_uring_enter, set_up, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0));
	return came_of_it(completion->res < 0 ? -completion->res : 0);
}

static int map(int file, char **arguments)
{
	int prot = PROT_READ | PROT_WRITE, flags = MAP_SHARED;
	void *mapping;

	if (arguments[0] && !strcmp(arguments[0], "read"))
		prot = PROT_READ;
	else if (arguments[0])
		flags = MAP_SHARED_VALIDATE;
	mapping = mmap(NULL, 4096, prot, flags, file, 0);

	return came_of_it(error_of(mapping == MAP_FAILED ? -1 : 0));
}

/* Has a mapped disk, which is made if there is none, be made of another disk. */
static int table(const char *name, const char *disk, const char *sectors)
{
	static struct {
		struct dm_ioctl ioctl;
		struct dm_target_spec target;
		char parameters[64];
	} request;
	int mapper = must("the mapper", open("/dev/mapper/control", O_RDWR | O_CLOEXEC));
	unsigned long steps[] = { DM_DEV_CREATE, DM_TABLE_LOAD, DM_DEV_SUSPEND };
	unsigned int step;
	int error = 0;

	for (step = 0; !error && step < 3; step++) {
		memset(&request, 0, sizeof(request));
		request.ioctl.version[0] = DM_VERSION_MAJOR;
		request.ioctl.data_size = sizeof(request);
		request.ioctl.data_start = sizeof(request.ioctl);
		request.ioctl.target_count = step == 1;
		snprintf(request.ioctl.name, sizeof(request.ioctl.name), "%s", name);
		request.target.length = strtoull(sectors, NULL, 10);
		strcpy(request.target.target_type, "linear");
		snprintf(request.parameters, sizeof(request.parameters), "%s 0", disk);
		error = error_of(ioctl(mapper, steps[step], &request));
		if (step == 0 && error == EBUSY)
			error = 0;
	}
	return came_of_it(error) || error;
}

int main(int argc, char **argv)
{
	int mode = O_RDONLY | O_NONBLOCK | O_CLOEXEC;

	if (argc == 2 && !strcmp(argv[1], "ports"))
		return came_of_it(error_of(iopl(3)));
	if (argc >= 3 && !strcmp(argv[1], "map"))
		return map(must("open", open(argv[2], O_RDWR | O_CLOEXEC)), argv + 3);
	if (argc == 5 && !strcmp(argv[1], "table"))
		return table(argv[2], argv[3], argv[4]);
	if (argc >= 4 && !strcmp(argv[1], "command"))
		return command(must("open", open(argv[2], mode)), argv + 3);
	if (argc == 4 && !strcmp(argv[1], "ring"))
		return ring(must("open", open(argv[2], mode)), argv + 3);
	puts("there is no such thing to do");
	return 2;
}
