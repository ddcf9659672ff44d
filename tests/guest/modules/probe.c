// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A module that comes and goes. */
#include <linux/module.h>

static int __init probe_load(void)
{
	return 0;
}

static void __exit probe_unload(void)
{
}

module_init(probe_load);
module_exit(probe_unload);

MODULE_DESCRIPTION("Comes and goes");
MODULE_LICENSE("Dual BSD/GPL");
