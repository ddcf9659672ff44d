/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tries to execute the files 1 to COUNT of a directory, as a user, and then to read one:
 * flood USER DIRECTORY COUNT [FILE]
 *
 * Fails unless all of that is denied.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char *const arguments[] = { "denied", NULL };
	char file[PATH_MAX];
	int number, count;
	uid_t user;

	if (argc < 4)
		return 2;
	user = atoi(argv[1]);
	count = atoi(argv[3]);
	if (user && (setgroups(0, NULL) || setgid(user) || setuid(user)))
		return 3;
	for (number = 1; number <= count; number++) {
		snprintf(file, sizeof(file), "%s/%d", argv[2], number);
		execve(file, arguments, NULL);
		if (errno != EPERM) {
			perror(file);
			return 1;
		}
	}
	if (argc > 4 && (open(argv[4], O_RDONLY) != -1 || errno != EPERM)) {
		perror(argv[4]);
		return 1;
	}
	return 0;
}
