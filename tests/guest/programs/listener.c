/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scanner of files: listener DIRECTORY.
 *
 * Everything that is opened, executed or read on the file system of DIRECTORY waits for its answer.
 * It reads each file before it says yes, as such programs do.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <unistd.h>

#define ALL (FAN_OPEN_PERM | FAN_OPEN_EXEC_PERM | FAN_ACCESS_PERM)

static void answer(int listening, int file)
{
	struct fanotify_response yes = { .fd = file, .response = FAN_ALLOW };
	char piece[4096];

	while (read(file, piece, sizeof(piece)) > 0)
		;
	/* Who has waited may be gone. */
	if (write(listening, &yes, sizeof(yes)) != sizeof(yes) && errno != ENOENT) {
		perror("write");
		exit(1);
	}
	close(file);
}

int main(int argc, char **argv)
{
	int listening = fanotify_init(FAN_CLASS_CONTENT, O_RDONLY | O_LARGEFILE);
	char events[8192] __attribute__((aligned(8)));
	ssize_t got;

	if (argc != 2 || listening == -1 ||
	    fanotify_mark(listening, FAN_MARK_ADD | FAN_MARK_FILESYSTEM, ALL, AT_FDCWD, argv[1])) {
		perror("fanotify");
		return 1;
	}
	puts("listening");
	fflush(stdout);
	while ((got = read(listening, events, sizeof(events))) > 0) {
		const struct fanotify_event_metadata *event = (void *)events;

		for (; FAN_EVENT_OK(event, got); event = FAN_EVENT_NEXT(event, got))
			if (event->fd >= 0)
				answer(listening, event->fd);
	}
	perror("read");
	return 1;
}
