/* SPDX-License-Identifier: BSD-2-Clause */
/* Attacks by way of names and descriptors. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

static char *const none[] = { NULL };

static void execute_descriptor(int file)
{
	char *const name[] = { "descriptor", NULL };

	syscall(SYS_execveat, file, "", name, none, AT_EMPTY_PATH);
	must("execveat", -1);
}

/* Executes what has no name any more. */
static void execute_deleted(char **arguments)
{
	int file = must("open for reading", open(arguments[0], O_RDONLY | O_CLOEXEC));

	must("unlink", unlink(arguments[0]));
	execute_descriptor(file);
}

/* Executes what was not opened, but found. */
static void execute_path(char **arguments)
{
	execute_descriptor(must("open", open(arguments[0], O_PATH | O_CLOEXEC)));
}

/* The same by the name that the descriptor has in /proc. */
static void execute_proc(char **arguments)
{
	int file = must("open", open(arguments[0], O_PATH));
	char name[64];
	char *const names[] = { name, NULL };

	snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
	execve(name, names, none);
	must("execve", -1);
}

/* Opens for writing what was only found, by its name in /proc. */
static void reopen(char **arguments)
{
	int file = must("open", open(arguments[0], O_PATH));
	char name[64];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
	change(must("open for writing", open(name, O_WRONLY)));
}

static int by_handle(const char *name, int mode)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} found = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount, directory;
	char *end, place[512];

	must("name_to_handle_at", name_to_handle_at(AT_FDCWD, name, &found.handle, &mount, 0));
	snprintf(place, sizeof(place), "%s", name);
	end = strrchr(place, '/');
	*end = '\0';
	directory = must("open", open(place, O_RDONLY | O_DIRECTORY));
	return must("open_by_handle_at", open_by_handle_at(directory, &found.handle, mode));
}

/* Opens by what a server of files would know it by. */
static void handle(char **arguments)
{
	change(by_handle(arguments[0], O_WRONLY));
}

static void empty(char **arguments)
{
	must("open", open(arguments[0], O_RDONLY | O_TRUNC));
}

static void exchange(char **arguments)
{
	must("rename", renameat2(AT_FDCWD, arguments[0], AT_FDCWD, arguments[1], RENAME_EXCHANGE));
}

/* Makes a file that has no name, gives it contents and then a name, and executes it. */
static void nameless(char **arguments)
{
	int from = must("open for reading", open(arguments[0], O_RDONLY));
	int file = must("open", open(arguments[1], O_TMPFILE | O_WRONLY, 0755));
	char contents[65536], name[64];
	ssize_t got = must("read", read(from, contents, sizeof(contents)));

	must("write", write(file, contents, got));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", file);
	must("link", linkat(AT_FDCWD, name, AT_FDCWD, arguments[2], AT_SYMLINK_FOLLOW));
	close(file);
	execve(arguments[2], none, none);
	must("execve", -1);
}

/* Has a thread of the kernel's open it for writing. */
static void ring(char **arguments)
{
	struct io_uring_params parameters = { 0 };
	int file = must("io_uring_setup", syscall(SYS_io_uring_setup, 1, &parameters));
	size_t rings = parameters.sq_off.array + parameters.sq_entries * sizeof(uint32_t);
	size_t done = parameters.cq_off.cqes + parameters.cq_entries * sizeof(struct io_uring_cqe);
	char *asked = mmap(NULL, rings, PROT_READ | PROT_WRITE, MAP_SHARED, file, IORING_OFF_SQ_RING);
	char *answered = mmap(NULL, done, PROT_READ | PROT_WRITE, MAP_SHARED, file, IORING_OFF_CQ_RING);
	struct io_uring_sqe *entry = mmap(NULL, sizeof(*entry), PROT_READ | PROT_WRITE, MAP_SHARED,
					  file, IORING_OFF_SQES);
	struct io_uring_cqe *answer;

	must("mmap", asked == MAP_FAILED || answered == MAP_FAILED || entry == MAP_FAILED ? -1 : 0);
	entry->opcode = IORING_OP_OPENAT;
	entry->flags = IOSQE_ASYNC;
	entry->fd = AT_FDCWD;
	entry->addr = (uintptr_t)arguments[0];
	entry->open_flags = O_WRONLY;
	((uint32_t *)(asked + parameters.sq_off.array))[0] = 0;
	__atomic_store_n((uint32_t *)(asked + parameters.sq_off.tail), 1, __ATOMIC_RELEASE);
	must("io_uring_enter",
	     syscall(SYS_io_uring_enter, file, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0));
	answer = (struct io_uring_cqe *)(answered + parameters.cq_off.cqes);
	errno = -answer->res;
	must("open for writing", answer->res < 0 ? -1 : 0);
	change(answer->res);
}

/* Makes files until one has the number of a file that was replaced, and tells its name. */
static void reuse(char **arguments)
{
	struct stat replaced, status;
	char name[512];
	int count, file;

	must("stat", stat(arguments[0], &replaced));
	must("rename", rename(arguments[1], arguments[0]));
	for (count = 0; count < 1000; count++) {
		snprintf(name, sizeof(name), "%s.%d", arguments[1], count);
		file = must("open", open(name, O_WRONLY | O_CREAT | O_EXCL, 0755));
		must("stat", fstat(file, &status));
		close(file);
		if (status.st_ino == replaced.st_ino) {
			printf("%s\n", name);
			return;
		}
	}
	errno = ENOENT;
	must("no file has the number", -1);
}

static const struct attack attacks[] = {
	{ "execute-deleted", 1, execute_deleted },
	{ "execute-path", 1, execute_path },
	{ "execute-proc", 1, execute_proc },
	{ "reopen", 1, reopen },
	{ "handle", 1, handle },
	{ "empty", 1, empty },
	{ "exchange", 2, exchange },
	{ "nameless", 3, nameless },
	{ "ring", 1, ring },
	{ "reuse", 2, reuse },
};

const struct attack *file_attack(const char *name)
{
	FOUND(attacks, name);
}
