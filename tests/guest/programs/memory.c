/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests, and checks that open files, in which what may fail for want of memory fails: memory EACH
 *
 * First the first thing fails, then that and all after it, then the one EACH later, until nothing is
 * left to fail.
 *
 * A request that fails says so with an error number, and then the driver dumps what it dumped before;
 * one that succeeds does what it does without a fault. No memory is lost, and nothing is held that
 * keeps a file from being written or its file system from being unmounted.
 *
 * It works in /m, where nothing may be, and prints what is wrong, at last how much was right.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/guest.h"

#define DIRECT 1
#define ALL 7
#define ERRORS 256
#define ENOUGH 200

static const char wrong_digest[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
static char good_digest[64];
static int trial = -1, each, wrong, calls, faults, answers[ERRORS];

static void complain(const char *name, int which, const char *reason, int error)
{
	printf("%s, fault %d: %s: %d\n", name, which, reason, error);
	wrong++;
}

static void must(int error, const char *what)
{
	if (error) {
		errno = error;
		die(what);
	}
}

/* What the driver dumps; to be freed. */
static char *dump(void)
{
	int device = open("/dev/veriexec", O_RDONLY | O_CLOEXEC);
	struct reply reply;
	char *text;

	if (device == -1)
		die("/dev/veriexec");
	must(request(device, VERIEXEC_DUMP, NULL, 0, &reply), "DUMP");
	text = strdup(reply.text);
	munmap(reply.text, reply.len);
	close(device);
	return text;
}

/* Requests, after which everything is flushed, and before which some of the files are listed */

static void list_some(void)
{
	must(load_entry("/m/good", good_digest, ALL, true, true), "LOAD");
	must(load_entry("/m/bad", wrong_digest, ALL, true, false), "LOAD");
	must(load_entry("/m/other", good_digest, DIRECT, false, false), "LOAD");
}

static void list_nothing(void)
{
}

static int load_new(void)
{
	return load_entry("/m/new", good_digest, ALL, true, false);
}

static int load_good(void)
{
	return load_entry("/m/new", good_digest, ALL, true, true);
}

static int load_bad(void)
{
	return load_entry("/m/new", wrong_digest, ALL, false, true);
}

static int load_name(void)
{
	return load_entry("/m/link", good_digest, ALL, true, false);
}

static int query_file(void)
{
	return query_entry("/m/good");
}

static int delete_file(void)
{
	return delete_entry("/m/good");
}

static int delete_table(void)
{
	return delete_entry("/m");
}

static int dump_all(void)
{
	int device = open("/dev/veriexec", O_RDONLY | O_CLOEXEC), error;
	struct reply reply;

	error = request(device, VERIEXEC_DUMP, NULL, 0, &reply);
	if (!error)
		munmap(reply.text, reply.len);
	close(device);
	return error;
}

static const struct {
	const char *name;
	void (*prepare)(void);
	int (*make)(void);
	/* Whether there is something in it that can fail. */
	bool can_fail;
} requests[] = {
	{ "LOAD of the first", list_nothing, load_new, true },
	{ "LOAD with evaluation of the first", list_nothing, load_good, true },
	{ "LOAD", list_some, load_new, true },
	{ "LOAD with evaluation, which matches", list_some, load_good, true },
	{ "LOAD with evaluation, which does not", list_some, load_bad, true },
	{ "LOAD of another name", list_some, load_name, true },
	{ "QUERY", list_some, query_file, true },
	{ "DUMP", list_some, dump_all, true },
	{ "DUMP of nothing", list_nothing, dump_all, true },
	{ "DELETE of a file", list_some, delete_file, true },
	{ "DELETE of a table", list_some, delete_table, true },
	{ "FLUSH", list_some, flush_entries, false },
};

/* Counts what came of a call: whether there was a fault. */
static bool count(int error)
{
	int struck = failed();

	if (struck) {
		calls++;
		faults += struck;
		answers[error < ERRORS ? error : ERRORS - 1]++;
	}
	return struck;
}

/* Makes a request with that fault, 0 for none, and says whether there was one. */
static bool try_request(size_t index, int which, const char *expected)
{
	const char *name = requests[index].name;
	char *before, *after;
	int held, error;
	bool struck;

	must(flush_entries(), "FLUSH");
	held = allocations();
	requests[index].prepare();
	before = dump();
	fail_next(which);
	error = requests[index].make();
	struck = count(error);
	after = dump();
	if (error && !struck)
		complain(name, which, "it fails without a fault", error);
	if (strcmp(after, error ? before : expected))
		complain(name, which, "the tables are others than expected", error);
	must(flush_entries(), "FLUSH");
	if (allocations() != held)
		complain(name, which, "memory is lost", error);
	free(after);
	free(before);
	return struck;
}

static void try_requests(void)
{
	char *expected;
	size_t index;
	int nth;

	for (index = 0; index < sizeof(requests) / sizeof(*requests); index++) {
		requests[index].prepare();
		must(requests[index].make(), requests[index].name);
		expected = dump();
		for (nth = 1; nth < ENOUGH && try_request(index, nth, expected); nth += each)
			try_request(index, -nth, expected);
		printf("%s: the last that can fail is %d\n", requests[index].name, nth - each);
		if (nth >= ENOUGH || (nth > 1) != requests[index].can_fail)
			complain(requests[index].name, nth, "that many?", 0);
		free(expected);
	}
}

/* Checks, for trial: a level for this thread alone */

static void set_trial(int level)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", level);

	if (pwrite(trial, text, len, 0) != len)
		die("trial");
}

