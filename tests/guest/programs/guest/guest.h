/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the programs of a guest have in common: requests to /dev/veriexec, kern.veriexec of
 * sysctl(8), and the kernel's log.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VERIEXEC_LOAD 0x80105801u
#define VERIEXEC_DELETE 0x80105803u
#define VERIEXEC_QUERY 0xc0105804u
#define VERIEXEC_DUMP 0x40105805u
#define VERIEXEC_FLUSH 0x20005806u

/* Says what went wrong, with errno, and ends the program. */
void die(const char *what) __attribute__((noreturn));

/*
 * Opens what is used of the driver and of the log: at level 3 it could not be opened any more. Only
 * requests that change tables open the device for writing.
 */
void guest_begin(void);

/*
 * Sends a request of so many bytes, or of nothing: 0, or an error number. What it answers is to be
 * unmapped; that can be left out where there is no answer.
 */
struct reply {
	char *text;
	size_t len;
};
int request(int device, unsigned int number, const void *plist, size_t len, struct reply *reply);

/* LOAD, DELETE and FLUSH: 0, or an error number. The digest is in base64. */
int load_entry(const char *file, const char *digest, int type, bool keep, bool evaluate);
int delete_entry(const char *file);
int flush_entries(void);

/* QUERY: 0 or an error number. */
int query_entry(const char *file);

/* What QUERY says of a file: its status in words with hyphens, or no-entry. */
const char *status_of(const char *file);

/* Sets the strict level or the verbosity: 0, or an error number. */
int set_level(int level);
int set_verbosity(int verbosity);

/* Opens what faults need, of a module that has them. */
void faults_begin(void);

/*
 * Of what this thread and its children do from now on and what may fail for want of memory, the
 * N-th fails; for -N that and all after it, for 0 nothing.
 */
void fail_next(int which);

/* How many have failed since; nothing fails any more. */
int failed(void);

/* How many of the core's allocations there are. */
int allocations(void);

/* Forgets what is in the kernel's log. */
void log_skip(void);

/* The next line that Veriexec has logged, or NULL if there is none. */
const char *log_line(void);

/* Whether the text is what the pattern says, in which a star stands for anything. */
bool matches(const char *pattern, const char *text);

#endif
