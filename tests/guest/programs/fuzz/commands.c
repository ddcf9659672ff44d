/* SPDX-License-Identifier: BSD-2-Clause */
/* What files are commanded by ioctl(2). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <linux/fscrypt.h>
#include <linux/fsverity.h>
#include <linux/msdos_fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fuzz.h"

#define ANSWER(call) ((call) == -1 ? errno : 0)

/* What only the kernel's own sources have. */
struct move_extent {
	uint32_t reserved;
	uint32_t donor;
	uint64_t start, donor_start, blocks, moved;
};
#define MOVE_EXTENTS _IOWR('f', 15, struct move_extent)
#define MIGRATE _IO('f', 9)
#define ALLOCATE_DELAYED _IO('f', 12)
#define OLD_SETVERSION _IOW('f', 4, long)

struct space {
	int16_t type, whence;
	int64_t start, size;
	int32_t system_id;
	uint32_t process;
	int32_t room[4];
};
#define RESERVE _IOW('X', 42, struct space)
#define UNRESERVE _IOW('X', 43, struct space)
#define ZERO _IOW('X', 57, struct space)

struct exchange {
	int32_t file;
	uint32_t room;
	uint64_t file_offset, own_offset, size, flags;
};
#define EXCHANGE _IOW('X', 129, struct exchange)

static int donor_of(const struct file *file)
{
	return places[file->place].donor;
}

static int command(const struct file *file, int flags, unsigned long number, const void *argument)
{
	int descriptor = take_file(file, flags);

	return descriptor == -1 ? errno : ANSWER(ioctl(descriptor, number, argument));
}

static int clone_whole(struct file *file)
{
	int descriptor = take_file(file, O_WRONLY);

	return descriptor == -1 ? errno : ANSWER(ioctl(descriptor, FICLONE, donor_of(file)));
}

static int clone_range(struct file *file)
{
	const struct file_clone_range range = {
		.src_fd = donor_of(file),
		.src_offset = chance(16) * PAGE,
		.src_length = PAGE,
		.dest_offset = chance(file->size) / PAGE * PAGE,
	};

	return command(file, O_WRONLY, FICLONERANGE, &range);
}

/* What is the same becomes one; the other one is not changed. */
static int share(struct file *file)
{
	int descriptor = take_file(file, O_RDWR);
	struct {
		struct file_dedupe_range range;
		struct file_dedupe_range_info into;
	} asked = {
		.range = { .src_offset = 0, .src_length = PAGE, .dest_count = 1 },
		.into = { .dest_fd = descriptor, .dest_offset = 0 },
	};

	if (descriptor == -1)
		return errno;
	if (ioctl(places[file->place].twin, FIDEDUPERANGE, &asked) == -1)
		return errno;
	if (asked.into.status < 0)
		return -asked.into.status;
	return asked.into.status == FILE_DEDUPE_RANGE_SAME ? 0 : EILSEQ;
}

static int move_extents(struct file *file)
{
	struct move_extent asked = {
		.donor = donor_of(file),
		.start = chance(file->size) / PAGE,
		.blocks = 1,
	};

	asked.donor_start = asked.start;
	return command(file, O_RDWR, MOVE_EXTENTS, &asked);
}

static int migrate(struct file *file)
{
	return command(file, O_RDONLY, chance(2) ? MIGRATE : ALLOCATE_DELAYED, NULL);
}

static int set_generation(struct file *file)
{
	int generation = chance(1 << 30);

	return command(file, O_RDONLY, chance(2) ? FS_IOC_SETVERSION : OLD_SETVERSION, &generation);
}

static int set_flags(struct file *file)
{
	static const int flags[] = { FS_NODUMP_FL, FS_NOATIME_FL, FS_SYNC_FL, FS_COMPR_FL,
				     FS_NOCOW_FL, FS_JOURNAL_DATA_FL, FS_DAX_FL };
	int descriptor = take_file(file, O_RDONLY), now;

	if (descriptor == -1 || ioctl(descriptor, FS_IOC_GETFLAGS, &now) == -1)
		return errno;
	now ^= flags[chance(7)];
	return ANSWER(ioctl(descriptor, FS_IOC_SETFLAGS, &now));
}

