/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes the sizes of files, and what is in them, while somebody else does something.
 * cuts mode|owner UID FILE SECONDS: cuts it as that user, while it may and may not
 * cuts empty DIRECTORY COUNT: empties the files 0 and on as they are opened by another thread
 * cuts size FILE LINE: cuts it by a descriptor from before, when a line comes
 * cuts command FILE LINE TEXT: the same, and writes it after a command to it
 * cuts write FILE LINE TEXT: only that
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long must(const char *what, long returned)
{
	if (returned != -1)
		return returned;
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

/* The other thread */

static volatile bool is_over;
static const char *victim;

static void *change_mode(void *unused)
{
	while (!is_over) {
		chmod(victim, 0400);
		chmod(victim, 0600);
	}
	return unused;
}

static void *change_owner(void *user)
{
	while (!is_over) {
		must("chown", chown(victim, 0, 0));
		must("chown", chown(victim, *(uid_t *)user, 0));
	}
	return NULL;
}

static int race(char how, uid_t user, int seconds)
{
	time_t end = time(NULL) + seconds;
	pthread_t other;
	long tries = 0;
	int cut = -1;

	if (how == 'm')
		must("setresuid", syscall(SYS_setresuid, user, user, user));
	pthread_create(&other, NULL, how == 'm' ? change_mode : change_owner, &user);
	/* Of this thread alone. */
	if (how == 'o')
		must("setresuid", syscall(SYS_setresuid, user, user, user));
	while (cut && time(NULL) < end) {
		cut = truncate(victim, 3);
		tries++;
	}
	is_over = true;
	pthread_join(other, NULL);
	printf("%s after %ld tries\n", cut ? "not cut" : "cut", tries);
	return cut ? 1 : 0;
}

/* Emptying */

static pthread_barrier_t both;
static char name[256];
static volatile bool is_done;

static void *empty_each(void *unused)
{
	int file;

	for (;;) {
		pthread_barrier_wait(&both);
		if (is_over)
			return unused;
		file = open(name, O_RDONLY | O_TRUNC);
		is_done = true;
		if (file != -1)
			close(file);
		pthread_barrier_wait(&both);
	}
}

static bool opens(void)
{
	int file = open(name, O_RDONLY);

	if (file != -1)
		close(file);
	return file != -1;
}

static int empty(const char *directory, int count)
{
	int emptied = 0, valid = 0, index;
	struct stat status;
	pthread_t other;

	pthread_barrier_init(&both, NULL, 2);
	pthread_create(&other, NULL, empty_each, NULL);
	for (index = 0; index < count; index++) {
		snprintf(name, sizeof(name), "%s/%d", directory, index);
		is_done = false;
		pthread_barrier_wait(&both);
		while (!is_done)
			opens();
		pthread_barrier_wait(&both);
		must("stat", stat(name, &status));
		if (status.st_size)
			continue;
		emptied++;
		valid += opens();
	}
	is_over = true;
	pthread_barrier_wait(&both);
	printf("%d files, %d emptied, of which %d are valid\n", count, emptied, valid);
	return emptied < count / 4 || valid;
}

/* By a descriptor from before */

static void later(char how, const char *line, const char *text)
{
	int file = must("open for writing", open(victim, O_RDWR));
	int attributes = 0;
	char byte;

	printf("ready\n");
	must("read", read(must("open", open(line, O_RDONLY)), &byte, 1));
	if (how == 's')
		must("ftruncate", ftruncate(file, 3));
	if (how == 'c')
		printf("command: %d\n", ioctl(file, FS_IOC_SETFLAGS, &attributes));
	if (text)
		must("write", pwrite(file, text, strlen(text), 0));
	printf("done\n");
	pause();
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 4)
		return 2;
	victim = argv[2];
	if (!strcmp(argv[1], "empty"))
		return empty(argv[2], atoi(argv[3]));
	if (argc == 5 && strchr("mo", argv[1][0])) {
		victim = argv[3];
		return race(argv[1][0], atoi(argv[2]), atoi(argv[4]));
	}
	later(argv[1][0], argv[3], argc == 5 ? argv[4] : NULL);
	return 0;
}