static int open_once(const char *name, int flags)
{
	int file = open(name, flags | O_CLOEXEC);

	if (file == -1)
		return errno;
	close(file);
	return 0;
}

static int open_to_read(const char *name)
{
	return open_once(name, O_RDONLY);
}

static int open_to_write(const char *name)
{
	return open_once(name, O_RDWR);
}

static int cut(const char *name)
{
	struct stat status;

	return stat(name, &status) || truncate(name, status.st_size) ? errno : 0;
}

/* A level for trial is not inherited. */
static int execute(const char *name)
{
	char *const arguments[] = { (char *)name, NULL };
	volatile int error = 0;
	int status;
	pid_t child = vfork();

	if (child == 0) {
		set_trial(1);
		execve(name, arguments, arguments + 1);
		error = errno;
		_exit(1);
	}
	if (child == -1 || waitpid(child, &status, 0) == -1)
		die("vfork");
	if (error)
		return error;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : ECANCELED;
}

static const struct {
	const char *name;
	int (*make)(const char *name);
} accesses[] = {
	{ "execve", execute },
	{ "open to read", open_to_read },
	{ "open to write", open_to_write },
	{ "truncate", cut },
};

static bool try_access(size_t index, const char *file, int which, int expected)
{
	const char *name = accesses[index].name;
	int error, after;
	bool struck;

	must(flush_entries(), "FLUSH");
	list_some();
	set_trial(1);
	fail_next(which);
	error = accesses[index].make(file);
	struck = count(error);
	set_trial(0);
	if ((expected && !error) || (!struck && error != expected))
		complain(name, which, "the answer is wrong", error);
	after = open_to_write(file);
	if (after)
		complain(name, which, "the file is kept from being written", after);
	return struck;
}

static void try_accesses(void)
{
	size_t index;
	int nth;

	for (index = 0; index < sizeof(accesses) / sizeof(*accesses); index++) {
		for (nth = 1; nth < ENOUGH && try_access(index, "/m/bad", nth, EPERM); nth += each)
			try_access(index, "/m/bad", -nth, EPERM);
		for (nth = 1; nth < ENOUGH && try_access(index, "/m/other", nth, 0); nth += each)
			try_access(index, "/m/other", -nth, 0);
		printf("%s: the last that can fail is %d\n", accesses[index].name, nth - each);
		if (nth >= ENOUGH || nth == 1)
			complain(accesses[index].name, nth, "that many?", 0);
	}
	must(flush_entries(), "FLUSH");
}

static void copy(const char *from, const char *to)
{
	static char bytes[1 << 16];
	int source = open(from, O_RDONLY | O_CLOEXEC);
	ssize_t len = read(source, bytes, sizeof(bytes));
	int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

	if (len <= 0 || write(target, bytes, len) != len)
		die(to);
	close(source);
	close(target);
}

int main(int argc, char **argv)
{
	FILE *digest = fopen("/nothing.digest", "r");
	int held, error;

	each = argc == 2 ? atoi(argv[1]) : 0;
	if (each < 1)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!digest || !fgets(good_digest, sizeof(good_digest), digest))
		die("/nothing.digest");
	fclose(digest);
	if (mkdir("/m", 0755) || mount("m", "/m", "tmpfs", 0, NULL))
		die("/m");
	copy("/nothing", "/m/good");
	copy("/nothing", "/m/bad");
	copy("/nothing", "/m/other");
	copy("/nothing", "/m/new");
	if (link("/m/good", "/m/link"))
		die("/m/link");
	guest_begin();
	faults_begin();
	trial = open("/proc/sys/kern/veriexec/trial", O_RDWR | O_CLOEXEC);
	if (trial == -1)
		die("trial");
	must(set_verbosity(1), "verbose");
	held = allocations();
	try_requests();
	try_accesses();
	if (allocations() != held)
		complain("all", 0, "memory is lost", allocations());
	if (umount("/m"))
		complain("all", 0, "the file system is held", errno);
	printf("%d calls with a fault, %d faults;", calls, faults);
	for (error = 0; error < ERRORS; error++)
		if (answers[error])
			printf(" %s %d", error ? strerrorname_np(error) : "ok", answers[error]);
	printf("\n");
	return !!wrong;
}
