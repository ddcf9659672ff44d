/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * sysctl(8), which differs from kernel to kernel.
 */
#ifndef VERIEXEC_SYSCTL_H
#define VERIEXEC_SYSCTL_H

#include <linux/capability.h>
#include <linux/sysctl.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define CTL_TABLE const struct ctl_table
#else
#define CTL_TABLE struct ctl_table
#endif

/* Tables have one entry more than the count, which is empty. */
static inline struct ctl_table_header *veriexec_sysctl_register(const char *path,
								struct ctl_table *entries,
								size_t count)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return register_sysctl_sz(path, entries, count);
#else
	return register_sysctl(path, entries);
#endif
}

static inline int veriexec_sysctl_int(CTL_TABLE *ctl, bool write, int *value, void *buffer,
				      size_t *len, loff_t *position)
{
	struct ctl_table entry = { .procname = ctl->procname, .mode = ctl->mode };

	/* sysctl(8) itself asks for uid 0 alone, which a process without capabilities can have. */
	if (write && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	entry.data = value;
	entry.maxlen = sizeof(*value);
	return proc_dointvec(&entry, write, buffer, len, position);
}

static inline int veriexec_sysctl_text(CTL_TABLE *ctl, char *text, void *buffer, size_t *len,
				       loff_t *position)
{
	struct ctl_table entry = { .procname = ctl->procname, .mode = ctl->mode };

	entry.data = text;
	entry.maxlen = strlen(text) + 1;
	return proc_dostring(&entry, false, buffer, len, position);
}

#endif
