// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Files: where their names lead, and what is in them.
 */
#include "veriexec.h"

#include <crypto/hash.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

/* Names */

/* The path that a name leads to, to be put. */
static int resolve(const u8 *name, size_t len, struct path *path)
{
	char *terminated;
	int error;

	if (len >= PATH_MAX)
		return -ENAMETOOLONG;
	terminated = MAY_FAIL(kmemdup_nul((const char *)name, len, GFP_KERNEL), NULL);
	if (!terminated)
		return -ENOMEM;
	error = MAY_FAIL(kern_path(terminated, LOOKUP_FOLLOW, path), -ENOMEM);
	kfree(terminated);
	return error;
}

int veriexec_shim_locate(const u8 *name, size_t len, struct veriexec_located *located)
{
	struct path path;
	int error = resolve(name, len, &path);

	if (error)
		return error;
	veriexec_identify_dentry(path.dentry, located);
	path_put(&path);
	return 0;
}

int veriexec_pin(struct veriexec_pin *pin, const u8 *name, size_t len,
		 struct veriexec_located *located)
{
	struct path path;
	int error = resolve(name, len, &path);

	if (error)
		return error;
	error = veriexec_mount_pin(&path, pin);
	/* Not what is there by now: an overlay may have copied it. */
	if (!error)
		veriexec_identify(pin->inode, path.dentry == path.dentry->d_sb->s_root, located);
	path_put(&path);
	return error;
}

size_t veriexec_shim_name(const struct path *path, u8 *name, size_t size)
{
	const char *found = d_path(path, (char *)name, size);
	size_t len;

	if (IS_ERR(found))
		return 0;
	len = strlen(found);
	memmove(name, found, len);
	return len;
}

/* Contents */

/* A file that is open for us to read. */
struct veriexec_reading {
	struct file *file;
	/* Whose writers are kept out: the file's own and, of an overlay's, that of the one underneath. */
	struct inode *kept[2];
};

/* What our files are opened with: the kernel's own rights. */
static const struct cred *reader;

/* A task that opens or reads a file for us. */
struct occupied {
	struct list_head list;
	const struct task_struct *task;
};

LIST_HEAD(veriexec_occupied);
static DEFINE_SPINLOCK(occupied_lock);

static void begin_reading(struct occupied *own)
{
	own->task = current;
	spin_lock(&occupied_lock);
	list_add(&own->list, &veriexec_occupied);
	spin_unlock(&occupied_lock);
}

static void end_reading(struct occupied *own)
{
	spin_lock(&occupied_lock);
	list_del(&own->list);
	spin_unlock(&occupied_lock);
}

bool veriexec_is_occupied(void)
{
	const struct occupied *other;
	bool found = false;

	spin_lock(&occupied_lock);
	list_for_each_entry(other, &veriexec_occupied, list)
		if (other->task == current)
			found = true;
	spin_unlock(&occupied_lock);
	return found;
}

/*
 * Drops what is in memory of a file, so that it is the disk that is read. If some of it stays,
 * because somebody holds it, nobody can say which of them others will read.
 */
static bool is_fresh(struct inode *inode)
{
	struct address_space *mapping = inode->i_mapping;

	return !filemap_write_and_wait(mapping) && !invalidate_inode_pages2(mapping);
}

/* Of one inode: nobody has it open for write but so many, or nobody has and nobody may. */
static int keep_out_of(struct inode **kept, struct inode *inode, int writers)
{
	if (writers >= 0)
		return atomic_read(&inode->i_writecount) > writers ? -ETXTBSY : 0;
	if (!atomic_dec_unless_positive(&inode->i_writecount))
		return -ETXTBSY;
	ihold(inode);
	*kept = inode;
	return 0;
}

/*
 * Sees to it that nobody but those who may can write the file until it is read: keeps everybody
 * out if nobody may. Who has opened it by way of an overlay counts there, too, as one, and of the
 * file underneath as many as the overlay has opened for it by now.
 */
static int keep_out(struct veriexec_reading *reading, const struct path *path, int writers)
{
	struct inode *inode = d_real_inode(path->dentry);
	struct inode *shown = d_inode(path->dentry);
	enum veriexec_written written = veriexec_mount_written(veriexec_volume_of(inode));
	int error;

	if (written == VERIEXEC_BEING_WRITTEN)
		return -ETXTBSY;
	if (written == VERIEXEC_ONCE_WRITTEN && !is_fresh(inode))
		return -ETXTBSY;
	error = keep_out_of(&reading->kept[0], inode, writers);
	if (!error && shown != inode)
		error = keep_out_of(&reading->kept[1], shown, writers < 0 ? writers : 1);
	/* A writer that asks has none of its memory yet. */
	if (!error)
		error = MAY_FAIL(veriexec_pages_settle(inode), -ENOMEM);
	return error;
}

