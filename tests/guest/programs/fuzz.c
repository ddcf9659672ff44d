/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does all to listed files that a user can do, in random order and side by side, and looks whether
 * anybody could use one that was changed:
 *
 *	fuzz -g NUMBER make PLACE...
 *	fuzz -g NUMBER [-s SEED] [-l LEVEL] [-t SECONDS] [-x KIND,...] [-o KIND,...] run PLACE...
 *
 * A place is a directory, or DIRECTORY=ANOTHER if an overlay shows it there as well, or
 * DIRECTORY:ANOTHER if that makes copies of what is written. The first makes files in each and
 * prints what is to be listed; the second raises the level and begins. Kinds of operations can be
 * left out, or be the only ones, by name or class.
 *
 * What was changed root mends at level 0. At level 1 it stays unusable, and another takes its place,
 * of as many that are alike as -g says. From level 2 on nothing may change at all. Level 0 lasts
 * until each kind of operation was done, so that none is there for nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "fuzz/worker.h"
#include "guest/guest.h"

#define WORKERS 4
/* The last one only uses files. */
#define READER WORKERS

static struct file *any_file(void)
{
	struct file *file = &files[atomic_load(&counts->hot)];

	if (chance(2) && !atomic_load(&file->state->is_lost))
		return file;
	do
		file = &files[chance(files_count)];
	while (atomic_load(&file->state->is_lost));
	return file;
}

static void operate(int which, struct file *file)
{
	const struct kind *kind = all_kinds[which];
	int error;

	file_begin(file);
	error = guarded(kind->run, file);
	/* At level 1 what is changed for good is of no use any more. */
	if (level == 1 && chance(16))
		undo(file);
	release();
	file_end(file, kind->name, error);
	atomic_fetch_add(error ? &counts->refused[which] : &counts->succeeded[which], 1);
}

static void one_operation(int which, struct file *file)
{
	const struct kind *kind = all_kinds[which];

	if (kind->needs != KEPT_NOTHING) {
		if (!find_kept(kind->needs))
			return;
		file = kept->file;
	}
	operate(which, file);
	if (chance(2))
		use_file(file);
}

/* A file of the places that this process has at first. */
static struct file *own_file(void)
{
	struct file *file;

	do
		file = any_file();
	while (file->place % READER % (READER - 1) != worker - 1);
	return file;
}

static bool is_idle(int kind)
{
	return !counts->succeeded[kind] && !all_kinds[kind]->may_never;
}

static bool some_are_idle(void)
{
	int kind;

	for (kind = 0; kind < kinds_count; kind++)
		if (is_idle(kind))
			return true;
	return false;
}

static void try_kind(int kind, bool is_first)
{
	int place;

	for (place = 0; place < places_count && !atomic_load(&counts->is_over); place++)
		if (is_first || is_idle(kind))
			one_operation(kind, is_first ? own_file() : any_file());
}

/* At level 0 each kind is tried in each place, and again until it succeeds. */
static void try_all(void)
{
	int kind, round;

	for (round = 0; !round || (some_are_idle() && !atomic_load(&counts->is_over)); round++)
		for (kind = 0; kind < kinds_count; kind++)
			try_kind(kind, !round);
}

/* What can be done with something that is kept. */
static void use_what_is_kept(void)
{
	int first = chance(kinds_count), which;
	enum kept_kind kind;

	if (!find_kept(KEPT_NOTHING))
		return;
	kind = kept->kind;
	if (chance(2))
		use_file(kept->file);
	for (which = 0; which < kinds_count; which++)
		if (all_kinds[(first + which) % kinds_count]->needs == kind) {
			one_operation((first + which) % kinds_count, NULL);
			break;
		}
	if (chance(2) && find_kept(kind)) {
		use_kept();
		drop_kept(kept);
	}
}

static void work(uint64_t seed)
{
	int which;

	chance_begin(seed * 100 + level * 10 + worker);
	guard_begin();
	if (setgroups(0, NULL) || setresgid(USER, USER, USER) || setresuid(USER, USER, USER))
		die("user");
	/* So that it may look at itself. */
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (level == 0 && worker != READER)
		try_all();
	while (!atomic_load(&counts->is_over)) {
		if (worker == READER) {
			use_file(any_file());
			continue;
		}
		which = chance(kinds_count);
		if (level == 1 && all_kinds[which]->is_final && chance(4))
			continue;
		one_operation(which, any_file());
		if (chance(2))
			use_what_is_kept();
	}
	drop_all();
	fflush(stdout);
	_exit(0);
}

