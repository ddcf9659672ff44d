/* SPDX-License-Identifier: BSD-2-Clause */
/* What Veriexec has logged: /dev/kmsg, as the kernel's Documentation/ABI/testing/dev-kmsg has it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

static int messages = -1, reports = -1;

void log_begin(void)
{
	reports = open("/proc/sys/kern/veriexec/reports", O_RDONLY | O_CLOEXEC);
	if (reports == -1)
		die("reports");
	messages = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (messages == -1)
		die("/dev/kmsg");
}

/* Waits until whatever was reported is printed, which a thread of its own does. */
static void settle(void)
{
	unsigned long collected, printed;
	char counts[64];
	int tries;
	ssize_t got;

	for (tries = 0; tries < 30000; tries++) {
		got = pread(reports, counts, sizeof(counts) - 1, 0);
		if (got <= 0)
			die("reports");
		counts[got] = '\0';
		if (sscanf(counts, "%lu %lu", &collected, &printed) != 2)
			die(counts);
		if (collected == printed)
			return;
		usleep(1000);
	}
	die("reports that are not printed");
}

void log_skip(void)
{
	settle();
	if (lseek(messages, 0, SEEK_END) == -1)
		die("/dev/kmsg");
}

const char *log_line(void)
{
	static char record[8192];
	char *text, *end;
	ssize_t got;

	settle();
	for (;;) {
		got = read(messages, record, sizeof(record) - 1);
		if (got == -1 && errno == EPIPE)
			continue;
		if (got <= 0)
			return NULL;
		record[got] = '\0';
		text = strchr(record, ';');
		end = text ? strchr(text, '\n') : NULL;
		if (!end)
			continue;
		*end = '\0';
		if (!strncmp(text + 1, "Veriexec: ", 10))
			return text + 1;
	}
}

bool matches(const char *pattern, const char *text)
{
	for (; *pattern != '*'; pattern++, text++) {
		if (*pattern != *text)
			return false;
		if (!*pattern)
			return true;
	}
	do {
		if (matches(pattern + 1, text))
			return true;
	} while (*text++);
	return false;
}
