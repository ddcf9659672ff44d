// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The C shim of Veriexec: /dev/veriexec, and what only a kernel can do for the Rust core. It
 * decides nothing.
 */
#include <crypto/hash.h>
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/mutex.h>
#include <linux/namei.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>

#include "core.h"

/* An ioctl(2) in progress. */
struct veriexec_caller {
	void __user *arg;
	bool wide;
};

/* struct plistref of prop/plistref.h, in either width. */
struct plistref {
	u64 plist;
	u64 len;
};

struct plistref32 {
	u32 plist;
	u32 len;
};

/* Memory */

static atomic_long_t allocations;

void *veriexec_shim_alloc(size_t size, size_t align)
{
	void *memory = NULL;

	if (align <= ARCH_KMALLOC_MINALIGN)
		memory = kvmalloc(size, GFP_KERNEL | __GFP_NOWARN);
	if (memory)
		atomic_long_inc(&allocations);
	return memory;
}

void veriexec_shim_free(void *memory)
{
	atomic_long_dec(&allocations);
	kvfree(memory);
}

/* The lock of the tables */

static DEFINE_MUTEX(tables);

void veriexec_shim_lock(void)
{
	mutex_lock(&tables);
}

void veriexec_shim_unlock(void)
{
	mutex_unlock(&tables);
}

/* The caller's memory */

int veriexec_shim_plistref(const struct veriexec_caller *caller, u64 *plist, u64 *len)
{
	struct plistref ref;
	struct plistref32 ref32;

	if (caller->wide) {
		if (copy_from_user(&ref, caller->arg, sizeof(ref)))
			return -EFAULT;
	} else {
		if (copy_from_user(&ref32, caller->arg, sizeof(ref32)))
			return -EFAULT;
		ref.plist = ref32.plist;
		ref.len = ref32.len;
	}
	*plist = ref.plist;
	*len = ref.len;
	return 0;
}

int veriexec_shim_copy_in(const struct veriexec_caller *caller, u64 from, u8 *to, size_t len)
{
	return copy_from_user(to, u64_to_user_ptr(from), len) ? -EFAULT : 0;
}

static int put_plistref(const struct veriexec_caller *caller, unsigned long plist, size_t len)
{
	struct plistref ref = { .plist = plist, .len = len };
	struct plistref32 ref32 = { .plist = plist, .len = len };
	unsigned long left;

	if (caller->wide)
		left = copy_to_user(caller->arg, &ref, sizeof(ref));
	else if (ref32.plist != plist || ref32.len != len)
		return -EOVERFLOW;
	else
		left = copy_to_user(caller->arg, &ref32, sizeof(ref32));
	return left ? -EFAULT : 0;
}

int veriexec_shim_reply(const struct veriexec_caller *caller, const u8 *text, size_t len)
{
	unsigned long plist;
	int error;

	plist = vm_mmap(NULL, 0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(plist))
		return plist;
	if (copy_to_user((void __user *)plist, text, len))
		error = -EFAULT;
	else
		error = put_plistref(caller, plist, len);
	if (error)
		vm_munmap(plist, len);
	return error;
}

/* Files */

/* The path that a name leads to, to be put. */
static int resolve(const u8 *name, size_t len, struct path *path)
{
	char *terminated;
	int error;

	if (len >= PATH_MAX)
		return -ENAMETOOLONG;
	terminated = kmemdup_nul((const char *)name, len, GFP_KERNEL);
	if (!terminated)
		return -ENOMEM;
	error = kern_path(terminated, LOOKUP_FOLLOW, path);
	kfree(terminated);
	return error;
}

static void identify(const struct path *path, struct veriexec_located *located)
{
	const struct inode *inode = d_backing_inode(path->dentry);

	located->mount = inode->i_sb->s_dev;
	located->inode = inode->i_ino;
	located->generation = inode->i_generation;
	if (S_ISREG(inode->i_mode))
		located->kind = VERIEXEC_REGULAR;
	else if (!S_ISDIR(inode->i_mode))
		located->kind = VERIEXEC_OTHER;
	else if (path->dentry == inode->i_sb->s_root)
		located->kind = VERIEXEC_MOUNT_ROOT;
	else
		located->kind = VERIEXEC_DIRECTORY;
}

int veriexec_shim_locate(const u8 *name, size_t len, struct veriexec_located *located)
{
	struct path path;
	int error = resolve(name, len, &path);

	if (error)
		return error;
	identify(&path, located);
	path_put(&path);
	return 0;
}

