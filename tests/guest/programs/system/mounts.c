/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounts and names, by the calls themselves: mounts [PLACE...] CALL ARGUMENT...
 *
 * The places say where it is called: in a mount namespace of its own whose mounts are peers of the
 * others, or are nobody's peers or slaves, or in another root. It succeeds if the call does; else
 * it says which failed, and why.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TREE_CLONE 1
#define EMPTY_FROM 4
#define BENEATH 0x200

static long must(const char *what, long returned)
{
	if (returned != -1)
		return returned;
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

static void enter(unsigned long propagation)
{
	must("unshare", unshare(CLONE_NEWNS));
	if (propagation)
		must("propagation", mount(NULL, "/", NULL, MS_REC | propagation, NULL));
}

static void peer(char **of)
{
	enter(0);
}

static void own(char **of)
{
	enter(MS_PRIVATE);
}

static void slave(char **of)
{
	enter(MS_SLAVE);
}

/* Of one mount, and not of those on it. */
static void alone(char **of)
{
	must("propagation", mount(NULL, of[0], NULL, MS_PRIVATE, NULL));
}

/* Those who see them are all in this namespace, but for what they were before. */
static void again(char **of)
{
	must("propagation", mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL));
}

static void root(char **of)
{
	must("chroot", chroot(of[0]));
	must("chdir", chdir("/"));
}

/* FROM TO TYPE FLAGS */
static void mount_it(char **of)
{
	must("mount", mount(of[0], of[1], of[2], strtoul(of[3], NULL, 0), NULL));
}

/* PATH FLAGS */
static void umount_it(char **of)
{
	must("umount", umount2(of[0], strtoul(of[1], NULL, 0)));
}

static void move_from(int from, const char *path, const char *to, unsigned int flags)
{
	must("move_mount", syscall(SYS_move_mount, from, path, AT_FDCWD, to, flags));
}

static void move_it(char **of)
{
	move_from(AT_FDCWD, of[0], of[1], 0);
}

static int tree(const char *path)
{
	return must("open_tree", syscall(SYS_open_tree, AT_FDCWD, path, TREE_CLONE));
}

static void clone_it(char **of)
{
	move_from(tree(of[0]), "", of[1], EMPTY_FROM);
}

static void beneath(char **of)
{
	move_from(tree(of[0]), "", of[1], EMPTY_FROM | BENEATH);
}

static void make(char **of)
{
	int context = must("fsopen", syscall(SYS_fsopen, "tmpfs", 0));

	must("fsconfig", syscall(SYS_fsconfig, context, 6, NULL, NULL, 0));
	move_from(must("fsmount", syscall(SYS_fsmount, context, 0, 0)), "", of[0], EMPTY_FROM);
}

/* ROOT NEW OLD: as one who has it for a root */
static void pivot(char **of)
{
	root(of);
	must("pivot_root", syscall(SYS_pivot_root, of[1], of[2]));
}

static void rename_it(char **of)
{
	must("rename", rename(of[0], of[1]));
}

static void exchange(char **of)
{
	must("renameat2", syscall(SYS_renameat2, AT_FDCWD, of[0], AT_FDCWD, of[1], 2));
}

static void rmdir_it(char **of)
{
	must("rmdir", rmdir(of[0]));
}

static void unlink_it(char **of)
{
	must("unlink", unlink(of[0]));
}

static pthread_barrier_t round_begins;
static char place[4096];

/* Binds a directory where the other one mounts, at the same time. */
static void *bind_rounds(void *given)
{
	char **of = given;
	int left;

	for (left = atoi(of[3]); left > 0; left--) {
		pthread_barrier_wait(&round_begins);
		mount(of[0], place, NULL, MS_BIND, NULL);
		pthread_barrier_wait(&round_begins);
	}
	return NULL;
}

/*
 * DIRECTORY PLACE FILE ROUNDS: the file, which is in the directory, is to be hidden. Whoever mounts
 * over a place on which the directory was bound while he was waiting mounts over the directory.
 */
static void race(char **of)
{
	int round, rounds = atoi(of[3]);
	pthread_t other;

	pthread_barrier_init(&round_begins, NULL, 2);
	must("pthread_create", pthread_create(&other, NULL, bind_rounds, of) ? -1 : 0);
	for (round = 0; round < rounds; round++) {
		snprintf(place, sizeof(place), "%s/%d", of[1], round);
		must("mkdir", mkdir(place, 0755));
		pthread_barrier_wait(&round_begins);
		mount("over", place, "tmpfs", 0, NULL);
		pthread_barrier_wait(&round_begins);
		if (access(of[2], F_OK)) {
			printf("hidden in round %d\n", round);
			exit(0);
		}
	}
	printf("not hidden in %d rounds: Operation not permitted\n", rounds);
	exit(1);
}

static const struct {
	const char *name;
	int arguments;
	void (*call)(char **of);
	int is_place;
} calls[] = {
	{ "peer", 0, peer, 1 },
	{ "private", 0, own, 1 },
	{ "slave", 0, slave, 1 },
	{ "alone", 1, alone, 1 },
	{ "shared", 0, again, 1 },
	{ "root", 1, root, 1 },
	{ "umounted", 2, umount_it, 1 },
	{ "mount", 4, mount_it, 0 },
	{ "umount", 2, umount_it, 0 },
	{ "move", 2, move_it, 0 },
	{ "clone", 2, clone_it, 0 },
	{ "beneath", 2, beneath, 0 },
	{ "make", 1, make, 0 },
	{ "pivot", 3, pivot, 0 },
	{ "rename", 2, rename_it, 0 },
	{ "exchange", 2, exchange, 0 },
	{ "rmdir", 1, rmdir_it, 0 },
	{ "unlink", 1, unlink_it, 0 },
	{ "race", 4, race, 0 },
};

int main(int argc, char **argv)
{
	size_t index;
	int at = 1;

	setvbuf(stdout, NULL, _IONBF, 0);
	while (at < argc) {
		for (index = 0; index < sizeof(calls) / sizeof(*calls); index++)
			if (!strcmp(argv[at], calls[index].name))
				break;
		if (index == sizeof(calls) / sizeof(*calls) ||
		    argc - at - 1 < calls[index].arguments)
			break;
		calls[index].call(argv + at + 1);
		if (!calls[index].is_place)
			return 0;
		at += 1 + calls[index].arguments;
	}
	printf("what is to be called?\n");
	return 2;
}
