// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What is done to a file by ioctl(2). What a file system makes of a command nobody else knows: what
 * is not known to be harmless counts as a write.
 */
#include "../checks.h"

#include <linux/fscrypt.h>
#include <linux/fsverity.h>
#include <linux/ioctl.h>
#include <linux/termios.h>

#include "../devices/commands.h"
#include "../veriexec.h"
#include "file_systems.h"

static bool is_harmless(unsigned int command)
{
	if (veriexec_is_of_every_file(command))
		return true;
	switch (command) {
	/* What there is, and where. */
	case FIBMAP:
	case FS_IOC_GETFLAGS:
	case FS_IOC32_GETFLAGS:
	case FS_IOC_FSGETXATTR:
	case FS_IOC_GETVERSION:
	case FS_IOC32_GETVERSION:
	case FS_IOC_GETFSLABEL:
#ifdef FS_IOC_GETFSUUID
	case FS_IOC_GETFSUUID:
#endif
#ifdef FS_IOC_GETFSSYSFSPATH
	case FS_IOC_GETFSSYSFSPATH:
#endif
	case FS_IOC_MEASURE_VERITY:
	case FS_IOC_READ_VERITY_METADATA:
	case FS_IOC_GET_ENCRYPTION_POLICY:
	case FS_IOC_GET_ENCRYPTION_POLICY_EX:
	case FS_IOC_GET_ENCRYPTION_KEY_STATUS:
	case FS_IOC_GET_ENCRYPTION_NONCE:
	/* Whether it is a terminal, as programs asked before TCGETS. */
	case TCGETA:
		return true;
	default:
		return false;
	}
}

/* FS_IOC_SETVERSION, and ext4's own of that name; each has more than one width. */
static bool sets_generation(unsigned int command)
{
	return (_IOC_TYPE(command) == 'v' && _IOC_NR(command) == 2) ||
	       (_IOC_TYPE(command) == 'f' && _IOC_NR(command) == 4);
}

/* What is on a volume may be something else from now on. */
static int check_change(const struct file *file, u64 volume)
{
	const struct veriexec_operation operation = {
		.action = VERIEXEC_RAW_WRITE,
		.mount = &volume,
		.path = &file->f_path,
	};

	return veriexec_core_check(&operation);
}

/*
 * Which file it is changes: it is no more the one that may be listed, as if that were removed, and may
 * become one that was listed, with whatever is in it.
 */
static int check_identity_change(const struct file *file, const struct veriexec_located *located)
{
	const struct veriexec_operation removal = {
		.action = VERIEXEC_REMOVE,
		.file = located,
		.path = &file->f_path,
	};
	int error = check_change(file, located->mount);

	return error ? error : veriexec_core_check(&removal);
}

/* A file system may be given another disk by a command to whatever file or directory of it. */
static int check_file_system(const struct file *file, unsigned int command)
{
	const struct super_block *sb = file_inode(file)->i_sb;
	enum veriexec_for_all does = veriexec_does_to_file_system(command);
	u64 volume = 0;
	int error = 0;

	/* What a server makes of it is as good as what it says is in its files. */
	if (veriexec_is_remote(sb))
		return 0;
	while (!error && does != VERIEXEC_LEAVES_IT && veriexec_next_volume(sb, &volume)) {
		if (does == VERIEXEC_CHANGES_KEYS)
			veriexec_core_purge(volume);
		else
			error = check_change(file, volume);
	}
	return error;
}

int veriexec_check_directory_ioctl(const struct file *file, unsigned int command)
{
	return is_harmless(command) ? 0 : check_file_system(file, command);
}

int veriexec_check_file_ioctl(const struct file *file, unsigned int command)
{
	struct veriexec_located located;
	const struct veriexec_operation operation = {
		.action = VERIEXEC_COMMAND,
		.file = &located,
		.path = &file->f_path,
		.writers = !!(file->f_mode & FMODE_WRITE),
	};
	int error;

	if (is_harmless(command))
		return 0;
	veriexec_identify_file(file, &located);
	if (located.is_made_up)
		return 0;
	error = veriexec_core_check(&operation);
	if (!error && sets_generation(command))
		error = check_identity_change(file, &located);
	return error ? error : check_file_system(file, command);
}
