/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What the files of the shim have of each other. It decides nothing: every decision is the core's.
 */
#ifndef VERIEXEC_H
#define VERIEXEC_H

#undef pr_fmt
#define pr_fmt(fmt) fmt

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/path.h>

#include "core.h"

struct veriexec_held;

/* What keeps a file system from going while a request gives it a table. */
struct veriexec_pin {
	bool is_set;
	u64 mount;
	struct path path;
	/* The file, which is held if its numbers do not last. */
	struct inode *inode;
	struct veriexec_held *held;
};

/* Whether the disk below a file system is, or was, written by somebody else. */
enum veriexec_written {
	VERIEXEC_NEVER_WRITTEN,
	VERIEXEC_ONCE_WRITTEN,
	VERIEXEC_BEING_WRITTEN,
};

/* device.c: /dev/veriexec, and how often somebody had the tables for itself. */
extern u64 veriexec_changes;
bool veriexec_is_own_device(const struct file *file);

/* identity.c: which file is which. */
u64 veriexec_volume_of(struct inode *inode);
bool veriexec_next_volume(const struct super_block *sb, u64 *number);
int veriexec_volume_make(struct inode *inode, u64 *number);
void veriexec_volume_drop(u64 number);
bool veriexec_must_be_held(struct inode *inode);
bool veriexec_is_remote(const struct super_block *sb);
void veriexec_identify(struct inode *inode, bool is_root, struct veriexec_located *located);
void veriexec_identify_dentry(struct dentry *dentry, struct veriexec_located *located);
void veriexec_identify_file(const struct file *file, struct veriexec_located *located);

/* held.c: the inodes of listed files whose numbers do not last. */
int veriexec_held_init(void);
void veriexec_held_wait(void);
void veriexec_held_exit(void);
u64 veriexec_held_number(struct inode *inode);
struct veriexec_held *veriexec_hold(struct inode *inode, u64 volume);
void veriexec_unpin_held(struct veriexec_held *held);
void veriexec_let_go(void);
void veriexec_held_gone(const struct super_block *sb);

/* files.c: where names lead, and what is in files. */
int veriexec_files_init(void);
void veriexec_files_exit(void);
extern struct list_head veriexec_occupied;
bool veriexec_is_occupied(void);
int veriexec_pin(struct veriexec_pin *pin, const u8 *name, size_t len,
		 struct veriexec_located *located);

/*
 * Whether the task opens or reads a file for us, and what it opens meanwhile is for us, too: an
 * overlay opens the file underneath, in its own name. What this task has put in, it sees.
 */
static inline bool veriexec_is_reading(void)
{
	return !list_empty_careful(&veriexec_occupied) && veriexec_is_occupied();
}

/* files/pages.c: what is in memory of files. */
int veriexec_pages_init(void);
int veriexec_pages_settle(struct inode *inode);

/* mounts.c: the file systems that have tables. */
int veriexec_mount_pin(const struct path *path, struct veriexec_pin *pin);
void veriexec_mount_unpin(struct veriexec_pin *pin);
void veriexec_mounts_sync(void);
void veriexec_mounts_gone(const struct super_block *sb);
void veriexec_mounts_exit(void);
size_t veriexec_name_prefix(const struct super_block *sb, u64 number, char *name, size_t size);
bool veriexec_next_mount_on(dev_t device, bool is_claimed, u64 *number);
bool veriexec_mount_is_on(u64 number, dev_t device, bool is_claimed);
bool veriexec_mount_has_disk(u64 number);
void veriexec_mounts_purge(dev_t device, bool is_claimed);
void veriexec_mounts_purge_all(void);

/* devices/writers.c: who writes to disks. */
enum veriexec_written veriexec_mount_written(u64 number);

/* hooks: where the kernel asks. */
int veriexec_hooks_init(void);
void veriexec_hooks_exit(void);
int veriexec_hooks_count(void);
void veriexec_hooks_called(char *text, size_t size);
int veriexec_find_place(const char *name, unsigned long *place);

/* hooks/late.c: what may be in another module. */
int veriexec_late_init(void);
void veriexec_late_exit(void);
bool veriexec_subvolumes_are_watched(void);
bool veriexec_mapper_is_watched(void);

/* settings.c: kern.veriexec of sysctl(8). */
extern atomic_t veriexec_trials;
int veriexec_settings_init(void);
void veriexec_settings_exit(void);

/* Whether some thread wants to be treated as at another level; who asks knows it of itself. */
static inline bool veriexec_has_trials(void)
{
	return atomic_read(&veriexec_trials);
}

/* reports.c: the log, and who is named in it. */
int veriexec_reports_init(void);
void veriexec_reports_flush(void);
size_t veriexec_reports_count(char *text, size_t size);
void veriexec_reports_exit(void);

/* level.c: the strict level, which holds the module. */
DECLARE_STATIC_KEY_FALSE(veriexec_held_for_good);
int veriexec_raise(int level);

static inline bool veriexec_is_held(void)
{
	return static_branch_unlikely(&veriexec_held_for_good);
}

/* memory.c: the core's memory. */
long veriexec_allocations(void);

/*
 * What may fail for want of memory, and what it comes to then. In a module that is built for tests,
 * with VERIEXEC_FAULTS, it fails when faults.c says so, which also says which hook is left out.
 */
#ifdef VERIEXEC_FAULTS
bool veriexec_fault(void);
bool veriexec_is_left_out(const char *hook);
#define MAY_FAIL(call, failure) (veriexec_fault() ? (failure) : (call))
#else
static inline bool veriexec_is_left_out(const char *hook)
{
	return false;
}
#define MAY_FAIL(call, failure) (call)
#endif

#endif