/* Root writes a file as it was. */
static int restore(struct file *file)
{
	int error = 0, opened;

	file_begin(file);
	opened = open(name_of(file), O_WRONLY | O_CLOEXEC);
	if (opened == -1 || pwrite(opened, file->contents, file->size, 0) != (ssize_t)file->size ||
	    ftruncate(opened, file->size))
		error = errno;
	if (opened != -1)
		close(opened);
	file_end(file, "restore", error);
	if (!error) {
		atomic_store(&file->state->is_evil, false);
		atomic_fetch_add(&counts->restored, 1);
	}
	return error;
}

/* Whether it can be opened for writing: what was changed cannot. */
static bool is_changed(const struct file *file)
{
	int opened = open(name_of(file), O_WRONLY | O_CLOEXEC);

	if (opened != -1)
		close(opened);
	return opened == -1 && errno == EPERM;
}

static void look_after(struct file *file)
{
	int error = use_read(file);
	bool is_evil = atomic_load(&file->state->is_evil);

	if (level == 0 && (error || is_evil) && restore(file) && !file_renew(file))
		atomic_store(&file->state->is_lost, true);
	if (level == 1 && (is_evil || (error == EPERM && is_changed(file)))) {
		atomic_fetch_add(&counts->renewed, 1);
		if (!file_renew(file))
			atomic_store(&file->state->is_lost, true);
	}
}

/* Looks for one that is as it was, and of which an overlay has no copy, after another level. */
static void begin_with(struct file *file)
{
	while (!is_as_before(file, name_of(file)) && file_renew(file))
		;
	if (places[file->place].makes_copies && !is_as_before(file, other_name_of(file)))
		atomic_store(&file->state->is_copied, true);
}

/*
 * When all have ended, from level 2 on: each file is as it was, and can be used. Below that a level
 * is not begun with those that are not.
 */
static void look_at_last(struct file *file)
{
	int tries, error = 0;

	if (atomic_load(&file->state->is_lost)) {
		atomic_fetch_add(&counts->lost, 1);
		return;
	}
	for (tries = 0; tries < 50; tries++) {
		error = use_read(file);
		if (!error || (level == 1 && is_changed(file)))
			return;
		if (level == 0)
			restore(file);
		usleep(100000);
	}
	atomic_fetch_add(&counts->stuck, 1);
	printf("STUCK at level %d: %s\n", level, strerror(error));
	file_tell(file);
}

static bool wait_for(pid_t child)
{
	int tries, status;

	for (tries = 0; tries < 600; tries++) {
		if (waitpid(child, &status, WNOHANG) == child) {
			if (status)
				printf("STUCK: a worker ended with %#x\n", status);
			return !status;
		}
		usleep(100000);
	}
	printf("STUCK: a worker hangs\n");
	return false;
}

static int run(uint64_t seed, int seconds)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	pid_t workers[WORKERS + 1];
	time_t end;
	int which;

	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (counts == MAP_FAILED || setrlimit(RLIMIT_MEMLOCK, &unlimited))
		die("memory");
	guest_begin();
	files_open();
	chance_begin(seed);
	if (level && set_level(level))
		die("level");
	printf("level %d, seed %llu\n", level, (unsigned long long)seed);
	for (which = 0; which < files_count; which++)
		begin_with(&files[which]);
	end = time(NULL) + seconds;
	for (worker = 1; worker <= READER; worker++) {
		workers[worker] = fork();
		if (workers[worker] == -1)
			die("fork");
		if (!workers[worker])
			work(seed);
	}
	worker = 0;
	while (time(NULL) < end || (level == 0 && some_are_idle() && time(NULL) < end + 300))
		for (which = 0; which < files_count; which++) {
			look_after(&files[which]);
			if (which % 4 == 0)
				atomic_store(&counts->hot, chance(files_count));
			usleep(2000);
		}
	atomic_store(&counts->is_over, true);
	for (which = 1; which <= READER; which++)
		if (!wait_for(workers[which]))
			atomic_fetch_add(&counts->stuck, 1);
	for (which = 0; which < files_count; which++)
		look_at_last(&files[which]);
	return report(seed);
}

int main(int argc, char **argv)
{
	const char *left_out = NULL, *only = NULL;
	int option, seconds = 10;
	uint64_t seed = time(NULL);

	setvbuf(stdout, NULL, _IOLBF, 0);
	umask(0);
	while ((option = getopt(argc, argv, "g:s:l:t:x:o:")) != -1) {
		switch (option) {
		case 'g': generations = atoi(optarg); break;
		case 's': seed = strtoull(optarg, NULL, 0); break;
		case 'l': level = atoi(optarg); break;
		case 't': seconds = atoi(optarg); break;
		case 'x': left_out = optarg; break;
		case 'o': only = optarg; break;
		default: return 2;
		}
	}
	if (argc - optind < 2)
		return 2;
	for (option = optind + 1; option < argc; option++)
		files_plan(argv[option]);
	if (!strcmp(argv[optind], "make")) {
		files_make();
		return 0;
	}
	kinds_gather(left_out, only);
	return run(seed, seconds);
}