static int set_attributes(struct file *file)
{
	int descriptor = take_file(file, O_RDONLY);
	struct fsxattr now;

	if (descriptor == -1 || ioctl(descriptor, FS_IOC_FSGETXATTR, &now) == -1)
		return errno;
	now.fsx_xflags ^= chance(2) ? FS_XFLAG_NODUMP : FS_XFLAG_NOATIME;
	return ANSWER(ioctl(descriptor, FS_IOC_FSSETXATTR, &now));
}

static int set_fat(struct file *file)
{
	uint32_t attributes = ATTR_ARCH | (chance(2) ? ATTR_HIDDEN : 0);

	return command(file, O_RDONLY, FAT_IOCTL_SET_ATTRIBUTES, &attributes);
}

static int defragment(struct file *file)
{
	const struct btrfs_ioctl_defrag_range_args range = {
		.len = -1,
		.flags = BTRFS_DEFRAG_RANGE_START_IO |
			 (chance(2) ? BTRFS_DEFRAG_RANGE_COMPRESS : 0),
	};

	if (chance(2))
		return command(file, O_RDWR, BTRFS_IOC_DEFRAG, NULL);
	return command(file, O_RDWR, BTRFS_IOC_DEFRAG_RANGE, &range);
}

static int change_space(struct file *file)
{
	static const unsigned long commands[] = { RESERVE, UNRESERVE, ZERO };
	const struct space space = { .start = chance(file->size), .size = 1 + chance(PAGE) };

	return command(file, O_RDWR, commands[chance(3)], &space);
}

static int exchange_range(struct file *file)
{
	const struct exchange exchange = { .file = donor_of(file), .size = PAGE };

	return command(file, O_RDWR, EXCHANGE, &exchange);
}

static int seal(struct file *file)
{
	const struct fsverity_enable_arg asked = {
		.version = 1,
		.hash_algorithm = FS_VERITY_HASH_ALG_SHA256,
		.block_size = PAGE,
	};

	if (!file->is_for_verity)
		return EINVAL;
	return command(file, O_RDONLY, FS_IOC_ENABLE_VERITY, &asked);
}

static int encrypt(struct file *file)
{
	struct fscrypt_policy_v2 policy = { .version = FSCRYPT_POLICY_V2,
					    .contents_encryption_mode = FSCRYPT_MODE_AES_256_XTS,
					    .filenames_encryption_mode = FSCRYPT_MODE_AES_256_CTS };

	return command(file, O_RDONLY, FS_IOC_SET_ENCRYPTION_POLICY, &policy);
}

/* Whatever it means to whom it may concern. */
static int anything(struct file *file)
{
	static const char types[] = "fXvmr\x94\x12";
	static char room[4096];
	unsigned long number =
		_IOC(chance(4), types[chance(7)], chance(64), chance(2) ? 8 : chance(256));

	memset(room, chance(3) ? 0 : 0xff, sizeof(room));
	return command(file, chance(2) ? O_RDONLY : O_RDWR, number, room);
}

const struct kind command_kinds[] = {
	KIND("clone", "ioctl", clone_whole),
	KIND("clone-range", "ioctl", clone_range),
	KIND("dedupe", "ioctl", share),
	KIND("move-extents", "ioctl", move_extents),
	KIND("migrate", "ioctl", migrate, .may_never = true),
	KIND("generation", "ioctl", set_generation),
	KIND("flags", "ioctl", set_flags),
	KIND("attributes", "ioctl", set_attributes),
	KIND("fat", "ioctl", set_fat),
	KIND("defragment", "ioctl", defragment),
	KIND("space", "ioctl", change_space),
	KIND("exchange-range", "ioctl", exchange_range, .may_never = true),
	KIND("verity", "ioctl", seal),
	KIND("encrypt", "ioctl", encrypt, .may_never = true),
	KIND("any-ioctl", "ioctl", anything, .may_never = true),
	{ 0 },
};
