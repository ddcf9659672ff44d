// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Where something is mounted is certain only when the kernel has locked the place: until then,
 * whatever somebody else mounts there becomes the place. So the core is asked about a place while
 * nothing is locked, and what the kernel has locked is compared with that. If it is not the same,
 * the kernel lets go of it, and the core is asked again.
 */
#include "hooks.h"

#include <linux/err.h>
#include <linux/list.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/spinlock.h>
#include <linux/static_call.h>
#include <linux/version.h>

#include "../checks.h"

/* Somebody who has been allowed a place, and goes to lock it. */
struct locking {
	struct list_head list;
	const struct task_struct *task;
	/* The kernel follows it to what is mounted there. */
	const struct path *path;
	/* It is mounted beneath that, on what that is on. */
	bool is_beneath;
	/* What was asked about. */
	struct path place;
	bool is_private;
	bool has_changed;
};

static LIST_HEAD(all_locking);
static DEFINE_SPINLOCK(lock);

static struct locking *own_locking(void)
{
	struct locking *locking, *found = NULL;

	spin_lock(&lock);
	list_for_each_entry(locking, &all_locking, list)
		if (locking->task == current)
			found = locking;
	spin_unlock(&lock);
	return found;
}

/* What would be mounted over, to be put. */
static struct path find_place(const struct locking *locking)
{
	struct path place = *locking->path;

	path_get(&place);
	if (locking->is_beneath)
		follow_up(&place);
	return place;
}

/* Asked while all mounts are locked. */
static bool is_as_asked(const struct locking *locking, const struct dentry *dentry)
{
	struct path place = find_place(locking);
	bool is_same = path_equal(&place, &locking->place) && dentry == place.dentry &&
		       veriexec_is_private(place.mnt) == locking->is_private;

	path_put(&place);
	return is_same;
}

/* The kernel's last step to a place. It has other uses, for which nobody was asked. */
static struct mountpoint *(*const of_dentry)(struct dentry *dentry);

DEFINE_STATIC_CALL_NULL(own_get_mountpoint, *of_dentry);
void veriexec_bind_get_mountpoint(void *function)
{
	static_call_update(own_get_mountpoint, (typeof(of_dentry))function);
}

struct mountpoint *veriexec_hook_get_mountpoint(struct dentry *dentry)
{
	int entered = veriexec_enter();
	struct locking *locking = own_locking();
	struct mountpoint *mountpoint;

	if (locking && !is_as_asked(locking, dentry)) {
		locking->has_changed = true;
		mountpoint = ERR_PTR(-EAGAIN);
	} else {
		mountpoint = static_call(own_get_mountpoint)(dentry);
	}
	veriexec_leave(entered);
	return mountpoint;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
static struct mountpoint *(*const of_path)(struct path *path);
#define LOCK(path, is_beneath) static_call(own_lock_mount)(path)
#else
static struct mountpoint *(*const of_path)(struct path *path, bool is_beneath);
#define LOCK(path, is_beneath) static_call(own_lock_mount)(path, is_beneath)
#endif

DEFINE_STATIC_CALL_NULL(own_lock_mount, *of_path);
void veriexec_bind_lock_mount(void *function)
{
	static_call_update(own_lock_mount, (typeof(of_path))function);
}

static struct mountpoint *lock_if_allowed(struct path *path, struct locking *locking)
{
	struct mountpoint *mountpoint;
	int error = 0;

	locking->has_changed = false;
	locking->place = find_place(locking);
	locking->is_private = veriexec_is_private(locking->place.mnt);
	if (!locking->is_private)
		error = veriexec_check_mount_over(&locking->place);
	if (error) {
		path_put(&locking->place);
		return ERR_PTR(error);
	}
	spin_lock(&lock);
	list_add(&locking->list, &all_locking);
	spin_unlock(&lock);
	mountpoint = LOCK(path, locking->is_beneath);
	spin_lock(&lock);
	list_del(&locking->list);
	spin_unlock(&lock);
	path_put(&locking->place);
	return mountpoint;
}

static struct mountpoint *lock_place(struct path *path, bool is_beneath)
{
	struct locking locking = { .task = current, .path = path, .is_beneath = is_beneath };
	int entered = veriexec_enter();
	struct mountpoint *mountpoint;

	do
		mountpoint = lock_if_allowed(path, &locking);
	while (locking.has_changed && !fatal_signal_pending(current));
	veriexec_leave(entered);
	return mountpoint;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
struct mountpoint *veriexec_hook_lock_mount(struct path *path)
{
	return lock_place(path, false);
}
#else
struct mountpoint *veriexec_hook_lock_mount(struct path *path, bool is_beneath)
{
	return lock_place(path, is_beneath);
}
#endif

/* A mount that is moved, by mount(2) or move_mount(2), or was made or copied to be. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define MOVED struct path *from, struct path *to
#define MOVE from, to
#else
#define MOVED struct path *from, struct path *to, bool is_beneath
#define MOVE from, to, is_beneath
#endif
static int (*const of_move)(MOVED);

DEFINE_STATIC_CALL_NULL(own_do_move_mount, *of_move);
void veriexec_bind_do_move_mount(void *function)
{
	static_call_update(own_do_move_mount, (typeof(of_move))function);
}

int veriexec_hook_do_move_mount(MOVED)
{
	int entered = veriexec_enter();
	int error = veriexec_check_move(from, to);

	if (!error)
		error = static_call(own_do_move_mount)(MOVE);
	veriexec_leave(entered);
	return error;
}
