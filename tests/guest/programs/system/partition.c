/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a partition, without a table of them, or gives it another size:
 * partition add|resize DISK NUMBER MEBIBYTES
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/blkpg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	struct blkpg_partition partition = { .start = 1 << 20 };
	struct blkpg_ioctl_arg request = { .datalen = sizeof(partition), .data = &partition };
	int disk;

	if (argc != 5)
		return 2;
	request.op = strcmp(argv[1], "add") ? BLKPG_RESIZE_PARTITION : BLKPG_ADD_PARTITION;
	partition.pno = atoi(argv[3]);
	partition.length = strtoll(argv[4], NULL, 10) << 20;
	disk = open(argv[2], O_RDONLY);
	if (disk == -1 || ioctl(disk, BLKPG, &request)) {
		perror(argv[2]);
		return 1;
	}
	return 0;
}
