/* SPDX-License-Identifier: BSD-2-Clause */
/* What Veriexec has logged: /dev/kmsg, as the kernel's Documentation/ABI/testing/dev-kmsg has it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

static int messages = -1;

void log_begin(void)
{
	messages = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (messages == -1)
		die("/dev/kmsg");
}

void log_skip(void)
{
	if (lseek(messages, 0, SEEK_END) == -1)
		die("/dev/kmsg");
}

const char *log_line(void)
{
	static char record[8192];
	char *text, *end;
	ssize_t got;

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
