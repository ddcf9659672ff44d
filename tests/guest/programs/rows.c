/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes system calls, row by row of a table, and compares what they answer: rows TABLE COMMAND [EACH]
 *
 * The files are made first, then the shell runs the command, which lists them; then the rows come
 * level by level. Prints how they differ, at last how many there are and how many agree, and fails
 * if not all do.
 *
 * A line of the table is a row, its fields between tabs: those of struct row, up to `other`, as they
 * come there. If more follow, the kernel's log is looked at: they are what it should have.
 *
 * With EACH the calls of the rows are made with faults, each EACH-th; see rows/faults.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/guest.h"
#include "rows/rows.h"

#define FIELDS 32

struct contents program, module;
char program_digest[DIGEST];

static struct row *rows;
static int row_count;

int answer(long returned)
{
	return returned == -1 ? errno : 0;
}

const char *in_directory(const struct row *row, const char *name)
{
	static char paths[4][PATH_MAX];
	static int next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", row->directory, name);
	return path;
}

void make_file(const char *name, const void *contents, size_t size)
{
	int file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);

	if (file == -1 || write(file, contents, size) != (ssize_t)size)
		die(name);
	close(file);
}

/* The contents of a file, with a NUL after them. */
static struct contents read_file(const char *name)
{
	struct contents contents;
	struct stat status;
	int file = open(name, O_RDONLY | O_CLOEXEC);

	if (file == -1 || fstat(file, &status))
		die(name);
	contents.size = status.st_size;
	contents.bytes = calloc(1, contents.size + 1);
	if (!contents.bytes || read(file, contents.bytes, contents.size) != (ssize_t)contents.size)
		die(name);
	close(file);
	return contents;
}

/* The table */

static char *duplicate(const char *text, size_t len)
{
	char *copy = strndup(text, len);

	if (!copy)
		die("memory");
	return copy;
}

/* What precedes and includes the component "rowN" of the file's name. */
static char *directory_of(const char *file)
{
	const char *row = strstr(file, "/row");
	const char *end = row ? strchr(row + 1, '/') : NULL;

	if (!end)
		die(file);
	return duplicate(file, end - file);
}

static void read_row(struct row *row, char *line)
{
	char *fields[FIELDS];
	int count = 0, index;

	while (line && count < FIELDS)
		fields[count++] = strsep(&line, "\t");
	if (count < 9)
		die("a row has too few fields");
	row->level = atoi(fields[0]);
	row->call = fields[1];
	row->file = fields[2];
	row->entry = fields[3];
	row->contents = fields[4];
	row->state = fields[5];
	row->error = atoi(fields[6]);
	row->status = fields[7];
	row->other = fields[8];
	row->is_logged = count > 9;
	row->pattern_count = count > 9 ? count - 9 : 0;
	row->patterns = calloc(FIELDS, sizeof(*row->patterns));
	for (index = 0; index < row->pattern_count; index++)
		row->patterns[index] = fields[9 + index];
	row->directory = directory_of(row->file);
	row->second = strdup(in_directory(row, "second"));
	row->descriptor = -1;
}

static void read_table(const char *name)
{
	struct contents table = read_file(name);
	char *rest = table.bytes, *line;

	for (line = rest; *line; line++)
		row_count += *line == '\n';
	rows = calloc(row_count, sizeof(*rows));
	for (row_count = 0; (line = strsep(&rest, "\n")) && *line; row_count++) {
		rows[row_count].number = row_count;
		read_row(&rows[row_count], line);
	}
}

const struct call *call_of(const struct row *row)
{
	const struct call *call = file_call_named(row->call);

	if (!call)
		call = system_call_named(row->call);
	if (!call)
		call = driver_call_named(row->call);
	if (!call)
		die(row->call);
	return call;
}

/* Preparation */

static void make_directory(const char *name)
{
	if (mkdir(name, 0755) && errno != EEXIST)
		die(name);
}

static void prepare(struct row *row)
{
	bool is_module = !strcmp(row->call, "finit-module");
	const struct contents *contents = is_module ? &module : &program;
	const struct call *call = call_of(row);
	int file;

	make_directory(row->directory);
	if (!strncmp(row->directory, "/own/", 5) && mount("own", row->directory, "tmpfs", 0, NULL))
		die("mount");
	make_directory(in_directory(row, "place"));
	make_directory(in_directory(row, "other"));
	make_file(row->file, contents->bytes, contents->size);
	if (!strcmp(row->contents, "mismatch")) {
		file = open(row->file, O_WRONLY | O_APPEND | O_CLOEXEC);
		if (write(file, "!", 1) != 1)
			die(row->file);
		close(file);
	}
	if (call->prepare)
		call->prepare(row);
	if (!strcmp(row->state, "busy") && open(row->file, O_WRONLY | O_APPEND | O_CLOEXEC) == -1)
		die(row->file);
}

