// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What passed lately: the core's answers that an access passes, kept by each processor.
 *
 * The core makes such an answer of three things: of what it is asked, which is compared; of the
 * tables and settings, which whoever changes them has for itself, counted before anything changes;
 * and of the level that the asking thread wants for trial, and as long as there is such a thread
 * nothing is kept or used. So an answer that was counted the same is the one that the core would
 * give. Who changes something meanwhile comes after whoever is answered so, as it would come after
 * one who looks at the tables.
 */
#include "passed.h"

#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include "../veriexec.h"

/* An access that passed. */
struct passed {
	/* At which count of changes; 0 if there was none. */
	u64 changes;
	u64 mount;
	u64 inode;
	u64 generation;
	u32 kind;
	u32 access;
};

#define PASSED_BITS 7

/* A place is found by the file's number; what comes there takes it. */
struct all_passed {
	struct passed places[1 << PASSED_BITS];
};

static struct all_passed __percpu *all;

static struct passed *place_of(const struct veriexec_located *file, u32 access)
{
	return &this_cpu_ptr(all)->places[hash_64(file->inode + access, PASSED_BITS)];
}

static bool is_kept(u64 changes, const struct veriexec_located *file, u32 access)
{
	const struct passed *passed;
	bool is_it;

	preempt_disable();
	passed = place_of(file, access);
	is_it = passed->changes == changes && passed->inode == file->inode &&
		passed->mount == file->mount && passed->generation == file->generation &&
		passed->kind == file->kind && passed->access == access;
	preempt_enable();
	return is_it;
}

static void keep(u64 changes, const struct veriexec_located *file, u32 access)
{
	preempt_disable();
	*place_of(file, access) = (struct passed){
		.changes = changes,
		.mount = file->mount,
		.inode = file->inode,
		.generation = file->generation,
		.kind = file->kind,
		.access = access,
	};
	preempt_enable();
}

/* Asks the core, and keeps what passes. What changes meanwhile makes it void: it is counted then. */
static noinline bool ask(u64 changes, const struct veriexec_located *file, u32 access)
{
	bool passes = veriexec_core_passes(file, access);

	if (passes && !veriexec_has_trials())
		keep(changes, file, access);
	return passes;
}

bool veriexec_passes(const struct veriexec_located *file, u32 access)
{
	u64 changes = smp_load_acquire(&veriexec_changes);

	return (!veriexec_has_trials() && is_kept(changes, file, access)) ||
	       ask(changes, file, access);
}

int veriexec_passed_init(void)
{
	all = MAY_FAIL(alloc_percpu(struct all_passed), NULL);
	return all ? 0 : -ENOMEM;
}

/* When nobody asks any more. */
void veriexec_passed_exit(void)
{
	free_percpu(all);
}
