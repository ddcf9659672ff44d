// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * kern.veriexec of sysctl(8): the strict level, the verbosity, and what they are with one thread
 * for trial.
 */
#include "veriexec.h"

#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "sysctl.h"

/* The strict level */

static DEFINE_MUTEX(raising);

static int strict(CTL_TABLE *ctl, int write, void *buffer, size_t *len, loff_t *position)
{
	int level, error;

	mutex_lock(&raising);
	level = veriexec_core_strict();
	error = veriexec_sysctl_int(ctl, write, &level, buffer, len, position);
	if (!error && write)
		error = veriexec_raise(level);
	mutex_unlock(&raising);
	return error;
}

/* The verbosity, and what there is */

static int verbose(CTL_TABLE *ctl, int write, void *buffer, size_t *len, loff_t *position)
{
	int verbosity = veriexec_core_verbosity();
	int error = veriexec_sysctl_int(ctl, write, &verbosity, buffer, len, position);

	if (!error && write)
		veriexec_core_set_verbosity(verbosity);
	return error;
}

static int algorithms(CTL_TABLE *ctl, int write, void *buffer, size_t *len, loff_t *position)
{
	char names[64];

	if (write)
		return -EPERM;
	names[veriexec_core_algorithms((u8 *)names, sizeof(names) - 1)] = 0;
	return veriexec_sysctl_text(ctl, names, buffer, len, position);
}

static int allocations(CTL_TABLE *ctl, int write, void *buffer, size_t *len, loff_t *position)
{
	int count = clamp_t(long, veriexec_allocations(), INT_MIN, INT_MAX);

	return write ? -EPERM : veriexec_sysctl_int(ctl, false, &count, buffer, len, position);
}

static int hooks(CTL_TABLE *ctl, int write, void *buffer, size_t *len, loff_t *position)
{
	int count = veriexec_hooks_count();

	return write ? -EPERM : veriexec_sysctl_int(ctl, false, &count, buffer, len, position);
}

static int reports(CTL_TABLE *ctl, int write, void *buffer, size_t *len, loff_t *position)
{
	char counts[64];

	if (write)
		return -EPERM;
	veriexec_reports_count(counts, sizeof(counts));
	return veriexec_sysctl_text(ctl, counts, buffer, len, position);
}

/* Room for each hook that there can be. */
#define CALLED_SIZE 8192

static int called(CTL_TABLE *ctl, int write, void *buffer, size_t *len, loff_t *position)
{
	char *text;
	int error;

	if (write)
		return -EPERM;
	text = MAY_FAIL(kmalloc(CALLED_SIZE, GFP_KERNEL), NULL);
	if (!text)
		return -ENOMEM;
	veriexec_hooks_called(text, CALLED_SIZE);
	error = veriexec_sysctl_text(ctl, text, buffer, len, position);
	kfree(text);
	return error;
}

/* Trials: threads that asked to be treated as if the strict level were higher. */

#define TRIALS 8

static DEFINE_SPINLOCK(trials_lock);
/* How many there are. */
atomic_t veriexec_trials;

static struct trial {
	struct pid *thread;
	int level;
} trials[TRIALS];

/* The trial of the thread that asks, or NULL. */
static struct trial *own_trial(void)
{
	struct trial *trial;

	for (trial = trials; trial < trials + TRIALS; trial++)
		if (trial->thread && trial->thread == task_pid(current))
			return trial;
	return NULL;
}

static void end_trial(struct trial *trial)
{
	put_pid(trial->thread);
	trial->thread = NULL;
	trial->level = 0;
	atomic_dec(&veriexec_trials);
}

/* A place for a trial: of no thread, or of one that is gone. */
static struct trial *free_trial(void)
{
	struct trial *trial;

	for (trial = trials; trial < trials + TRIALS; trial++) {
		if (trial->thread && !pid_task(trial->thread, PIDTYPE_PID))
			end_trial(trial);
		if (!trial->thread)
			return trial;
	}
	return NULL;
}

static int begin_trial(int level)
{
	struct trial *trial;
	int error = 0;

	rcu_read_lock();
	spin_lock(&trials_lock);
	trial = own_trial();
	if (!level) {
		if (trial)
			end_trial(trial);
	} else if (trial) {
		trial->level = level;
	} else {
		trial = free_trial();
		if (trial) {
			trial->thread = get_pid(task_pid(current));
			trial->level = level;
			atomic_inc(&veriexec_trials);
		} else {
			error = -EBUSY;
		}
	}
	spin_unlock(&trials_lock);
	rcu_read_unlock();
	return error;
}

u32 veriexec_shim_trial(void)
{
	const struct trial *trial;
	u32 level;

	if (!veriexec_has_trials())
		return 0;
	spin_lock(&trials_lock);
	trial = own_trial();
	level = trial ? trial->level : 0;
	spin_unlock(&trials_lock);
	return level;
}

static int trial(CTL_TABLE *ctl, int write, void *buffer, size_t *len, loff_t *position)
{
	int level = veriexec_shim_trial();
	int error = veriexec_sysctl_int(ctl, write, &level, buffer, len, position);

	if (error || !write)
		return error;
	return level < 0 || level > 3 ? -EINVAL : begin_trial(level);
}

static struct ctl_table entries[] = {
	{ .procname = "strict", .mode = 0644, .proc_handler = strict },
	{ .procname = "verbose", .mode = 0644, .proc_handler = verbose },
	{ .procname = "algorithms", .mode = 0444, .proc_handler = algorithms },
	{ .procname = "allocations", .mode = 0444, .proc_handler = allocations },
	{ .procname = "called", .mode = 0444, .proc_handler = called },
	{ .procname = "hooks", .mode = 0444, .proc_handler = hooks },
	{ .procname = "reports", .mode = 0444, .proc_handler = reports },
	{ .procname = "trial", .mode = 0600, .proc_handler = trial },
	{ }
};

static struct ctl_table_header *shown;

int veriexec_settings_init(void)
{
	shown = MAY_FAIL(veriexec_sysctl_register("kern/veriexec", entries,
						  ARRAY_SIZE(entries) - 1),
			 NULL);
	return shown ? 0 : -ENOMEM;
}

void veriexec_settings_exit(void)
{
	struct trial *trial;

	unregister_sysctl_table(shown);
	for (trial = trials; trial < trials + TRIALS; trial++)
		if (trial->thread)
			end_trial(trial);
}
