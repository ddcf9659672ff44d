// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reports: the kernel's log, audit records, and who is named in them.
 */
#include "veriexec.h"

#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/dev_printk.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <linux/version.h>
#include <linux/workqueue.h>

static DEFINE_MUTEX(log);

void veriexec_shim_lock_log(void)
{
	mutex_lock(&log);
}

void veriexec_shim_unlock_log(void)
{
	mutex_unlock(&log);
}

u64 veriexec_shim_seconds(void)
{
	return ktime_get_seconds();
}

/* What was left out, told later */

static void tell(struct work_struct *work)
{
	veriexec_core_tell();
}

static DECLARE_DELAYED_WORK(telling, tell);

/* The interval of each user ends at a time of its own: they are looked at more often than that. */
void veriexec_shim_tell_later(u32 seconds)
{
	schedule_delayed_work(&telling, min(seconds, 10U) * HZ);
}

/* When nobody can report anything any more. */
void veriexec_reports_exit(void)
{
	cancel_delayed_work_sync(&telling);
}

/* Who asks */

/* The file that a task was started from, to be put; NULL if there is none. */
static struct file *image_of(struct task_struct *task)
{
	struct file *image = NULL;

	task_lock(task);
	if (task->mm && !(task->flags & PF_KTHREAD)) {
		rcu_read_lock();
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
		image = get_file_rcu(&task->mm->exe_file);
#else
		image = rcu_dereference(task->mm->exe_file);
		if (image && !get_file_rcu(image))
			image = NULL;
#endif
		rcu_read_unlock();
	}
	task_unlock(task);
	return image;
}

/* The parent of the process that asks, to be put; NULL if it is the first one. */
static struct task_struct *get_parent(void)
{
	struct task_struct *parent;

	rcu_read_lock();
	parent = rcu_dereference(current->real_parent);
	if (is_idle_task(parent))
		parent = NULL;
	else
		get_task_struct(parent);
	rcu_read_unlock();
	return parent;
}

size_t veriexec_shim_program(bool of_parent, u8 *name, size_t size)
{
	struct task_struct *parent = of_parent ? get_parent() : NULL;
	struct task_struct *task = of_parent ? parent : current;
	struct file *image = task ? image_of(task) : NULL;
	size_t len = 0;

	if (image) {
		len = veriexec_shim_name(&image->f_path, name, size);
		fput(image);
	}
	if (parent)
		put_task_struct(parent);
	return len;
}

/*
 * Whoever makes a user namespace may have thousands of users there. What they do is counted as done
 * by it; but what root makes one for, as container engines do, is not root's.
 */
static kuid_t counted_user(void)
{
	const struct user_namespace *namespace = current_user_ns();

	if (namespace == &init_user_ns)
		return current_uid();
	while (namespace->parent != &init_user_ns)
		namespace = namespace->parent;
	return uid_eq(namespace->owner, GLOBAL_ROOT_UID) ? current_uid() : namespace->owner;
}

void veriexec_shim_process(struct veriexec_process *process)
{
	struct file *image = image_of(current);
	struct task_struct *parent = get_parent();

	get_task_comm(process->command, current);
	process->pid = task_tgid_nr(current);
	process->uid = from_kuid_munged(&init_user_ns, current_uid());
	process->gid = from_kgid_munged(&init_user_ns, current_gid());
	process->user = from_kuid_munged(&init_user_ns, counted_user());
	process->has_program = image;
	if (image) {
		veriexec_identify_file(image, &process->program);
		fput(image);
	}
	if (parent) {
		process->parent = task_tgid_nr(parent);
		get_task_comm(process->parent_command, parent);
		put_task_struct(parent);
	}
}

/* The log */

/*
 * What journald makes _KERNEL_SUBSYSTEM and _KERNEL_DEVICE of. The latter is the name of a device
 * that is none, and says whether something was denied.
 */
static const struct dev_printk_info denied = {
	.subsystem = "veriexec",
	.device = "+veriexec:denied",
};

static const struct dev_printk_info other = {
	.subsystem = "veriexec",
	.device = "+veriexec:other",
};

static __printf(3, 4) void print(int priority, const struct dev_printk_info *info,
				 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprintk_emit(0, priority, info, format, arguments);
	va_end(arguments);
}

void veriexec_shim_log(int priority, bool is_denial, const u8 *line, size_t len)
{
	print(priority, is_denial ? &denied : &other, "%.*s\n", (int)len, line);
}

/* Audit records */

/* It does not wait for the reader of records: what is lost, the audit system counts. */
struct audit_buffer *veriexec_shim_begin_record(void)
{
	if (audit_enabled == AUDIT_OFF)
		return NULL;
	return MAY_FAIL(audit_log_start(audit_context(), GFP_ATOMIC | __GFP_NOWARN,
					AUDIT_INTEGRITY_DATA),
			NULL);
}

void veriexec_shim_add_to_record(struct audit_buffer *record, const u8 *text, size_t len)
{
	audit_log_format(record, "%.*s", (int)len, text);
}

void veriexec_shim_end_record(struct audit_buffer *record)
{
	audit_log_end(record);
}
