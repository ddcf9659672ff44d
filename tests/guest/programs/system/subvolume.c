/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes and removes subvolumes of a btrfs:
 * subvolume create|destroy|destroy2 DIRECTORY NAME
 * subvolume byid DIRECTORY NUMBER
 * subvolume snapshot DIRECTORY NAME SOURCE
 * And gives it disks, or takes them, by any file or directory of it:
 * subvolume add|remove|remove2 FILE DISK
 * subvolume resize FILE SIZE
 */
#include <fcntl.h>
#include <linux/btrfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static int snapshot(int directory, const char *name, const char *source)
{
	struct btrfs_ioctl_vol_args_v2 request = { .fd = open(source, O_RDONLY) };

	strncpy(request.name, name, BTRFS_SUBVOL_NAME_MAX);
	return ioctl(directory, BTRFS_IOC_SNAP_CREATE_V2, &request);
}

static int destroy(int directory, const char *name)
{
	struct btrfs_ioctl_vol_args_v2 request = {};

	strncpy(request.name, name, BTRFS_SUBVOL_NAME_MAX);
	return ioctl(directory, BTRFS_IOC_SNAP_DESTROY_V2, &request);
}

static int destroy_by_id(int directory, const char *number)
{
	struct btrfs_ioctl_vol_args_v2 request = {
		.flags = BTRFS_SUBVOL_SPEC_BY_ID,
		.subvolid = strtoull(number, NULL, 10),
	};

	return ioctl(directory, BTRFS_IOC_SNAP_DESTROY_V2, &request);
}

static int remove_disk(int file, const char *disk)
{
	struct btrfs_ioctl_vol_args_v2 request = {};

	strncpy(request.name, disk, BTRFS_SUBVOL_NAME_MAX);
	return ioctl(file, BTRFS_IOC_RM_DEV_V2, &request);
}

static int simple(int directory, const char *name, unsigned long number)
{
	struct btrfs_ioctl_vol_args request = {};

	strncpy(request.name, name, BTRFS_PATH_NAME_MAX);
	return ioctl(directory, number, &request);
}

int main(int argc, char **argv)
{
	int directory, result = 2;

	if (argc < 4)
		return 2;
	directory = open(argv[2], O_RDONLY);
	if (directory == -1)
		result = -1;
	else if (!strcmp(argv[1], "create"))
		result = simple(directory, argv[3], BTRFS_IOC_SUBVOL_CREATE);
	else if (!strcmp(argv[1], "destroy"))
		result = simple(directory, argv[3], BTRFS_IOC_SNAP_DESTROY);
	else if (!strcmp(argv[1], "destroy2"))
		result = destroy(directory, argv[3]);
	else if (!strcmp(argv[1], "add"))
		result = simple(directory, argv[3], BTRFS_IOC_ADD_DEV);
	else if (!strcmp(argv[1], "remove"))
		result = simple(directory, argv[3], BTRFS_IOC_RM_DEV);
	else if (!strcmp(argv[1], "remove2"))
		result = remove_disk(directory, argv[3]);
	else if (!strcmp(argv[1], "resize"))
		result = simple(directory, argv[3], BTRFS_IOC_RESIZE);
	else if (!strcmp(argv[1], "byid"))
		result = destroy_by_id(directory, argv[3]);
	else if (!strcmp(argv[1], "snapshot") && argc > 4)
		result = snapshot(directory, argv[3], argv[4]);
	if (result)
		perror(argv[1]);
	return result != 0;
}
