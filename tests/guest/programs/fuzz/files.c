/* SPDX-License-Identifier: BSD-2-Clause */
/* The files: what is in them, and who does something to them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../guest/guest.h"
#include "fuzz.h"

struct file files[MOST_FILES];
int files_count;
int generations = 1;
struct place places[16];
int places_count;

/* What each place has. Those in "d" are in a directory of the user's. */
static const struct {
	const char *name;
	size_t size;
	int mode;
	bool is_program, is_own;
} made[] = {
	{ "d/short", 700, 0644, false, true },
	{ "d/data", 5000, 0644, false, true },
	{ "d/large", 70000, 0644, false, true },
	{ "d/program", 9000, 0755, true, true },
	{ "d/verity", 20000, 0644, false, true },
	{ "shared", 12288, 0666, false, false },
	{ "tool", 8300, 0777, true, false },
};

#define MADE (sizeof(made) / sizeof(*made))

static uint64_t seed_of(const char *place, const char *name)
{
	uint64_t seed = 14695981039346656037u;

	while (*place || *name)
		seed = (seed ^ (unsigned char)(*place ? *place++ : *name++)) * 1099511628211u;
	return seed;
}

/* What is called so in a directory; of those that are alike, the one of that number. */
static const char *name_in(const char *directory, const char *name, int number)
{
	static char names[8][112];
	static int next;
	char *text = names[next++ % 8];

	if (number < 0)
		snprintf(text, sizeof(names[0]), "%s/%s", directory, name);
	else
		snprintf(text, sizeof(names[0]), "%s/%s.%d", directory, name, number);
	return text;
}

const char *name_of(const struct file *file)
{
	return name_in(places[file->place].name, file->name, atomic_load(&file->state->generation));
}

const char *other_name_of(const struct file *file)
{
	return name_in(places[file->place].other, file->name,
		       atomic_load(&file->state->generation));
}

const char *used_path_of(const struct file *file)
{
	const struct place *place = &places[file->place];
	int number = atomic_load(&file->state->generation);
	bool is_other = place->other && !atomic_load(&file->state->is_copied) && chance(2);

	if (!chance(8))
		number = chance(number + 1);
	return name_in(is_other ? place->other : place->name, file->name, number);
}

bool file_renew(struct file *file)
{
	if (atomic_load(&file->state->generation) + 1 == generations)
		return false;
	atomic_fetch_add(&file->state->generation, 1);
	atomic_store(&file->state->is_copied, false);
	atomic_store(&file->state->is_evil, false);
	return true;
}

void files_plan(char *given)
{
	struct place *place = &places[places_count];
	char *other = strpbrk(given, "=:");
	bool makes_copies = other && *other == ':';
	size_t which;

	if (places_count == 16)
		die("too many places");
	if (other)
		*other++ = '\0';
	*place = (struct place){ .name = given, .other = other, .makes_copies = makes_copies };
	for (which = 0; which < MADE; which++) {
		struct file *file = &files[files_count];

		*file = (struct file){
			.name = made[which].name,
			.place = places_count,
			.mode = made[which].mode,
			.is_program = made[which].is_program,
			.is_own = made[which].is_own,
			.is_for_verity = !strcmp(made[which].name, "d/verity"),
			.size = made[which].size,
			.contents = malloc(made[which].size),
		};
		if (!file->contents || ++files_count == MOST_FILES)
			die("no room for files");
		program_fill(file->contents, file->size, seed_of(given, file->name));
		file->status = program_status(file->contents, file->size);
	}
	places_count++;
}

static void put(const char *name, const unsigned char *bytes, size_t size, int mode, int owner)
{
	int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	if (file == -1 || write(file, bytes, size) != (ssize_t)size || fchmod(file, mode))
		die(name);
	/* On a file system without owners all is the user's. */
	if (fchown(file, owner, owner) && errno != EPERM)
		die(name);
	close(file);
}

static void make_beside(const struct place *place)
{
	static unsigned char donor[70000];
	const char *name = name_in(place->name, "d", -1);

	if ((mkdir(name, 0755) && errno != EEXIST) || (chown(name, USER, USER) && errno != EPERM))
		die(name);
	program_fill(donor, sizeof(donor), seed_of(place->name, "donor"));
	put(name_in(place->name, "d/donor", -1), donor, sizeof(donor), 0644, USER);
}

void files_make(void)
{
	int which, number;

	for (which = 0; which < places_count; which++)
		make_beside(&places[which]);
	for (which = 0; which < files_count; which++) {
		const struct file *file = &files[which];
		const char *place = places[file->place].name;

		for (number = 0; number < generations; number++) {
			const char *name = name_in(place, file->name, number);

			put(name, file->contents, file->size, file->mode, file->is_own ? USER : 0);
			printf("%s %s\n", name,
			       file->is_program ? "direct,indirect,file" : "file");
		}
		if (file->size == 70000)
			put(name_in(place, "d/twin", -1), file->contents, file->size, 0644, USER);
	}
}

void files_open(void)
{
	struct state *states = mmap(NULL, sizeof(*states) * MOST_FILES, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int which;

	if (states == MAP_FAILED)
		die("no memory");
	for (which = 0; which < files_count; which++)
		files[which].state = &states[which];
	for (which = 0; which < places_count; which++) {
		struct place *place = &places[which];

		const char *name = name_in(place->name, "d/donor", -1);

		place->donor = open(name, O_RDWR | O_CLOEXEC);
		place->direct = open(name, O_RDONLY | O_DIRECT | O_CLOEXEC);
		place->twin = open(name_in(place->name, "d/twin", -1), O_RDONLY | O_CLOEXEC);
		if (place->donor == -1 || place->twin == -1)
			die(name);
	}
}

bool file_matches(const struct file *file, const unsigned char *bytes, size_t size)
{
	return size == file->size && !memcmp(bytes, file->contents, size);
}

bool file_is_quiet(const struct file *file, unsigned int *turn)
{
	unsigned int done = atomic_load(&file->state->done);

	*turn = atomic_load(&file->state->begun);
	return *turn == done;
}

void file_begin(struct file *file)
{
	atomic_fetch_add(&file->state->begun, 1);
}

void file_end(struct file *file, const char *what, int result)
{
	struct state *state = file->state;
	unsigned int number = atomic_fetch_add(&state->events, 1);

	if (!result)
		atomic_store(&state->last, what);
	state->event[number % EVENTS] =
		(struct event){ what, result, worker, atomic_load(&state->begun) };
	atomic_fetch_add(&state->done, 1);
}

void file_tell(const struct file *file)
{
	const struct state *state = file->state;
	unsigned int number = atomic_load(&state->events), first = 0, at;

	if (number > EVENTS)
		first = number - EVENTS;
	printf("  %s:", name_of(file));
	for (at = first; at < number; at++) {
		const struct event *event = &state->event[at % EVENTS];

		printf(" %d:%s", event->worker, event->what);
		if (event->result)
			printf("=%d", event->result);
	}
	printf("\n");
}
