/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls in which what may fail for want of memory fails.
 *
 * Rows that are alike stand together. In the first of them the first thing fails, in the second that
 * and all after it; in the third and fourth it is the second thing, and so on, until nothing is left
 * to fail. The rows that are left over then are not needed. Where not every fault is tried, it is each
 * so-many-th, beginning with another one from row to row.
 *
 * What is denied otherwise must be denied. What is allowed may be denied; if it is not, then what is
 * expected after it must be so. Nothing may be learned of a file that is not true, no entry be lost
 * with a call that was denied, and no memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../guest/guest.h"
#include "rows.h"

#define ERRORS 256

static int faulty_calls, faults, answers[ERRORS], most;

static bool are_alike(const struct row *one, const struct row *other)
{
	return one->level == other->level && !strcmp(one->call, other->call) &&
	       !strcmp(one->entry, other->entry) && !strcmp(one->contents, other->contents) &&
	       !strcmp(one->state, other->state);
}

/* Of a file that is no kernel, as none here is, kexec_file_load(2) says so after it was allowed. */
static bool is_allowed(int error)
{
	return !error || error == ENOEXEC;
}

/* What is wrong with a call that had a fault, or NULL. */
static const char *wrong(const struct row *row, int error)
{
	bool is_listed = strcmp(row->entry, "unlisted");
	const char *status = status_of(row->file);

	if (!is_allowed(row->error) && is_allowed(error))
		return "it is allowed";
	if (!strcmp(row->status, "-"))
		return NULL;
	if (is_allowed(error))
		return strcmp(status, row->status) ? "it is allowed with another outcome" : NULL;
	if (!strcmp(status, "no-entry"))
		return is_listed ? "the entry is lost" : NULL;
	if (!strcmp(status, strcmp(row->contents, "match") ? "valid" : "mismatch"))
		return "the status is wrong";
	return NULL;
}

/* Makes a row's call with that fault. Whether there was one is returned, unless something is wrong. */
static bool is_right(struct row *row, int which, bool *had_fault)
{
	const char *reason;
	int held, error, struck;

	if (!strcmp(row->state, "evaluated"))
		evaluate(row);
	held = allocations();
	fail_next(which);
	error = call_of(row)->make(row);
	struck = failed();
	*had_fault = struck;
	if (struck) {
		faulty_calls++;
		faults += struck;
		answers[error < ERRORS ? error : ERRORS - 1]++;
		if (struck > most)
			most = struck;
		reason = wrong(row, error);
	} else {
		reason = error == row->error ? NULL : "it has another answer without a fault";
	}
	if (!reason && allocations() > held)
		reason = "memory is lost";
	if (reason)
		printf("row %d, level %d %s of %s, %s, %s, fault %d: %s: %d\n", row->number,
		       row->level, row->call, row->entry, row->contents, row->state, which, reason,
		       error);
	return !reason;
}

/* The rows from the first on that are like it: how many there are, and how many are right. */
static int run_alike(struct row *first, int count, int each, int *right)
{
	bool had_fault = true;
	int index;

	for (index = 0; index < count && are_alike(first, first + index); index++) {
		int nth = index / 2 * each + first->number % each + 1;
		int which = index % 2 ? -nth : nth;

		if (!had_fault)
			(*right)++;
		else if (is_right(first + index, which, &had_fault))
			(*right)++;
	}
	if (had_fault) {
		printf("row %d, level %d %s of %s, %s, %s: more can fail\n", first->number,
		       first->level, first->call, first->entry, first->contents, first->state);
		(*right)--;
	}
	return index;
}

int run_with_faults(struct row *rows, int count, int level, int each)
{
	int right = 0, index = 0;

	while (index < count) {
		if (rows[index].level == level)
			index += run_alike(rows + index, count - index, each, &right);
		else
			index++;
	}
	return right;
}

void print_faults(void)
{
	int error;

	printf("%d calls with a fault, %d faults, at most %d in a call;", faulty_calls, faults, most);
	for (error = 0; error < ERRORS; error++)
		if (answers[error])
			printf(" %s %d", error ? strerrorname_np(error) : "ok", answers[error]);
	printf("\n");
}
