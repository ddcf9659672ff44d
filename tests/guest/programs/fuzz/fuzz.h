/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random operations on listed files beside their use, and a model that says which uses are wrong.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096
#define USER 1000

/* files.c: what is listed, and what was done to it. */

#define MOST_FILES 96
#define EVENTS 48

struct event {
	const char *what;
	int result;
	int worker;
	unsigned int begun;
};

/* What all processes know of a file. Pointers to words are the same in all: they are forked. */
struct state {
	/* Operations that may change it. If both are the same, nobody is at it. */
	atomic_uint begun;
	atomic_uint done;
	/* An overlay has a copy of it, which is another file. */
	atomic_bool is_copied;
	/* It has no name any more that is known. */
	atomic_bool is_lost;
	/* It was used though it was changed, and nobody has mended it since. */
	atomic_bool is_evil;
	/* Which of those that are alike is in use: at level 1 what was changed stays unusable. */
	atomic_int generation;
	/* The last operation that succeeded. */
	_Atomic(const char *) last;
	atomic_uint events;
	struct event event[EVENTS];
};

struct file {
	/* In its place. */
	const char *name;
	int place;
	int mode;
	bool is_program, is_own, is_for_verity;
	size_t size;
	unsigned char *contents;
	/* Of a program: what it ends with, if it is as it was. */
	int status;
	struct state *state;
};

/* A directory with listed files, and others in it that are not. */
struct place {
	const char *name, *other;
	/* What is written there is a copy. */
	bool makes_copies;
	/* A file that is open for all that is done with it, and one that goes past the memory. */
	int donor, direct;
	/* As the large file of the place, to share blocks with. */
	int twin;
};

extern struct file files[MOST_FILES];
extern int files_count;
/* How many there are of each. */
extern int generations;
extern struct place places[16];
extern int places_count;

/* The files of a place, which is DIRECTORY or DIRECTORY=ANOTHER. */
void files_plan(char *place);
/* Makes them all, and prints what is to be listed. */
void files_make(void);
/* Opens what is open all the time. */
void files_open(void);
bool file_matches(const struct file *file, const unsigned char *bytes, size_t size);
bool file_is_quiet(const struct file *file, unsigned int *turn);
void file_begin(struct file *file);
void file_end(struct file *file, const char *what, int result);
void file_tell(const struct file *file);
/* Takes the next of those that are alike, if there is one. */
bool file_renew(struct file *file);
/* What it is called, or what an overlay calls it: until the next few are asked for. */
const char *name_of(const struct file *file);
const char *other_name_of(const struct file *file);

/* program.c: programs that look at themselves. */

void program_fill(unsigned char *bytes, size_t size, uint64_t seed);
/* What it ends with. */
int program_status(const unsigned char *bytes, size_t size);
/* Executes a file: 0 or an error number, and how it ended as waitpid(2) says. */
int program_run(int directory, const char *name, int flags, int *status);

/* work.c: what an operation has, until it is over. */

uint64_t chance(uint64_t below);
const char *path_of(const struct file *file);
/* The same for who changes it, which has an overlay make a copy. */
const char *written_path_of(const struct file *file);
/* The same for who changes a mode, a time or the like, which is allowed at each level. */
const char *copied_path_of(const struct file *file);
/* What somebody uses, who does not know that an overlay shows a copy: now and then an old one. */
const char *used_path_of(const struct file *file);
/* Each returns -1, or NULL, with errno. They end with the operation, unless they are kept. */
int take(int descriptor);
int take_file(const struct file *file, int flags);
char *take_map(int descriptor, size_t size, int protection, int flags);
void take_back(void *mapping, size_t size);
void give_back(int descriptor);

enum kept_kind {
	KEPT_NOTHING,
	KEPT_WRITER,
	KEPT_READER,
	KEPT_SHARED,
	KEPT_PRIVATE,
	KEPT_PIN,
	KEPT_PIPE,
	KEPT_PASSED,
};

struct kept {
	enum kept_kind kind;
	struct file *file;
	int descriptor, second;
	char *mapping;
	size_t size;
	struct ring *ring;
};

/* The one that the operation is about. */
extern struct kept *kept;
/* Takes a descriptor or mapping away from the operation, which has ended with that. */
int keep(const struct kept *wanted);

/* Runs something that a mapping without a file below it may end. */
int guarded(int (*run)(struct file *file), struct file *file);

/* ring.c: io_uring(7). */

struct io_uring_sqe;
struct ring *ring_open(void);
void ring_close(struct ring *ring);
struct io_uring_sqe *ring_add(struct ring *ring, int operation, int descriptor);
void ring_submit(struct ring *ring);
/* Waits for all: 0, or the error of one of them. */
int ring_wait(struct ring *ring);
int ring_pin(struct ring *ring, void *address, size_t size);
/* Room for one file of its own. */
int ring_room(struct ring *ring);
/* The ring of this process. */
struct ring *ring_own(void);

/* Kinds of operations. */

struct kind {
	const char *name;
	const char *class;
	/* 0, or an error number. */
	int (*run)(struct file *file);
	/* What it needs that was kept. */
	enum kept_kind needs;
	/* It need not succeed on any kernel that is tried. */
	bool may_never;
	/* It leaves nothing by which the file could be given its contents back. */
	bool is_final;
};

#define KIND(called, belongs, runs, ...)                                                           \
	{ .name = called, .class = belongs, .run = runs, ##__VA_ARGS__ }

extern const struct kind written_kinds[], mapped_kinds[], ring_kinds[], piped_kinds[],
	command_kinds[], named_kinds[], space_kinds[];

/* uses.c: what must not show anything else than what was listed. */

enum use { USE_READ, USE_MAP, USE_PROTECT, USE_EXECUTE, USE_UNLISTED, USES };

extern const char *const use_names[USES];

/* Uses a file in one of the ways, and judges what comes out. */
void use_file(struct file *file);
int use_read(struct file *file);
/* Whether it can be read, and is as it was; that is not judged. */
bool is_as_before(const struct file *file, const char *name);
/* The one that is kept. */
int use_kept(void);
/* What was found is wrong. */
void found_evil(struct file *file, enum use use);

/* report.c: what all processes count. */

struct counts {
	atomic_uint uses, judged, denied;
	atomic_uint evil[USES];
	atomic_uint told;
	atomic_uint succeeded[128], refused[128];
	atomic_uint after[128];
	atomic_uint restored, renewed, lost, stuck;
	/* The file that is done most with at present. */
	atomic_int hot;
	atomic_bool is_over;
};

extern struct counts *counts;
extern const struct kind *all_kinds[128];
extern int kinds_count;
extern int level, worker;
void kinds_gather(const char *left_out, const char *only);
int report(uint64_t seed);

#endif