/*
 * No fanotify(7) listener is asked about our own reading: it would wait for whoever waits for us,
 * and every opener with them.
 */
#define READING_FLAGS (O_RDONLY | O_LARGEFILE | O_NOATIME | __FMODE_NONOTIFY)

static int open_reading(const struct path *path, int writers, struct veriexec_reading **opened,
			struct veriexec_located *located)
{
	struct inode *inode = d_real_inode(path->dentry);
	struct veriexec_reading *reading;
	struct occupied own;
	int error;

	/* Opening anything else can wait for somebody, or set something off. */
	if (!S_ISREG(inode->i_mode))
		return -EBADF;
	reading = MAY_FAIL(kzalloc(sizeof(*reading), GFP_KERNEL), NULL);
	if (!reading)
		return -ENOMEM;
	error = keep_out(reading, path, writers);
	if (error)
		goto failed;
	begin_reading(&own);
	reading->file = MAY_FAIL(dentry_open(path, READING_FLAGS, reader), ERR_PTR(-ENOMEM));
	end_reading(&own);
	if (IS_ERR(reading->file)) {
		error = PTR_ERR(reading->file);
		reading->file = NULL;
		goto failed;
	}
	/* An overlay may have copied it meanwhile. */
	if (d_real_inode(path->dentry) != inode) {
		error = -ESTALE;
		goto failed;
	}
	veriexec_identify(inode, false, located);
	*opened = reading;
	return 0;

failed:
	veriexec_shim_close(reading);
	return error;
}

int veriexec_shim_open(const u8 *name, size_t len, struct veriexec_reading **reading,
		       struct veriexec_located *located)
{
	struct path path;
	int error = resolve(name, len, &path);

	if (error)
		return error;
	error = open_reading(&path, -1, reading, located);
	path_put(&path);
	return error;
}

int veriexec_shim_reopen(const struct path *path, int writers, struct veriexec_reading **reading,
			 struct veriexec_located *located)
{
	return open_reading(path, writers, reading, located);
}

void veriexec_shim_close(struct veriexec_reading *reading)
{
	size_t index;

	if (reading->file)
		fput(reading->file);
	for (index = 0; index < ARRAY_SIZE(reading->kept); index++) {
		if (!reading->kept[index])
			continue;
		atomic_inc(&reading->kept[index]->i_writecount);
		iput(reading->kept[index]);
	}
	kfree(reading);
}

int veriexec_files_init(void)
{
	int error;

	reader = MAY_FAIL(prepare_kernel_cred(&init_task), NULL);
	if (!reader)
		return -ENOMEM;
	error = veriexec_pages_init();
	if (error)
		put_cred(reader);
	return error;
}

void veriexec_files_exit(void)
{
	put_cred(reader);
}

/* Fingerprints */

#define PIECE (64 * 1024)

static int hash_contents(struct file *file, struct shash_desc *state, u8 *piece)
{
	loff_t position = 0;
	ssize_t got;
	int error;

	do {
		if (fatal_signal_pending(current))
			return -EINTR;
		got = kernel_read(file, piece, PIECE, &position);
		if (got < 0)
			return got;
		error = crypto_shash_update(state, piece, got);
		if (error)
			return error;
		cond_resched();
	} while (got > 0);
	return 0;
}

static int hash_with(struct crypto_shash *hash, struct file *file, u8 *digest)
{
	size_t size = sizeof(struct shash_desc) + crypto_shash_descsize(hash);
	struct shash_desc *state = MAY_FAIL(kmalloc(size, GFP_KERNEL), NULL);
	u8 *piece = MAY_FAIL(kvmalloc(PIECE, GFP_KERNEL), NULL);
	int error = -ENOMEM;

	if (state && piece) {
		state->tfm = hash;
		error = crypto_shash_init(state);
		if (!error)
			error = hash_contents(file, state, piece);
		if (!error)
			error = crypto_shash_final(state, digest);
	}
	kvfree(piece);
	kfree_sensitive(state);
	return error;
}

int veriexec_shim_hash(struct veriexec_reading *reading, const char *algorithm, u8 *digest,
		       size_t len)
{
	struct crypto_shash *hash = MAY_FAIL(crypto_alloc_shash(algorithm, 0, 0), ERR_PTR(-ENOMEM));
	struct occupied own;
	int error = -EINVAL;

	if (IS_ERR(hash))
		return PTR_ERR(hash) == -ENOENT ? -EOPNOTSUPP : PTR_ERR(hash);
	if (crypto_shash_digestsize(hash) == len) {
		begin_reading(&own);
		error = hash_with(hash, reading->file, digest);
		end_reading(&own);
	}
	crypto_free_shash(hash);
	return error;
}

bool veriexec_shim_supports(const char *algorithm)
{
	return crypto_has_shash(algorithm, 0, 0);
}
