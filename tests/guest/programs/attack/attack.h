/* SPDX-License-Identifier: BSD-2-Clause */
/* Attacks, each a way to have something run or read that was not evaluated as it is. */
#ifndef ATTACK_H
#define ATTACK_H

#include <stddef.h>
#include <stdbool.h>

struct attack {
	const char *name;
	/* How many arguments it has at least. */
	int arguments;
	/* Does it; whatever keeps it from succeeding ends the program: must(). */
	void (*run)(char **arguments);
};

/* The attack of that name, or NULL. */
const struct attack *memory_attack(const char *name);
const struct attack *file_attack(const char *name);
const struct attack *disk_attack(const char *name);
const struct attack *rights_attack(const char *name);

/* Ends the program if a call returned -1, and says which it was: else what it returned. */
long must(const char *what, long returned);

/* A mapping, of which that it cannot be made ends the program. */
void *must_map(size_t size, int protection, int flags, int file);

/* Reads a file, as its user does. */
void use(const char *file);

/* Writes to the beginning of a file. */
void change(int file);

#define FOUND(attacks, wanted)                                                                     \
	do {                                                                                       \
		for (size_t index = 0; index < sizeof(attacks) / sizeof(*attacks); index++)        \
			if (!strcmp(attacks[index].name, wanted))                                  \
				return &attacks[index];                                            \
		return NULL;                                                                       \
	} while (0)

#endif
