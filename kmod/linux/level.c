// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The strict level, above 0 of which the module cannot go.
 */
#include "veriexec.h"

#include <linux/module.h>

/* For good. */
DEFINE_STATIC_KEY_FALSE(veriexec_held_for_good);

/* One at a time. */
int veriexec_raise(int level)
{
	int error;

	if (level > 0 && !veriexec_is_held() && !try_module_get(THIS_MODULE))
		return -EBUSY;
	error = veriexec_core_raise(level);
	/* What was said until now is not lost with whatever the level ends. */
	veriexec_reports_flush();
	if (level <= 0 || veriexec_is_held())
		return error;
	if (error)
		module_put(THIS_MODULE);
	else
		static_branch_enable(&veriexec_held_for_good);
	return error;
}
