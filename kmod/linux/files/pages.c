// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The pages of a file that somebody may write without having it open: by memory that was taken from
 * a mapping of it, for a registered buffer, a direct read that is not done yet, or a device.
 *
 * Who wants such memory takes a reference to its page. Not all say what for: direct reads of Linux
 * 6.1, and of some file systems later, take mere references, as whoever only reads does. So every
 * reference counts that the page cache, the file system and we do not have.
 */
#include "../veriexec.h"

#include <linux/backing-dev.h>
#include <linux/dax.h>
#include <linux/delay.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/sched/signal.h>
#include <linux/shmem_fs.h>
#include <linux/static_call.h>

/* Linux has references of its own, for a moment, or until it has put a page in its lists. */
#define TRIES 100
#define PAUSE 10

/* The function that puts the pages of all processors in their lists, which no module is given. */
static void (*const of_lists)(void);

DEFINE_STATIC_CALL_NULL(put_in_lists, *of_lists);

int veriexec_pages_init(void)
{
	unsigned long place;
	int error = veriexec_find_place("lru_add_drain_all", &place);

	if (!error)
		static_call_update(put_in_lists, (typeof(of_lists))(void *)place);
	return error;
}

/*
 * Whether anybody else has a reference to a locked page of which we have one. Nobody can get one
 * while it is frozen, which takes that there are no others: a count that is only read may be of a
 * moment at which another reader's makes up for the one that is looked for.
 */
static bool is_held(struct address_space *mapping, struct folio *folio)
{
	int known = folio_nr_pages(folio) + folio_test_private(folio) + 1;
	bool is_free;

	xa_lock_irq(&mapping->i_pages);
	is_free = folio_ref_freeze(folio, known);
	if (is_free)
		folio_ref_unfreeze(folio, known);
	xa_unlock_irq(&mapping->i_pages);
	return !is_free;
}

/* The same of one that may be mapped, which counts as well: then it is mapped no more. */
static int look_at(struct address_space *mapping, struct folio *folio, bool *held)
{
	int error = folio_lock_killable(folio);

	if (error)
		return error;
	*held = false;
	if (folio->mapping == mapping) {
		/* What writes it takes a reference at the end, and does not ask whether it may. */
		folio_wait_writeback(folio);
		*held = is_held(mapping, folio);
	}
	if (*held) {
		unmap_mapping_pages(mapping, folio->index, folio_nr_pages(folio), false);
		*held = is_held(mapping, folio);
	}
	folio_unlock(folio);
	return 0;
}

/* Files on disks: a page that is held is dropped. It is written first, and read again. */

static int drop(struct address_space *mapping, pgoff_t first, pgoff_t end)
{
	int error = -EBUSY, tries;

	for (tries = 0; error == -EBUSY && tries < 3; tries++) {
		error = filemap_write_and_wait_range(mapping, (loff_t)first << PAGE_SHIFT,
						     ((loff_t)end << PAGE_SHIFT) - 1);
		if (!error)
			error = invalidate_inode_pages2_range(mapping, first, end - 1);
	}
	return error == -EBUSY ? -ETXTBSY : error;
}

static int drop_if_held(struct address_space *mapping, struct folio *folio)
{
	pgoff_t first = folio->index, end = first + folio_nr_pages(folio);
	bool held;
	int error = look_at(mapping, folio, &held);

	return !error && held ? drop(mapping, first, end) : error;
}

/* Files in memory alone, whose pages are all that there is of them: a page that is held is busy. */

static int wait_if_held(struct address_space *mapping, struct folio *folio)
{
	bool held;
	int error, tries;

	for (tries = 0; tries < TRIES; tries++) {
		error = look_at(mapping, folio, &held);
		if (error || !held)
			return error;
		if (tries == 0 || tries == TRIES / 2)
			static_call(put_in_lists)();
		else
			msleep(PAUSE);
	}
	return -ETXTBSY;
}

/* Each page that is in memory now. What comes into it later is read from the disk, and nobody's. */
static int each_present(struct address_space *mapping,
			int (*settle)(struct address_space *mapping, struct folio *folio))
{
	struct folio_batch batch;
	pgoff_t next = 0;
	unsigned int index;
	int error = 0;

	folio_batch_init(&batch);
	while (!error && filemap_get_folios(mapping, &next, ULONG_MAX, &batch)) {
		for (index = 0; !error && index < folio_batch_count(&batch); index++)
			error = settle(mapping, batch.folios[index]);
		folio_batch_release(&batch);
		cond_resched();
	}
	return error;
}

/* Each page of a tmpfs: one that is swapped out comes back as it was, and who has it has it still. */
static int each_of_tmpfs(struct address_space *mapping)
{
	pgoff_t end = DIV_ROUND_UP(i_size_read(mapping->host), PAGE_SIZE);
	unsigned long index;
	struct page *page;
	void *entry;
	int error;

	xa_for_each(&mapping->i_pages, index, entry) {
		if (index >= end)
			break;
		page = shmem_read_mapping_page(mapping, index);
		if (IS_ERR(page))
			return PTR_ERR(page);
		error = wait_if_held(mapping, page_folio(page));
		put_page(page);
		if (error)
			return error;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

/*
 * Sees to it that nobody can write to what is in memory of a file, or says that it is busy. For as
 * long as nobody may open it for write, nobody can get such memory anew.
 */
int veriexec_pages_settle(struct inode *inode)
{
	struct address_space *mapping = inode->i_mapping;

	if (dax_mapping(mapping))
		return dax_layout_busy_page(mapping) ? -ETXTBSY : 0;
	switch (inode->i_sb->s_magic) {
	case TMPFS_MAGIC:
		return each_of_tmpfs(mapping);
	/* Its pages are locked in another order than those of all others. */
	case HUGETLBFS_MAGIC:
		return mapping->nrpages ? -ETXTBSY : 0;
	default:
		return each_present(mapping, mapping_can_writeback(mapping) ? drop_if_held :
									       wait_if_held);
	}
}