void evaluate(const struct row *row)
{
	int file = open(row->file, O_RDONLY | O_CLOEXEC);

	if (file != -1)
		close(file);
}

/* Comparison */

/* How often the log had what it should not, or lacked what it should. */
static int compare_log(const struct row *row, const char *about)
{
	bool seen[FIELDS] = { false };
	int wrong = 0, index;
	const char *line;
	char own[64];

	snprintf(own, sizeof(own), "%s/", strrchr(row->directory, '/'));
	while ((line = log_line())) {
		bool is_expected = false;

		for (index = 0; index < row->pattern_count; index++)
			if (matches(row->patterns[index], line))
				is_expected = seen[index] = true;
		if (!is_expected && strstr(line, own)) {
			printf("%s: logged %s\n", about, line);
			wrong++;
		}
	}
	for (index = 0; index < row->pattern_count; index++) {
		if (!seen[index] && *row->patterns[index]) {
			printf("%s: did not log %s\n", about, row->patterns[index]);
			wrong++;
		}
	}
	return wrong;
}

/* Makes a row's call, and says whether all is as expected. */
static bool agrees(struct row *row)
{
	const char *status = "-", *other = "-";
	char about[256], was[64];
	int wrong = 0, error;

	if (!strcmp(row->state, "evaluated"))
		evaluate(row);
	/* What was logged before is logged again. */
	if (row->is_logged && set_verbosity(1))
		die("verbose");
	log_skip();
	error = call_of(row)->make(row);
	snprintf(about, sizeof(about), "row %d, level %d %s of %s, %s, %s", row->number, row->level,
		 row->call, row->entry, row->contents, row->state);
	if (row->is_logged)
		wrong += compare_log(row, about);
	if (strcmp(row->status, "-"))
		status = status_of(row->file);
	snprintf(was, sizeof(was), "%s", status);
	if (strcmp(row->other, "-"))
		other = status_of(row->second);
	if (error != row->error || strcmp(was, row->status) || strcmp(other, row->other)) {
		printf("%s: %s, %s, %s; expected %s, %s, %s\n", about,
		       error ? strerrorname_np(error) : "ok", was, other,
		       row->error ? strerrorname_np(row->error) : "ok", row->status, row->other);
		wrong++;
	}
	return !wrong;
}

/* What has to come before anything else is listed. */
static bool is_early(const struct row *row)
{
	return row->level == 0 && !strncmp(row->call, "flush", 5);
}

static int run_early(void)
{
	int agreed = 0, index;

	for (index = 0; index < row_count; index++)
		if (is_early(&rows[index]))
			agreed += agrees(&rows[index]);
	return agreed;
}

static int run_level(int level)
{
	int agreed = 0, index;

	for (index = 0; index < row_count; index++)
		if (rows[index].level == level && rows[index].is_logged)
			agreed += agrees(&rows[index]);
	for (index = 0; index < row_count; index++)
		if (rows[index].level == level && !rows[index].is_logged && !is_early(&rows[index]))
			agreed += agrees(&rows[index]);
	return agreed;
}

int main(int argc, char **argv)
{
	struct rlimit files = { 65536, 65536 };
	int each = argc == 4 ? atoi(argv[3]) : 0;
	int agreed, level, index;

	if ((argc != 3 && each < 1) || setrlimit(RLIMIT_NOFILE, &files))
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	umask(0);
	program = read_file("/nothing");
	module = read_file("/lib/probe.ko");
	snprintf(program_digest, sizeof(program_digest), "%s", read_file("/nothing.digest").bytes);
	read_table(argv[1]);
	for (index = 0; index < row_count; index++)
		prepare(&rows[index]);
	guest_begin();
	if (each)
		faults_begin();
	agreed = run_early();
	if (system(argv[2]))
		die(argv[2]);
	if (set_verbosity(1))
		die("verbose");
	for (level = 0; level <= 3; level++) {
		if (set_level(level))
			die("strict");
		agreed += each ? run_with_faults(rows, row_count, level, each) : run_level(level);
	}
	if (each)
		print_faults();
	printf("rows %d, agreed %d\n", row_count, agreed);
	return agreed == row_count ? 0 : 1;
}
