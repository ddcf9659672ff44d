/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process does between operations: work.c. */
#ifndef WORKER_H
#define WORKER_H

#include "fuzz.h"

void chance_begin(uint64_t seed);
void guard_begin(void);
void guard_end(void);
/* Gives the file its contents back, by what the operation has of it. */
void undo(struct file *file);
void undo_kept(const struct kept *slot);
/* Ends what the operation had. */
void release(void);
/* Finds something of that kind that is kept, or anything at all. */
bool find_kept(enum kept_kind kind);
void drop_kept(struct kept *slot);
void drop_all(void);

#endif
