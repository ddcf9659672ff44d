// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The strict level, above 0 of which the module cannot go.
 */
#include "veriexec.h"

#include <linux/module.h>

static bool is_held;

/* One at a time. */
int veriexec_raise(int level)
{
	int error;

	if (level > 0 && !is_held && !try_module_get(THIS_MODULE))
		return -EBUSY;
	error = veriexec_core_raise(level);
	/* What was said until now is not lost with whatever the level ends. */
	veriexec_reports_flush();
	if (level <= 0 || is_held)
		return error;
	if (error)
		module_put(THIS_MODULE);
	else
		WRITE_ONCE(is_held, true);
	return error;
}

bool veriexec_is_held(void)
{
	return READ_ONCE(is_held);
}
