// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where the kernel removes a subvolume of a btrfs, with all that is in it: no security module is
 * asked about that. Btrfs may be a module, which comes after this one, and goes.
 */
#include "../veriexec.h"

#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/srcu.h>
#include <linux/static_call.h>

#include "../checks.h"

#ifndef ftrace_regs_set_instruction_pointer
/* Until Linux 6.2. */
#define ftrace_regs_set_instruction_pointer ftrace_instruction_pointer_set
#endif

/* Both ioctl(2)s and rmdir(2) come here. What the directory is to btrfs depends on the kernel. */
#define REMOVAL "btrfs_delete_subvolume"

/* Whoever is in our function, so that the module does not go before he does. */
DEFINE_STATIC_SRCU(removing);

static int (*const of_subvolume)(void *directory, struct dentry *dentry);

DEFINE_STATIC_CALL_NULL(own_removal, *of_subvolume);

/* Before it happens: what is removed is there no more after it. */
static int check_removal(void *directory, struct dentry *dentry)
{
	int index = srcu_read_lock(&removing);
	int error = veriexec_check_subvolume(dentry);

	if (!error)
		error = static_call(own_removal)(directory, dentry);
	srcu_read_unlock(&removing, index);
	return error;
}

static void notrace lead(unsigned long at, unsigned long caller, struct ftrace_ops *ops,
			 struct ftrace_regs *registers)
{
	ftrace_regs_set_instruction_pointer(registers, (unsigned long)check_removal);
}

static struct ftrace_ops leading = {
	.func = lead,
	.flags = FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT
#ifndef CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS
		 | FTRACE_OPS_FL_SAVE_REGS
#endif
	,
};

/* Where the function is; 0 if there is none, or nobody is led here. */
static unsigned long place;
static DEFINE_MUTEX(lock);

bool veriexec_subvolumes_are_watched(void)
{
	return READ_ONCE(place);
}

/* That there is no such function is no error: then there is no btrfs. */
static int watch(void)
{
	unsigned long found;
	int error = veriexec_find_place(REMOVAL, &found);

	if (error)
		return error == -ENOSYS ? 0 : error;
	static_call_update(own_removal,
			   (typeof(of_subvolume))(void *)(found + MCOUNT_INSN_SIZE));
	error = MAY_FAIL(ftrace_set_filter_ip(&leading, found, 0, 1), -ENOMEM);
	if (error)
		return error;
	error = MAY_FAIL(register_ftrace_function(&leading), -ENOMEM);
	if (error)
		ftrace_set_filter_ip(&leading, found, 1, 0);
	else
		WRITE_ONCE(place, found);
	return error;
}

/* What the function is found by stays until this module goes: it cannot be made anew. */
static void unwatch(void)
{
	unsigned long left = place;

	WRITE_ONCE(place, 0);
	unregister_ftrace_function(&leading);
	synchronize_srcu(&removing);
	synchronize_rcu_tasks();
	ftrace_set_filter_ip(&leading, left, 1, 0);
}

static int begin(void)
{
	int error = 0;

	mutex_lock(&lock);
	if (!place)
		error = watch();
	mutex_unlock(&lock);
	if (error)
		pr_err("Veriexec: Cannot hook " REMOVAL ": %d.\n", error);
	return error;
}

static void end(void)
{
	mutex_lock(&lock);
	if (place)
		unwatch();
	mutex_unlock(&lock);
}

/* If it fails when btrfs comes, nothing on one can be listed. */
static int notice(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *module = data;

	if (strcmp(module->name, "btrfs"))
		return NOTIFY_DONE;
	if (state == MODULE_STATE_COMING)
		begin();
	else if (state == MODULE_STATE_GOING)
		end();
	return NOTIFY_DONE;
}

/* Live patching is told before us when a module comes, and after us when it goes. */
static struct notifier_block noticing = { .notifier_call = notice };

int veriexec_subvolumes_init(void)
{
	int error = MAY_FAIL(register_module_notifier(&noticing), -ENOMEM);

	if (error)
		return error;
	error = begin();
	if (error)
		veriexec_subvolumes_exit();
	return error;
}

void veriexec_subvolumes_exit(void)
{
	unregister_module_notifier(&noticing);
	end();
	ftrace_free_filter(&leading);
}
