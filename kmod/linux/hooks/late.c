// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Functions of the kernel's that may be in a module, which comes after this one, and goes: no security
 * module is asked about what they do.
 */
#include "hooks.h"

#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/srcu.h>
#include <linux/static_call.h>

#include "../checks.h"
#include "../veriexec.h"

/* The threads that are in a function of ours, so that the module does not go before they do. */
DEFINE_STATIC_SRCU(inside_late);

/*
 * A subvolume of a btrfs is removed, with all that is in it: both ioctl(2)s and rmdir(2) come here. What
 * the directory is to btrfs depends on the kernel.
 */
static int (*const of_subvolume)(void *directory, struct dentry *dentry);

DEFINE_STATIC_CALL_NULL(own_removal, *of_subvolume);

static int bind_removal(void *function)
{
	static_call_update(own_removal, (typeof(of_subvolume))function);
	return 0;
}

/* Before it happens: what is removed is there no more after it. */
static int check_removal(void *directory, struct dentry *dentry)
{
	int index = srcu_read_lock(&inside_late);
	int error = veriexec_check_subvolume(dentry);

	if (!error)
		error = static_call(own_removal)(directory, dentry);
	srcu_read_unlock(&inside_late, index);
	return error;
}

/*
 * A disk of the device mapper's is made of something else as soon as it gets another table. By then it
 * is suspended, and stays so if that fails: so it is asked when such a table is begun.
 */
static int (*const of_new_table)(void **table, unsigned int mode, unsigned int targets, void *mapped);
static void *(*const of_table)(void *mapped, void *table);
static struct gendisk *(*const of_mapped)(void *mapped);

DEFINE_STATIC_CALL_NULL(own_table, *of_new_table);
DEFINE_STATIC_CALL_NULL(own_swap, *of_table);
DEFINE_STATIC_CALL_NULL(disk_of, *of_mapped);

static int bind_mapper(void)
{
	unsigned long place;
	int error = veriexec_find_place("dm_disk", &place);

	if (!error)
		static_call_update(disk_of, (typeof(of_mapped))(void *)place);
	return error;
}

static int bind_table(void *function)
{
	static_call_update(own_table, (typeof(of_new_table))function);
	return bind_mapper();
}

static int bind_swap(void *function)
{
	static_call_update(own_swap, (typeof(of_table))function);
	return bind_mapper();
}

/* It may be suspended already, and memory must not be waited for that only it could free. */
static int check_table(void **table, unsigned int mode, unsigned int targets, void *mapped)
{
	int index = srcu_read_lock(&inside_late);
	unsigned int flags = memalloc_noio_save();
	int error = veriexec_check_disk_change(static_call(disk_of)(mapped));

	memalloc_noio_restore(flags);
	if (!error)
		error = static_call(own_table)(table, mode, targets, mapped);
	srcu_read_unlock(&inside_late, index);
	return error;
}

/*
 * A table that was begun when that was allowed is not refused: nobody would resume the disk. What is
 * there then is evaluated anew; what was evaluated meanwhile, too.
 */
static void *purge_with_swap(void *mapped, void *table)
{
	int index = srcu_read_lock(&inside_late);
	const struct gendisk *disk = static_call(disk_of)(mapped);
	unsigned int flags = memalloc_noio_save();
	int error = veriexec_disk_changes(disk);
	void *old = error ? ERR_PTR(error) : static_call(own_swap)(mapped, table);

	if (!error)
		veriexec_disk_changes(disk);
	memalloc_noio_restore(flags);
	srcu_read_unlock(&inside_late, index);
	return old;
}

/* Leading there */

struct late {
	/* What the function is in, if the kernel has it not itself. */
	const char *module;
	const char *name;
	void *ours;
	int (*bind)(void *function);
	struct ftrace_ops leading;
	/* Where the function is; 0 if there is none, or nobody is led here. */
	unsigned long place;
};

