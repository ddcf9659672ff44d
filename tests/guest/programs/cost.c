/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures what it costs to use files: cost BATCHES PROGRAM...
 *
 * Each program, which must end by itself, is executed, opened and mapped to be executed, over and
 * over; batches of all of them take turns. Prints for each its name, what was done, and the
 * nanoseconds that it took once in the fastest batch; or nothing, if it may not be done.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guest/guest.h"

/* Whether it was done, or else may not be. */
static bool is_done(const char *program, int error)
{
	if (error && error != EPERM) {
		errno = error;
		die(program);
	}
	return !error;
}

static bool execute(const char *program)
{
	char *arguments[] = { "program", NULL };
	char *environment[] = { NULL };
	pid_t child;
	int status;

	if (!is_done(program, posix_spawn(&child, program, NULL, NULL, arguments, environment)))
		return false;
	if (waitpid(child, &status, 0) != child || status)
		die(program);
	return true;
}

static bool open_and_close(const char *program)
{
	int file = open(program, O_RDONLY | O_CLOEXEC);

	if (!is_done(program, file == -1 ? errno : 0))
		return false;
	close(file);
	return true;
}

static int mapped;

static bool map(const char *program)
{
	void *place = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, mapped, 0);

	if (!is_done(program, place == MAP_FAILED ? errno : 0))
		return false;
	if (munmap(place, 4096))
		die(program);
	return true;
}

static const struct use {
	const char *name;
	bool (*once)(const char *program);
	/* How often in a batch, which is short: the fastest is one that nothing interrupts. */
	int times;
} uses[] = {
	{ "exec", execute, 3 },
	{ "open", open_and_close, 50 },
	{ "mmap", map, 50 },
};
#define USES (sizeof(uses) / sizeof(uses[0]))

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

/* The nanoseconds that it takes once, or none if it may not be done. */
static double measure(const struct use *use, const char *program)
{
	double taken = 0;
	int time;

	/* Without it, mmap(2) may not be done either. */
	mapped = open(program, O_RDONLY | O_CLOEXEC);
	if (!is_done(program, mapped == -1 ? errno : 0))
		return 0;
	/* Whatever happens the first time only. */
	if (use->once(program)) {
		taken = now();
		for (time = 0; time < use->times; time++)
			use->once(program);
		taken = (now() - taken) / use->times;
	}
	close(mapped);
	return taken;
}

int main(int argc, char **argv)
{
	int batches = argc > 2 ? atoi(argv[1]) : 0, programs = argc - 2;
	double *fastest = calloc(programs * USES, sizeof(*fastest));
	int batch, program;
	size_t use;

	if (batches <= 0 || !fastest)
		die("expected a number of batches, and programs");
	for (batch = 0; batch < batches; batch++)
		for (program = 0; program < programs; program++)
			for (use = 0; use < USES; use++) {
				double taken = measure(&uses[use], argv[program + 2]);
				double *least = &fastest[program * USES + use];

				if (!batch || taken < *least)
					*least = taken;
			}
	for (program = 0; program < programs; program++) {
		const char *name = strrchr(argv[program + 2], '/');

		for (use = 0; use < USES; use++)
			if (fastest[program * USES + use])
				printf("%s %s %.0f\n", name ? name + 1 : argv[program + 2],
				       uses[use].name, fastest[program * USES + use]);
	}
	return 0;
}
