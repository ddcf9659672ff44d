/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tries to have contents executed that were changed after they were evaluated, or while they were:
 * toctou WAY DIRECTORY TRIES
 *
 * Two threads, on a processor each: one writes, one has the file evaluated and maps it executable.
 * Each try has a file of its own, 0 and so on, which is listed and as it was listed. It succeeds if
 * there is an executable mapping that was made after the file was opened for write, by way of which
 * another byte can be read than that which is listed. Prints how many did, and how often each side
 * got what it asked for.
 *
 * Ways: open, the writer opened the file before it was evaluated, and still has it open; closed, he
 * has closed it before it is mapped; shared, he writes through a mapping, which he then gives up;
 * after, he opens it when it is evaluated.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/guest.h"

#define PAGE 4096

/* The file of a try. */
static char name[512];
static size_t size;
static int reader;
/* Bytes of the file, and of those that take their place. */
static char good, evil;
/* Where they are: another place each time, before and behind where the hash is. */
static size_t place;
static pthread_barrier_t barrier;
static atomic_bool is_written;

struct count {
	int written;
	int mapped;
	int denied;
	int succeeded;
};
static struct count count;

/* Maps the file executable, looks at it, and says whether it could. */
static bool map(char *byte)
{
	char *mapping = mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_PRIVATE, reader, 0);

	if (mapping == MAP_FAILED) {
		if (errno != EPERM)
			die("mmap");
		return false;
	}
	*byte = mapping[place];
	munmap(mapping, size);
	return true;
}

/* Has the file evaluated, as any user of it does. */
static bool evaluate(void)
{
	int file = open(name, O_RDONLY | O_CLOEXEC);

	if (file != -1)
		close(file);
	return file != -1;
}

static void put(int file, char byte)
{
	if (pwrite(file, &byte, 1, place) != 1)
		die("write");
}

/* What the writer has, between a way's beginning and its end. */
struct writer {
	int file;
	char *mapping;
};

struct way {
	const char *name;
	/* Before the two begin; NULL if the writer has nothing then. */
	void (*prepare)(struct writer *writer);
	/* Beside one who evaluates and maps. */
	void (*write)(struct writer *writer);
	/* When all is over. */
	void (*finish)(struct writer *writer);
};

static void open_file(struct writer *writer)
{
	writer->file = open(name, O_RDWR | O_CLOEXEC);
	if (writer->file == -1)
		die("open for writing");
}

static void close_file(struct writer *writer)
{
	close(writer->file);
}

static void write_file(struct writer *writer)
{
	put(writer->file, evil);
}

static void write_and_close(struct writer *writer)
{
	write_file(writer);
	close_file(writer);
}

static void map_shared(struct writer *writer)
{
	open_file(writer);
	writer->mapping = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, writer->file, 0);
	if (writer->mapping == MAP_FAILED)
		die("mmap");
	/* A page that was written already needs no fault to be written again. */
	writer->mapping[place] = good;
	close_file(writer);
}

static void write_mapping_and_unmap(struct writer *writer)
{
	writer->mapping[place] = evil;
	munmap(writer->mapping, size);
}

static void open_and_write(struct writer *writer)
{
	open_file(writer);
	write_and_close(writer);
}

static void nothing(struct writer *writer)
{
}

static const struct way ways[] = {
	{ "open", open_file, write_file, close_file },
	{ "closed", open_file, write_and_close, nothing },
	{ "shared", map_shared, write_mapping_and_unmap, nothing },
	{ "after", NULL, open_and_write, nothing },
};

static void pin(int processor)
{
	cpu_set_t processors;

	CPU_ZERO(&processors);
	CPU_SET(processor, &processors);
	if (sched_setaffinity(0, sizeof(processors), &processors))
		die("two processors");
}

/* Lets time pass, so that the two meet at all points of their ways. */
static void pause_for(int turns)
{
	while (turns--)
		atomic_load(&is_written);
}

struct task {
	const struct way *way;
	struct writer *writer;
	int delay;
};

static void *write_beside(void *given)
{
	const struct task *task = given;

	pin(1);
	pthread_barrier_wait(&barrier);
	pause_for(task->delay);
	task->way->write(task->writer);
	count.written++;
	atomic_store(&is_written, true);
	return NULL;
}

/* Maps the file, and says whether that shows what should not have been mapped. */
static bool map_and_count(void)
{
	char byte = good;

	if (map(&byte))
		count.mapped++;
	else
		count.denied++;
	return byte != good;
}

/* One try: whether it succeeded. */
static bool attempt(const struct way *way, int delay)
{
	struct writer writer = { .file = -1 };
	struct task task = { way, &writer, delay };
	bool succeeded = false, shows;
	pthread_t thread;

	atomic_store(&is_written, false);
	if (way->prepare)
		way->prepare(&writer);
	if (pthread_create(&thread, NULL, write_beside, &task))
		die("pthread_create");
	pthread_barrier_wait(&barrier);
	do {
		evaluate();
		shows = map_and_count();
		/* What was mapped before the writer came shows what he writes, rightly. */
		succeeded |= shows && way->prepare;
	} while (!atomic_load(&is_written));
	pthread_join(thread, NULL);
	evaluate();
	succeeded |= map_and_count();
	way->finish(&writer);
	return succeeded;
}

static void open_reader(const char *directory, int try)
{
	struct stat status;

	snprintf(name, sizeof(name), "%s/%d", directory, try);
	reader = open(name, O_RDONLY | O_CLOEXEC);
	if (reader == -1 || fstat(reader, &status))
		die(name);
	size = status.st_size;
	place = (size_t)try * 7919 % size;
	if (pread(reader, &good, 1, place) != 1)
		die("read");
	evil = good ^ 1;
}

int main(int argc, char **argv)
{
	const struct way *way = ways, *end = ways + sizeof(ways) / sizeof(*ways);
	int tries, try;

	if (argc != 4)
		return 2;
	while (way < end && strcmp(way->name, argv[1]))
		way++;
	if (way == end)
		return 2;
	tries = atoi(argv[3]);
	pin(0);
	pthread_barrier_init(&barrier, NULL, 2);
	for (try = 0; try < tries; try++) {
		open_reader(argv[2], try);
		count.succeeded += attempt(way, try * 37 % 20000);
		close(reader);
	}
	printf("%s: %d tries, %d succeeded; written %d times, mapped %d, denied %d\n", way->name,
	       tries, count.succeeded, count.written, count.mapped, count.denied);
	return count.succeeded ? 1 : 0;
}
