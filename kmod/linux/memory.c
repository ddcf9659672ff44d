// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The core's memory.
 */
#include "veriexec.h"

#include <linux/slab.h>

static atomic_long_t allocations;

long veriexec_allocations(void)
{
	return atomic_long_read(&allocations);
}

void *veriexec_shim_alloc(size_t size, size_t align)
{
	void *memory = NULL;

	if (align <= ARCH_KMALLOC_MINALIGN)
		memory = MAY_FAIL(kvmalloc(size, GFP_KERNEL | __GFP_NOWARN), NULL);
	if (memory)
		atomic_long_inc(&allocations);
	return memory;
}

void veriexec_shim_free(void *memory)
{
	atomic_long_dec(&allocations);
	kvfree(memory);
}
