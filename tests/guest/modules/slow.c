// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A console that takes its time over each line of Veriexec's, and knows who waits for it.
 *
 * Its parameters: `delay`, in milliseconds; `lines`, how many there were; and `askers`, how many of
 * them were printed by somebody who is no thread of a workqueue, as who was reported is none.
 */
#include <linux/console.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>

static unsigned int delay, lines, askers;

module_param(delay, uint, 0600);
module_param(lines, uint, 0400);
module_param(askers, uint, 0400);

static void slow_write(struct console *console, const char *text, unsigned int len)
{
	if (!strnstr(text, "Veriexec: ", len))
		return;
	lines++;
	if (!(current->flags & PF_WQ_WORKER))
		askers++;
	mdelay(READ_ONCE(delay));
}

static struct console slow = {
	.name = "slow",
	.write = slow_write,
	.flags = CON_ENABLED,
	.index = -1,
};

static int __init slow_load(void)
{
	register_console(&slow);
	return 0;
}

static void __exit slow_unload(void)
{
	unregister_console(&slow);
}

module_init(slow_load);
module_exit(slow_unload);

MODULE_DESCRIPTION("A slow console");
MODULE_LICENSE("Dual BSD/GPL");
