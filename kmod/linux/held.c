// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Listed files that are told by their inodes, which are held in memory as long as they are listed:
 * where the numbers of files do not last. Each has a number that no other ever has.
 */
#include "veriexec.h"

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct veriexec_held {
	struct rhash_head node;
	struct inode *inode;
	/* Of the inode, which may be gone before this. */
	const struct super_block *sb;
	u64 volume;
	u64 number;
	/* How many requests are about to give it an entry. */
	unsigned int pins;
	bool is_listed;
	/* When it is neither: what is to be let go, or is on its way. */
	struct list_head list;
	struct rcu_head rcu;
};

static const struct rhashtable_params by_inode_params = {
	.key_len = sizeof(struct inode *),
	.key_offset = offsetof(struct veriexec_held, inode),
	.head_offset = offsetof(struct veriexec_held, node),
	.automatic_shrinking = true,
};

static struct rhashtable by_inode;
static DEFINE_XARRAY(by_number);

/* One is made at a time. */
static DEFINE_MUTEX(making);

/*
 * The last number that was given. None is an inode's number on the same volume, and found by
 * mistake for one: what is written under that would be taken for another generation of it.
 */
#define FIRST_NUMBER BIT_ULL(63)
static u64 last_number = FIRST_NUMBER;

static unsigned long place_of(u64 number)
{
	return number & ~FIRST_NUMBER;
}

/* What is said of those that there are. It may be taken while the tables are locked. */
static DEFINE_SPINLOCK(lock);

/* The number of a file, which must stay; 0 if it is not held. */
u64 veriexec_held_number(struct inode *inode)
{
	const struct veriexec_held *held;
	u64 number;

	rcu_read_lock();
	held = rhashtable_lookup(&by_inode, &inode, by_inode_params);
	number = held ? held->number : 0;
	rcu_read_unlock();
	return number;
}

/* Letting go */

static LIST_HEAD(released);
static LIST_HEAD(going);
static DECLARE_WAIT_QUEUE_HEAD(gone);

/* The next one to be let go: of that file system, or of any. Needs the lock. */
static struct veriexec_held *next_of(const struct list_head *list, const struct super_block *sb)
{
	struct veriexec_held *held;

	list_for_each_entry(held, list, list)
		if (!sb || held->sb == sb)
			return held;
	return NULL;
}

/* An inode that goes may have to wait for its disk: nothing is locked meanwhile. */
static void let_go(const struct super_block *sb)
{
	struct veriexec_held *held;

	spin_lock(&lock);
	while ((held = next_of(&released, sb))) {
		list_move(&held->list, &going);
		spin_unlock(&lock);
		iput(held->inode);
		spin_lock(&lock);
		list_del(&held->list);
		kfree_rcu(held, rcu);
		/* Who waits for this one waits for no other, which may take long. */
		wake_up_all(&gone);
	}
	spin_unlock(&lock);
}

static void let_all_go(struct work_struct *unused)
{
	let_go(NULL);
}

static DECLARE_WORK(letting_go, let_all_go);

/* Needs the lock. */
static void release(struct veriexec_held *held)
{
	rhashtable_remove_fast(&by_inode, &held->node, by_inode_params);
	xa_erase(&by_number, place_of(held->number));
	list_add_tail(&held->list, &released);
}

/* Needs the lock. */
static void release_unless_wanted(struct veriexec_held *held)
{
	if (held->pins || held->is_listed)
		return;
	release(held);
	schedule_work(&letting_go);
}

/* Does what is due of that now. */
void veriexec_let_go(void)
{
	let_go(NULL);
}

static bool is_going(const struct super_block *sb)
{
	bool found;

	spin_lock(&lock);
	found = next_of(&going, sb);
	spin_unlock(&lock);
	return found;
}

/* A file system goes, and nothing on it is listed any more. */
void veriexec_held_gone(const struct super_block *sb)
{
	struct veriexec_held *held;
	unsigned long number;

	spin_lock(&lock);
	xa_for_each(&by_number, number, held)
		if (held->sb == sb)
			release(held);
	spin_unlock(&lock);
	let_go(sb);
	wait_event(gone, !is_going(sb));
}

/* Holding */

static struct veriexec_held *pin_present(struct inode *inode)
{
	struct veriexec_held *held;

	spin_lock(&lock);
	held = rhashtable_lookup_fast(&by_inode, &inode, by_inode_params);
	if (held)
		held->pins++;
	spin_unlock(&lock);
	return held;
}

static struct veriexec_held *make(struct inode *inode, u64 volume)
{
	struct veriexec_held *held = MAY_FAIL(kzalloc(sizeof(*held), GFP_KERNEL), NULL);
	int error;

	if (!held)
		return NULL;
	held->inode = inode;
	held->sb = inode->i_sb;
	held->volume = volume;
	held->number = ++last_number;
	held->pins = 1;
	error = MAY_FAIL(xa_err(xa_store(&by_number, place_of(held->number), held, GFP_KERNEL)),
			 -ENOMEM);
	if (error)
		goto no_number;
	ihold(inode);
	spin_lock(&lock);
	error = MAY_FAIL(rhashtable_insert_fast(&by_inode, &held->node, by_inode_params), -ENOMEM);
	spin_unlock(&lock);
	if (error)
		goto no_place;
	return held;

no_place:
	iput(inode);
	xa_erase(&by_number, place_of(held->number));
no_number:
	kfree(held);
	return NULL;
}

/* Holds a file that is about to get an entry, until it is unpinned; NULL without memory. */
struct veriexec_held *veriexec_hold(struct inode *inode, u64 volume)
{
	struct veriexec_held *held;

	mutex_lock(&making);
	held = pin_present(inode);
	if (!held)
		held = make(inode, volume);
	mutex_unlock(&making);
	return held;
}

/* It goes now, unless it has an entry. */
void veriexec_unpin_held(struct veriexec_held *held)
{
	if (!held)
		return;
	spin_lock(&lock);
	held->pins--;
	release_unless_wanted(held);
	spin_unlock(&lock);
}

/* Where numbers last, nothing is held, and the number may be another's here. */
void veriexec_shim_listed(u64 volume, u64 number, bool is_listed)
{
	struct veriexec_held *held;

	spin_lock(&lock);
	held = xa_load(&by_number, place_of(number));
	if (held && held->volume == volume && held->number == number) {
		held->is_listed = is_listed;
		release_unless_wanted(held);
	}
	spin_unlock(&lock);
}

int veriexec_held_init(void)
{
	return MAY_FAIL(rhashtable_init(&by_inode, &by_inode_params), -ENOMEM);
}

/* When nothing is listed any more: until nothing is held. */
void veriexec_held_wait(void)
{
	let_go(NULL);
	wait_event(gone, !is_going(NULL));
}

/* When nobody asks any more, and nothing is listed. */
void veriexec_held_exit(void)
{
	let_go(NULL);
	cancel_work_sync(&letting_go);
	rhashtable_destroy(&by_inode);
	xa_destroy(&by_number);
}
