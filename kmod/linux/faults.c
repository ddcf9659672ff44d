// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * For tests alone: what may fail for want of memory fails when told to, and a hook is left out.
 *
 * The parameter `fail` is written N for the N-th such call of the thread that writes it and of its
 * children, -N for that and all that follow, and 0 for none; at insmod(8) the calls are those of the
 * module's beginning. Read, it is how many have failed since it was written.
 *
 * The parameter `leave_out` is the name of a function of the kernel's that is not led to ours, though
 * all else says so: as if nobody called it where it is.
 */
#include "veriexec.h"

#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/sysfs.h>

/* Only ever compared: who is gone makes no calls. */
static const struct task_struct *thread;

/* How many calls succeed before one fails; meaningless without a thread. */
static int remaining;
static bool fails_on;
static int failed;

bool veriexec_fault(void)
{
	const struct task_struct *wanted = READ_ONCE(thread);

	if (!wanted || (wanted != current && wanted != rcu_access_pointer(current->real_parent)))
		return false;
	if (remaining) {
		remaining--;
		return false;
	}
	failed++;
	if (!fails_on)
		WRITE_ONCE(thread, NULL);
	return true;
}

static int set_fail(const char *text, const struct kernel_param *parameter)
{
	int which;
	int error = kstrtoint(text, 0, &which);

	if (error)
		return error;
	WRITE_ONCE(thread, NULL);
	failed = 0;
	fails_on = which < 0;
	remaining = abs(which) - 1;
	if (which)
		WRITE_ONCE(thread, current);
	return 0;
}

static int get_fail(char *text, const struct kernel_param *parameter)
{
	return sysfs_emit(text, "%d\n", failed);
}

static const struct kernel_param_ops fail = { .set = set_fail, .get = get_fail };

module_param_cb(fail, &fail, NULL, 0600);

static char *leave_out;

bool veriexec_is_left_out(const char *hook)
{
	return leave_out && !strcmp(leave_out, hook);
}

module_param(leave_out, charp, 0400);