static void notrace lead(unsigned long at, unsigned long caller, struct ftrace_ops *leading,
			 struct ftrace_regs *registers)
{
	const struct late *late = container_of(leading, struct late, leading);

	ftrace_regs_set_instruction_pointer(registers, (unsigned long)late->ours);
}

static struct late removal = {
	.module = "btrfs", .name = "btrfs_delete_subvolume", .ours = check_removal,
	.bind = bind_removal, .leading = { .func = lead, .flags = VERIEXEC_LEADING },
};
static struct late table = {
	.module = "dm_mod", .name = "dm_table_create", .ours = check_table,
	.bind = bind_table, .leading = { .func = lead, .flags = VERIEXEC_LEADING },
};
static struct late swap = {
	.module = "dm_mod", .name = "dm_swap_table", .ours = purge_with_swap,
	.bind = bind_swap, .leading = { .func = lead, .flags = VERIEXEC_LEADING },
};

static struct late *const all[] = { &removal, &table, &swap };
static DEFINE_MUTEX(lock);

bool veriexec_subvolumes_are_watched(void)
{
	return READ_ONCE(removal.place);
}

bool veriexec_mapper_is_watched(void)
{
	return READ_ONCE(table.place) && READ_ONCE(swap.place);
}

/* That there is no such function is no error: then nobody can call it. */
static int watch(struct late *late)
{
	unsigned long found;
	int error = veriexec_find_place(late->name, &found);

	if (error)
		return error == -ENOSYS ? 0 : error;
	error = late->bind((void *)(found + MCOUNT_INSN_SIZE));
	if (error)
		return error;
	error = MAY_FAIL(ftrace_set_filter_ip(&late->leading, found, 0, 1), -ENOMEM);
	if (error)
		return error;
	error = MAY_FAIL(register_ftrace_function(&late->leading), -ENOMEM);
	if (error)
		ftrace_set_filter_ip(&late->leading, found, 1, 0);
	else
		WRITE_ONCE(late->place, found);
	return error;
}

/* What the function is found by stays until this module goes: it cannot be made anew. */
static void unwatch(struct late *late)
{
	unsigned long left = late->place;

	WRITE_ONCE(late->place, 0);
	unregister_ftrace_function(&late->leading);
	synchronize_srcu(&inside_late);
	synchronize_rcu_tasks();
	ftrace_set_filter_ip(&late->leading, left, 1, 0);
}

static int begin(struct late *late)
{
	int error = 0;

	mutex_lock(&lock);
	if (!late->place)
		error = watch(late);
	mutex_unlock(&lock);
	if (error)
		pr_err("Veriexec: Cannot hook %s: %d.\n", late->name, error);
	return error;
}

static void end(struct late *late)
{
	mutex_lock(&lock);
	if (late->place)
		unwatch(late);
	mutex_unlock(&lock);
}

/* If it fails when the module comes, nothing can be listed that is on what it makes. */
static int notice(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *module = data;
	size_t index;

	for (index = 0; index < ARRAY_SIZE(all); index++) {
		if (strcmp(module->name, all[index]->module))
			continue;
		if (state == MODULE_STATE_COMING)
			begin(all[index]);
		else if (state == MODULE_STATE_GOING)
			end(all[index]);
	}
	return NOTIFY_DONE;
}

/* Live patching is told before us when a module comes, and after us when it goes. */
static struct notifier_block noticing = { .notifier_call = notice };

int veriexec_late_init(void)
{
	int error = MAY_FAIL(register_module_notifier(&noticing), -ENOMEM);
	size_t index;

	if (error)
		return error;
	for (index = 0; !error && index < ARRAY_SIZE(all); index++)
		error = begin(all[index]);
	if (error)
		veriexec_late_exit();
	return error;
}

void veriexec_late_exit(void)
{
	size_t index;

	unregister_module_notifier(&noticing);
	for (index = 0; index < ARRAY_SIZE(all); index++) {
		end(all[index]);
		ftrace_free_filter(&all[index]->leading);
	}
}