static int open_for_hashing(const struct path *path, struct file **file)
{
	struct file *opened;
	int error;

	/* Opening anything else can wait for somebody, or set something off. */
	if (!S_ISREG(d_backing_inode(path->dentry)->i_mode))
		return -EBADF;
	opened = dentry_open(path, O_RDONLY | O_LARGEFILE, current_cred());
	if (IS_ERR(opened))
		return PTR_ERR(opened);
	error = deny_write_access(opened);
	if (error) {
		fput(opened);
		return error;
	}
	*file = opened;
	return 0;
}

int veriexec_shim_open(const u8 *name, size_t len, struct file **file,
		       struct veriexec_located *located)
{
	struct path path;
	int error = resolve(name, len, &path);

	if (error)
		return error;
	error = open_for_hashing(&path, file);
	if (!error)
		identify(&path, located);
	path_put(&path);
	return error;
}

void veriexec_shim_close(struct file *file)
{
	allow_write_access(file);
	fput(file);
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
	struct shash_desc *state = kmalloc(sizeof(*state) + crypto_shash_descsize(hash), GFP_KERNEL);
	u8 *piece = kvmalloc(PIECE, GFP_KERNEL);
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

int veriexec_shim_hash(struct file *file, const char *algorithm, u8 *digest, size_t len)
{
	struct crypto_shash *hash = crypto_alloc_shash(algorithm, 0, 0);
	int error = -EINVAL;

	if (IS_ERR(hash))
		return PTR_ERR(hash) == -ENOENT ? -EOPNOTSUPP : PTR_ERR(hash);
	if (crypto_shash_digestsize(hash) == len)
		error = hash_with(hash, file, digest);
	crypto_free_shash(hash);
	return error;
}

bool veriexec_shim_supports(const char *algorithm)
{
	return crypto_has_shash(algorithm, 0, 0);
}

/* Reports */

void veriexec_shim_process(struct veriexec_process *process)
{
	get_task_comm(process->command, current);
	process->pid = task_tgid_nr(current);
	process->uid = from_kuid_munged(&init_user_ns, current_uid());
	process->gid = from_kgid_munged(&init_user_ns, current_gid());
}

void veriexec_shim_log(int priority, const u8 *line, size_t len)
{
	switch (priority) {
	case LOGLEVEL_ALERT:
		pr_alert("%.*s\n", (int)len, line);
		break;
	case LOGLEVEL_ERR:
		pr_err("%.*s\n", (int)len, line);
		break;
	case LOGLEVEL_WARNING:
		pr_warn("%.*s\n", (int)len, line);
		break;
	default:
		pr_notice("%.*s\n", (int)len, line);
	}
}

/* The device */

/* Whether somebody has the device open for writing. */
static unsigned long has_writer;

static int veriexec_open(struct inode *inode, struct file *file)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if ((file->f_mode & FMODE_WRITE) && test_and_set_bit(0, &has_writer))
		return -EBUSY;
	return nonseekable_open(inode, file);
}

static int veriexec_release(struct inode *inode, struct file *file)
{
	if (file->f_mode & FMODE_WRITE)
		clear_bit(0, &has_writer);
	return 0;
}

static long request(struct file *file, unsigned int number, void __user *arg, bool wide)
{
	const struct veriexec_caller caller = { .arg = arg, .wide = wide };

	return veriexec_core_request(&caller, number, file->f_mode & FMODE_READ,
				     file->f_mode & FMODE_WRITE, wide);
}

static long veriexec_ioctl(struct file *file, unsigned int number, unsigned long arg)
{
	return request(file, number, (void __user *)arg, true);
}

#ifdef CONFIG_COMPAT
static long veriexec_compat_ioctl(struct file *file, unsigned int number, unsigned long arg)
{
	return request(file, number, compat_ptr(arg), false);
}
#endif

static const struct file_operations operations = {
	.owner = THIS_MODULE,
	.open = veriexec_open,
	.release = veriexec_release,
	.unlocked_ioctl = veriexec_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = veriexec_compat_ioctl,
#endif
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "veriexec",
	.fops = &operations,
	.mode = 0600,
};

static int __init veriexec_load(void)
{
	return misc_register(&device);
}

static void __exit veriexec_unload(void)
{
	misc_deregister(&device);
	veriexec_core_unload();
	pr_info("Veriexec: unloaded, %ld allocations left.\n", atomic_long_read(&allocations));
}

module_init(veriexec_load);
module_exit(veriexec_unload);

MODULE_DESCRIPTION("Veriexec: verified execution");
MODULE_AUTHOR("The Veriexec for Rust authors");
MODULE_LICENSE("Dual BSD/GPL");
