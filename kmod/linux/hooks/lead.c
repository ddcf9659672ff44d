// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * How the kernel's functions are led to ours: as live patching does it, by ftrace.
 */
#include "hooks.h"

#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "../veriexec.h"

DEFINE_SRCU(veriexec_inside);

DEFINE_PER_CPU(unsigned long[VERIEXEC_MOST_HOOKS], veriexec_hook_calls);

/* Leads everybody to our function, which calls what comes after this place. */
static void notrace lead(unsigned long place, unsigned long caller, struct ftrace_ops *ops,
			 struct ftrace_regs *registers)
{
	const struct hook *hook;
	size_t index;

	for (index = 0; index < veriexec_hooks_size; index++)
		if (veriexec_hook_places[index] == place)
			break;
	if (index == veriexec_hooks_size)
		return;
	this_cpu_inc(veriexec_hook_calls[index]);
	hook = &veriexec_hooks[index];
	if (hook->applies && !hook->applies((void *)ftrace_regs_get_argument(registers, 0)))
		return;
	ftrace_regs_set_instruction_pointer(registers, (unsigned long)hook->ours);
}

static struct ftrace_ops leading = {
	.func = lead,
	.flags = VERIEXEC_LEADING,
};

/* Where a function can be led elsewhere, which is where a probe of it would be. */
int veriexec_find_place(const char *name, unsigned long *place)
{
	struct kprobe probe = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	int error = MAY_FAIL(register_kprobe(&probe), -ENOMEM);

	if (error)
		return error == -ENOENT ? -ENOSYS : error;
	*place = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	return 0;
}

int veriexec_hooks_init(void)
{
	const struct hook *hook;
	unsigned long *place;
	size_t index;
	int error = 0;

	for (index = 0; !error && index < veriexec_hooks_size; index++) {
		hook = &veriexec_hooks[index];
		place = &veriexec_hook_places[index];
		error = veriexec_find_place(hook->name, place);
		if (error == -ENOSYS && hook->is_optional) {
			error = 0;
			continue;
		}
		if (error) {
			pr_err("Veriexec: Cannot find %s in this kernel.\n", hook->name);
			break;
		}
		if (hook->bind)
			hook->bind((void *)(*place + MCOUNT_INSN_SIZE));
		if (!veriexec_is_left_out(hook->name))
			error = MAY_FAIL(ftrace_set_filter_ip(&leading, *place, 0, 0), -ENOMEM);
	}
	if (!error)
		error = MAY_FAIL(register_ftrace_function(&leading), -ENOMEM);
	if (error) {
		pr_err("Veriexec: Cannot hook this kernel: %d.\n", error);
		ftrace_free_filter(&leading);
	}
	return error;
}

/* When it is done, no thread is in our functions any more, nor on its way in or out. */
void veriexec_hooks_exit(void)
{
	unregister_ftrace_function(&leading);
	synchronize_srcu(&veriexec_inside);
	synchronize_rcu_tasks();
	ftrace_free_filter(&leading);
}

/* How many functions of the kernel's are led here. */
int veriexec_hooks_count(void)
{
	int count = 0;
	size_t index;

	for (index = 0; index < veriexec_hooks_size; index++)
		count += veriexec_hook_places[index] != 0;
	return count;
}

static unsigned long calls_of(size_t index)
{
	unsigned long calls = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		calls += per_cpu(veriexec_hook_calls[index], cpu);
	return calls;
}

/* Each function that is led here, and how often it was called since: a line each. */
void veriexec_hooks_called(char *text, size_t size)
{
	size_t index, len = 0;

	*text = 0;
	for (index = 0; index < veriexec_hooks_size; index++)
		if (veriexec_hook_places[index])
			len += scnprintf(text + len, size - len, "%s%s %lu", len ? "\n" : "",
					 veriexec_hooks[index].name, calls_of(index));
}
