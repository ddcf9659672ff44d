/* SPDX-License-Identifier: BSD-2-Clause */
/* Attacks by way of mappings. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attack.h"

#define PAGE 4096

/* Somebody writes a file while it is used. */
static void writer(char **arguments)
{
	int file = must("open for writing", open(arguments[0], O_WRONLY));

	use(arguments[0]);
	change(file);
}

/* The file is used, then written, all the while open. */
static void writer_after_use(char **arguments)
{
	int file;

	use(arguments[0]);
	file = must("open for writing", open(arguments[0], O_WRONLY));
	change(file);
	use(arguments[0]);
}

/* A mapping through which it can be written outlives the descriptor. */
static void shared(char **arguments)
{
	int file = must("open for writing", open(arguments[0], O_RDWR));
	char *mapping = must_map(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file);

	close(file);
	use(arguments[0]);
	mapping[0] ^= 1;
}

/* The same, but it is written when a line comes. */
static void shared_later(char **arguments)
{
	int file = must("open for writing", open(arguments[0], O_RDWR));
	char *mapping = must_map(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file);
	int line = must("open", open(arguments[1], O_RDONLY));
	char byte;

	close(file);
	must("read", read(line, &byte, 1));
	mapping[0] ^= 1;
}

/* Code that was written while somebody had it mapped as data becomes executable. */
static void protect_changed(char **arguments)
{
	int file = must("open for reading", open(arguments[0], O_RDONLY));
	void *mapping = must_map(PAGE, PROT_READ, MAP_PRIVATE, file);
	int written = must("open for writing", open(arguments[0], O_WRONLY));

	change(written);
	close(written);
	must("mprotect", mprotect(mapping, PAGE, PROT_READ | PROT_EXEC));
}

static void protect(char **arguments)
{
	int file = must("open for reading", open(arguments[0], O_RDONLY));
	void *mapping = must_map(PAGE, PROT_READ, MAP_PRIVATE, file);

	must("mprotect", mprotect(mapping, PAGE, PROT_READ | PROT_EXEC));
}

static void map(char **arguments)
{
	int file = must("open for reading", open(arguments[0], O_RDONLY));

	must_map(PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, file);
}

/* The personality of old programs, for which what can be read can be executed. */
static void old_personality(char **arguments)
{
	int file = must("open for reading", open(arguments[0], O_RDONLY));

	must("personality", personality(READ_IMPLIES_EXEC));
	must_map(PAGE, PROT_READ, MAP_PRIVATE, file);
}

/* Copies a file into memory that has a descriptor and no name. */
static int in_memory(const char *name)
{
	int memory = must("memfd_create", memfd_create("copy", MFD_CLOEXEC));
	int file = must("open for reading", open(name, O_RDONLY));
	char piece[PAGE];
	ssize_t got;

	while ((got = must("read", read(file, piece, sizeof(piece)))) > 0)
		must("write", write(memory, piece, got));
	close(file);
	return memory;
}

static void execute_memory(char **arguments)
{
	char *const none[] = { NULL }, *const name[] = { "copy", NULL };

	syscall(SYS_execveat, in_memory(arguments[0]), "", name, none, AT_EMPTY_PATH);
	must("execveat", -1);
}

static void map_memory(char **arguments)
{
	must_map(PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, in_memory(arguments[0]));
}

static const struct attack attacks[] = {
	{ "writer", 1, writer },
	{ "writer-after-use", 1, writer_after_use },
	{ "shared", 1, shared },
	{ "shared-later", 2, shared_later },
	{ "protect", 1, protect },
	{ "protect-changed", 1, protect_changed },
	{ "map", 1, map },
	{ "old-personality", 1, old_personality },
	{ "execute-memory", 1, execute_memory },
	{ "map-memory", 1, map_memory },
};

const struct attack *memory_attack(const char *name)
{
	FOUND(attacks, name);
}
