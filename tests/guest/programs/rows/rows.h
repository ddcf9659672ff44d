/* SPDX-License-Identifier: BSD-2-Clause */
/* A table of system calls with the answers they should get. */
#ifndef ROWS_H
#define ROWS_H

#include <stdbool.h>

#define DIGEST 64

/* A line of the table, but for what is worked out here. */
struct row {
	int number;
	int level;
	/* The system call, by its name in the tables of *_calls.c. */
	const char *call;
	/* The file that it is about, by its absolute name. */
	char *file;
	/* Its entry, for messages. */
	const char *entry;
	/* match or mismatch: whether its contents are those of the entry. */
	const char *contents;
	/* fresh, evaluated or busy: what has happened to it before. */
	const char *state;
	/* What is expected: an error number, the status after, and that of the other name. */
	int error;
	const char *status;
	const char *other;
	/* What is to be logged, if that is looked at: patterns as matches() has them. */
	bool is_logged;
	char **patterns;
	int pattern_count;

	/* The directory of the row's own that the file is in, and a name in it that all calls share. */
	char *directory;
	char *second;
	/* What was prepared for the call. */
	int descriptor;
	void *mapping;
};

struct call {
	const char *name;
	/* Prepares it at level 0, before anything is listed; may be NULL. */
	void (*prepare)(struct row *row);
	/* Makes it: 0, or an error number. */
	int (*make)(struct row *row);
};

/* The call of that name, or NULL. */
const struct call *file_call_named(const char *name);
const struct call *system_call_named(const char *name);
const struct call *driver_call_named(const char *name);

/* The call of a row. */
const struct call *call_of(const struct row *row);

/* Has a row's file evaluated. */
void evaluate(const struct row *row);

/* Makes the calls of a level with each such fault: how many rows are as they should be. */
int run_with_faults(struct row *rows, int count, int level, int each);

/* Says what came of them. */
void print_faults(void);

/* The path of a name in the row's directory; overwritten by the fourth call from now. */
const char *in_directory(const struct row *row, const char *name);

/* Makes a file with those contents, executable. */
void make_file(const char *name, const void *contents, size_t size);

/* 0, or errno if a call returned -1. */
int answer(long returned);

/* What files are made of: a program, and a module. */
struct contents {
	char *bytes;
	size_t size;
};
extern struct contents program, module;

/* The digests of the program, in base64. */
extern char program_digest[DIGEST];

#endif
