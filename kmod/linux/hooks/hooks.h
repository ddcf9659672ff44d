/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The hooks: functions of the kernel's, and what each of them is led to.
 */
#ifndef VERIEXEC_HOOKS_H
#define VERIEXEC_HOOKS_H

#include <linux/blkdev.h>
#include <linux/ftrace.h>
#include <linux/percpu.h>
#include <linux/srcu.h>
#include <linux/types.h>
#include <linux/version.h>

#include "../veriexec.h"

struct dentry;
struct mountpoint;
struct path;
struct pt_regs;

#ifndef ftrace_regs_set_instruction_pointer
/* Until Linux 6.2. */
#define ftrace_regs_set_instruction_pointer ftrace_instruction_pointer_set
#define ftrace_regs_get_argument(of, number) regs_get_kernel_argument(&(of)->regs, number)
#endif

/* Nobody else may lead them elsewhere, and tracing cannot be turned off meanwhile. */
#ifdef CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS
#define VERIEXEC_LEADING (FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT)
#else
#define VERIEXEC_LEADING \
	(FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT | FTRACE_OPS_FL_SAVE_REGS)
#endif

struct hook {
	const char *name;
	void *ours;
	void (*bind)(void *function);
	/* Of a system call: whether this call is to be led to us. */
	bool (*applies)(const struct pt_regs *registers);
	/* A kernel may be without it. */
	bool is_optional;
};

/* table.c: which functions, by kernel version, and where each of them is led elsewhere, or 0. */
extern const struct hook veriexec_hooks[];
extern const size_t veriexec_hooks_size;
extern unsigned long veriexec_hook_places[];

/* mounts.c: where something is mounted, and what is moved there. */
void veriexec_bind_get_mountpoint(void *function);
struct mountpoint *veriexec_hook_get_mountpoint(struct dentry *dentry);
void veriexec_bind_lock_mount(void *function);
void veriexec_bind_do_move_mount(void *function);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
struct mountpoint *veriexec_hook_lock_mount(struct path *path);
int veriexec_hook_do_move_mount(struct path *from, struct path *to);
#else
struct mountpoint *veriexec_hook_lock_mount(struct path *path, bool is_beneath);
int veriexec_hook_do_move_mount(struct path *from, struct path *to, bool is_beneath);
#endif

/* disks.c: where a disk is opened, and closed. */
void veriexec_bind_blkdev_open(void *function);
int veriexec_hook_blkdev_open(struct inode *inode, struct file *file);
void veriexec_bind_blkdev_release(void *function);
int veriexec_hook_blkdev_release(struct inode *inode, struct file *file);
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
void veriexec_bind_blkdev_get_by_dev(void *function);
struct block_device *veriexec_hook_blkdev_get_by_dev(dev_t number, fmode_t mode, void *holder);
void veriexec_bind_blkdev_get_by_path(void *function);
struct block_device *veriexec_hook_blkdev_get_by_path(const char *path, fmode_t mode, void *holder);
void veriexec_bind_blkdev_put(void *function);
void veriexec_hook_blkdev_put(struct block_device *device, fmode_t mode);
#else
void veriexec_bind_bdev_open(void *function);
int veriexec_hook_bdev_open(struct block_device *device, blk_mode_t mode, void *holder,
			    const struct blk_holder_ops *operations, struct file *file);
#endif

/* So many at most. */
#define VERIEXEC_MOST_HOOKS 96

/* lead.c: how often each function was led elsewhere, or would have been if it applied. */
DECLARE_PER_CPU(unsigned long[VERIEXEC_MOST_HOOKS], veriexec_hook_calls);

/* lead.c: the threads that are in our functions, so that the module does not go before they do. */
extern struct srcu_struct veriexec_inside;

/* What who leaves gives back. When the module cannot go any more, nobody needs to be waited for. */
#define VERIEXEC_NOT_COUNTED (-1)

static inline int veriexec_enter(void)
{
	return veriexec_is_held() ? VERIEXEC_NOT_COUNTED : srcu_read_lock(&veriexec_inside);
}

static inline void veriexec_leave(int entered)
{
	if (entered != VERIEXEC_NOT_COUNTED)
		srcu_read_unlock(&veriexec_inside, entered);
}

#endif
