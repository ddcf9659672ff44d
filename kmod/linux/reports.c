// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reports: the kernel's log, audit records, and who is named in them.
 *
 * Whoever is reported leaves the texts here and goes on. A thread of its own prints them: a console
 * takes as long as it likes, and nobody who asks, and no lock, waits for it.
 */
#include "veriexec.h"

#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/dev_printk.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/jiffies.h>
#include <linux/kfifo.h>
#include <linux/minmax.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/spinlock.h>
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

/* Reports that wait to be printed */

/* So many bytes of them wait at most; a report has some hundred, and as many for its record. */
#define ROOM (128 * 1024)

/* What is before the texts of a report. */
struct heading {
	/* So many that came before it had no room. */
	unsigned long lost;
	int priority;
	bool is_denial;
	/* The lengths of its texts, in the order in which they come. */
	u32 line, question, record;
	/* Who logged in and did what is reported, and in which session. */
	kuid_t login;
	unsigned int session;
};

/* Held to put a report there or to take a piece away, which are copies of memory. */
static DEFINE_SPINLOCK(collecting);
static DECLARE_KFIFO(waiting, u8, ROOM);

/* What is to be printed, with the lines that say how many were lost; and all that were. */
static unsigned long collected, printed, lost;
/* How many were since a report had room, which no line says yet. */
static unsigned long untold;

static void print_reports(struct work_struct *work);

static DECLARE_WORK(printing, print_reports);
static struct workqueue_struct *printer;

static void collect(struct heading *heading, const struct veriexec_report *report)
{
	heading->lost = untold;
	untold = 0;
	kfifo_in(&waiting, (const u8 *)heading, sizeof(*heading));
	kfifo_in(&waiting, report->line.bytes, report->line.len);
	kfifo_in(&waiting, report->question.bytes, report->question.len);
	kfifo_in(&waiting, report->record.bytes, report->record.len);
	collected++;
}

void veriexec_shim_report(const struct veriexec_report *report)
{
	struct heading heading = {
		.priority = report->priority,
		.is_denial = report->is_denial,
		.line = report->line.len,
		.question = report->question.len,
		.record = report->record.len,
		.login = audit_get_loginuid(current),
		.session = audit_get_sessionid(current),
	};
	size_t size = sizeof(heading) + report->line.len + report->question.len +
		      report->record.len;

	spin_lock(&collecting);
	if (size <= kfifo_avail(&waiting)) {
		collect(&heading, report);
	} else {
		/* A line will say so. */
		if (!untold++)
			collected++;
		lost++;
	}
	spin_unlock(&collecting);
	queue_work(printer, &printing);
}

size_t veriexec_reports_count(char *text, size_t size)
{
	size_t len;

	spin_lock(&collecting);
	len = scnprintf(text, size, "%lu %lu %lu", collected, printed, lost);
	spin_unlock(&collecting);
	return len;
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

/* What was taken last; the one who prints uses it alone. */
static u8 piece[1024];

/* Takes the next piece of a text of which there are so many bytes left, and returns its length. */
static u32 take(u32 left)
{
	return kfifo_out_spinlocked(&waiting, piece, min_t(u32, left, sizeof(piece)), &collecting);
}

static __printf(3, 4) void print(int priority, const struct dev_printk_info *info,
				 const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprintk_emit(0, priority, info, format, arguments);
	va_end(arguments);
}

static void print_line(const struct heading *heading, u32 left)
{
	u32 len;

	for (; left; left -= len) {
		len = take(left);
		print(heading->priority, heading->is_denial ? &denied : &other, "%.*s\n", (int)len,
		      piece);
	}
}

bool veriexec_shim_wants_records(void)
{
	return audit_enabled != AUDIT_OFF;
}

/*
 * It does not wait for the reader of records: what is lost, the audit system counts. Nor is it part
 * of the event of a system call, which is over by now.
 */
static void print_record(const struct heading *heading)
{
	struct audit_buffer *record = NULL;
	u32 left, len;

	if (!heading->record)
		return;
	if (veriexec_shim_wants_records())
		record = audit_log_start(NULL, GFP_ATOMIC | __GFP_NOWARN, AUDIT_INTEGRITY_DATA);
	for (left = heading->record; left; left -= len) {
		len = take(left);
		audit_log_format(record, "%.*s", (int)len, piece);
	}
	if (uid_valid(heading->login))
		audit_log_format(record, " auid=%u ses=%u",
				 from_kuid(&init_user_ns, heading->login), heading->session);
	audit_log_end(record);
}

static void print_lost(unsigned long count)
{
	int priority;
	size_t len = veriexec_core_lost(count, &priority, piece, sizeof(piece));

	print(priority, &other, "%.*s\n", (int)len, piece);
}

/* Takes the heading of the next report; if there is none, what was lost since the last one. */
static bool take_heading(struct heading *heading)
{
	bool is_there;

	spin_lock(&collecting);
	is_there = kfifo_out(&waiting, (u8 *)heading, sizeof(*heading)) == sizeof(*heading);
	if (!is_there) {
		heading->lost = untold;
		untold = 0;
	}
	spin_unlock(&collecting);
	return is_there;
}

static void count_printed(unsigned long count)
{
	spin_lock(&collecting);
	printed += count;
	spin_unlock(&collecting);
}

static void print_reports(struct work_struct *work)
{
	struct heading heading;
	bool is_there;

	do {
		is_there = take_heading(&heading);
		if (heading.lost)
			print_lost(heading.lost);
		if (is_there) {
			print_line(&heading, heading.line);
			print_line(&heading, heading.question);
			print_record(&heading);
		}
		count_printed(is_there + !!heading.lost);
		cond_resched();
	} while (is_there);
}

/* Waits until all is printed that was reported before. Nobody who asks may do that. */
void veriexec_reports_flush(void)
{
	flush_work(&printing);
}

static int flush_at_end(struct notifier_block *block, unsigned long event, void *data)
{
	veriexec_reports_flush();
	return NOTIFY_DONE;
}

static struct notifier_block machine_ends = { .notifier_call = flush_at_end };

int veriexec_reports_init(void)
{
	INIT_KFIFO(waiting);
	printer = MAY_FAIL(alloc_ordered_workqueue("veriexec", WQ_HIGHPRI | WQ_MEM_RECLAIM), NULL);
	if (!printer)
		return -ENOMEM;
	register_reboot_notifier(&machine_ends);
	return 0;
}

/* When nobody can report anything any more. What was reported is printed. */
void veriexec_reports_exit(void)
{
	cancel_delayed_work_sync(&telling);
	unregister_reboot_notifier(&machine_ends);
	destroy_workqueue(printer);
}
