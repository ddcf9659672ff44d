/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to /dev/veriexec, and kern.veriexec of sysctl(8). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"

struct plistref {
	uint64_t plist;
	uint64_t len;
};

static int device = -1, strict = -1, verbose = -1;

void log_begin(void);

void die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(2);
}

static int open_or_die(const char *name, int mode)
{
	int file = open(name, mode | O_CLOEXEC);

	if (file == -1)
		die(name);
	return file;
}

void guest_begin(void)
{
	device = open_or_die("/dev/veriexec", O_RDONLY);
	strict = open_or_die("/proc/sys/kern/veriexec/strict", O_RDWR);
	verbose = open_or_die("/proc/sys/kern/veriexec/verbose", O_RDWR);
	log_begin();
}

int request(int file, unsigned int number, const void *plist, size_t len, struct reply *reply)
{
	struct plistref ref = { .plist = (uintptr_t)plist, .len = len };

	if (ioctl(file, number, &ref))
		return errno;
	if (reply)
		*reply = (struct reply){ (char *)(uintptr_t)ref.plist, ref.len };
	return 0;
}

static const char *dictionary(const char *text)
{
	static char plist[16384];

	snprintf(plist, sizeof(plist),
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n"
		 "<dict>%s</dict>\n</plist>\n",
		 text);
	return plist;
}

static const char *about(const char *file)
{
	static char text[8192];

	snprintf(text, sizeof(text), "<key>file</key><string>%s</string>", file);
	return dictionary(text);
}

/* A request that changes something, and answers nothing. */
static int change(unsigned int number, const char *plist)
{
	int writer = open("/dev/veriexec", O_WRONLY | O_CLOEXEC), error;

	if (writer == -1)
		return errno;
	error = request(writer, number, plist, plist ? strlen(plist) : 0, NULL);
	close(writer);
	return error;
}

int load_entry(const char *file, const char *digest, int type, bool keep, bool evaluate)
{
	char text[8192];

	snprintf(text, sizeof(text),
		 "<key>file</key><string>%s</string><key>fp-type</key><string>SHA256</string>"
		 "<key>fp</key><data>%s</data><key>entry-type</key><integer>0x%x</integer>"
		 "<key>keep-filename</key><%s/><key>eval-on-load</key><%s/>",
		 file, digest, type, keep ? "true" : "false", evaluate ? "true" : "false");
	return change(VERIEXEC_LOAD, dictionary(text));
}

int delete_entry(const char *file)
{
	return change(VERIEXEC_DELETE, about(file));
}

int flush_entries(void)
{
	return change(VERIEXEC_FLUSH, NULL);
}

static int query(const char *file, struct reply *reply)
{
	const char *plist = about(file);

	return request(device, VERIEXEC_QUERY, plist, strlen(plist), reply);
}

int query_entry(const char *file)
{
	struct reply reply;
	int error = query(file, &reply);

	if (!error)
		munmap(reply.text, reply.len);
	return error;
}

const char *status_of(const char *file)
{
	static const char *const words[] = { "not-evaluated", "valid", "mismatch" };
	static char unexpected[64];
	struct reply reply;
	unsigned long number = 3;
	const char *at;
	int error = query(file, &reply);

	if (error == ENOENT)
		return "no-entry";
	if (error) {
		snprintf(unexpected, sizeof(unexpected), "error-%d", error);
		return unexpected;
	}
	at = strstr(reply.text, "<key>status</key>");
	at = at ? strstr(at, "<integer>") : NULL;
	if (at)
		number = strtoul(at + strlen("<integer>"), NULL, 0);
	munmap(reply.text, reply.len);
	return number < 3 ? words[number] : "no-status";
}

static int set(int file, int number)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", number);

	return pwrite(file, text, len, 0) == len ? 0 : errno;
}

int set_level(int level)
{
	return set(strict, level);
}

int set_verbosity(int verbosity)
{
	return set(verbose, verbosity);
}
