/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does all that it can at level 1, side by side, for so long: soak DIRECTORY SECONDS
 *
 * The directory has good, bad, data and written, all listed, and bad does not match. Prints how
 * often each was done, and fails if anything was answered as it should not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/guest.h"

static const char *directory;
static char contents[65536];
static ssize_t size;

static const char *in(const char *name)
{
	static char paths[4][512];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

static void expect(const char *what, int answered, int expected)
{
	if (answered == expected)
		return;
	errno = answered;
	die(what);
}

static int answer(long returned)
{
	return returned == -1 ? errno : 0;
}

static int execute(const char *name)
{
	char *const arguments[] = { (char *)name, NULL }, *const environment[] = { NULL };
	volatile int error = 0;
	pid_t child = vfork();
	int status;

	if (child == 0) {
		execve(name, arguments, environment);
		error = errno;
		_exit(1);
	}
	if (child == -1 || waitpid(child, &status, 0) == -1)
		die("vfork");
	return error;
}

static void execution(int round)
{
	expect("a good program", execute(in("good")), 0);
	expect("a bad program", execute(in("bad")), EPERM);
}

static int open_once(const char *name, int flags)
{
	int file = open(name, flags, 0644);

	if (file == -1)
		return errno;
	close(file);
	return 0;
}

static void opening(int round)
{
	int file = open(in("data"), O_RDONLY);
	void *mapping;

	if (file == -1)
		die("data");
	mapping = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
	expect("a mapping", mapping == MAP_FAILED ? errno : 0, 0);
	munmap(mapping, 4096);
	close(file);
	expect("a bad file", open_once(in("bad"), O_RDONLY), EPERM);
}

static void renaming(int round)
{
	expect("a new file", open_once(in("new"), O_WRONLY | O_CREAT), 0);
	expect("a newer file", open_once(in("newer"), O_WRONLY | O_CREAT), 0);
	expect("a renaming", answer(rename(in("new"), in("newer"))), 0);
	expect("a removal", answer(unlink(in("newer"))), 0);
	expect("the removal of a listed file", answer(unlink(in("data"))), EPERM);
}

/* Writes what was there: then it is evaluated again. */
static void writing(int round)
{
	int file = open(in("written"), O_WRONLY);

	if (file == -1)
		die("written");
	if (pwrite(file, contents, size, 0) != size)
		die("write");
	close(file);
	expect("what was written as it was", open_once(in("written"), O_RDONLY), 0);
}

static void asking(int round)
{
	const char *status = status_of(in("data"));

	if (strcmp(status, "valid") && strcmp(status, "not-evaluated"))
		die(status);
	expect("the status of a bad file", strcmp(status_of(in("bad")), "mismatch"), 0);
	expect("a file without an entry", query_entry(in(".")), ENOENT);
}

static void loading(int round)
{
	static const char digest[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

	expect("a new entry", load_entry(in("data"), digest, 1, true, true), EPERM);
	expect("a deletion", delete_entry(in("data")), EPERM);
}

static const struct {
	const char *name;
	void (*work)(int round);
} workers[] = {
	{ "executed", execution }, { "opened", opening }, { "renamed", renaming },
	{ "written", writing },	   { "asked", asking },	  { "loaded", loading },
};
#define WORKERS (sizeof(workers) / sizeof(*workers))

static void work(size_t which, time_t end, int *rounds)
{
	while (time(NULL) < end)
		workers[which].work((*rounds)++);
	exit(0);
}

int main(int argc, char **argv)
{
	int *rounds = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	time_t end = time(NULL) + (argc == 3 ? atoi(argv[2]) : 0);
	int file, status, failed = 0;
	size_t which;

	if (argc != 3 || rounds == MAP_FAILED)
		return 2;
	directory = argv[1];
	file = open(in("written"), O_RDONLY);
	size = read(file, contents, sizeof(contents));
	if (size <= 0)
		die("written");
	close(file);
	guest_begin();
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (which = 0; which < WORKERS; which++) {
		pid_t child = fork();

		if (child == 0)
			work(which, end, &rounds[which]);
		if (child == -1)
			die("fork");
	}
	while (wait(&status) != -1)
		failed += status != 0;
	for (which = 0; which < WORKERS; which++)
		printf("%s%d %s", which ? ", " : "", rounds[which], workers[which].name);
	printf("\n");
	return failed ? 1 : 0;
}
