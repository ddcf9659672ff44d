/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests to the driver, and kern.veriexec of sysctl(8). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../guest/guest.h"
#include "rows.h"

#define DIRECT 1
#define UNTRUSTED 0x10

/* Another file beside the row's, without an entry. */
static void make_second_before(struct row *row)
{
	make_file(row->second, program.bytes, program.size);
}

static void link_before(struct row *row)
{
	if (link(row->file, row->second))
		die("link");
}

static void symlink_before(struct row *row)
{
	make_second_before(row);
	if (symlink("second", in_directory(row, "symlink")))
		die("symlink");
}

static int load(const char *file, int type)
{
	return load_entry(file, program_digest, type, false, false);
}

static int make_load_second(struct row *row)
{
	return load(row->second, DIRECT);
}

static int make_load_same(struct row *row)
{
	return load(row->file, DIRECT);
}

static int make_load_directory(struct row *row)
{
	return load(row->directory, DIRECT);
}

static int make_load_contaminated(struct row *row)
{
	return load(row->second, DIRECT | 8);
}

static int make_load_untrusted(struct row *row)
{
	return load(row->second, UNTRUSTED);
}

static int make_load_symlink(struct row *row)
{
	return load(in_directory(row, "symlink"), DIRECT);
}

static int make_load_evaluated(struct row *row)
{
	/* The digest of something else. */
	static const char other[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

	return load_entry(row->second, other, DIRECT, false, true);
}

static int make_query(struct row *row)
{
	return query_entry(row->file);
}

static int make_query_second(struct row *row)
{
	return query_entry(row->second);
}

static int make_delete(struct row *row)
{
	return delete_entry(row->file);
}

static int make_delete_second(struct row *row)
{
	return delete_entry(row->second);
}

/* On a file system without a table. */
static int make_delete_elsewhere(struct row *row)
{
	return delete_entry("/bare/file");
}

static int make_delete_directory(struct row *row)
{
	return delete_entry(in_directory(row, "place"));
}

/* What is flushed is listed first, where that is allowed. */
static int make_flush(struct row *row)
{
	if (row->level == 0 && load(row->file, DIRECT))
		die("load");
	return flush_entries();
}

static int make_flush_twice(struct row *row)
{
	int error = make_flush(row);

	return error ? error : flush_entries();
}

static int make_strict_lower(struct row *row)
{
	return set_level(row->level - 1);
}

static int make_strict_7(struct row *row)
{
	return set_level(7);
}

/* Sends a request that no tool sends. */
static int send(int mode, unsigned int number, const char *plist, struct reply *reply)
{
	int device = open("/dev/veriexec", mode | O_CLOEXEC), error;

	if (device == -1)
		die("/dev/veriexec");
	error = request(device, number, plist, strlen(plist), reply);
	close(device);
	return error;
}

#define ARRAY "<plist version=\"1.0\"><array/></plist>"
#define DICTIONARY "<plist version=\"1.0\"><dict/></plist>"

static int make_unknown(struct row *row)
{
	return send(O_RDWR, 0x80105807, DICTIONARY, NULL);
}

static int make_load_for_reading(struct row *row)
{
	return send(O_RDONLY, VERIEXEC_LOAD, DICTIONARY, NULL);
}

static int make_query_for_writing(struct row *row)
{
	return send(O_WRONLY, VERIEXEC_QUERY, DICTIONARY, NULL);
}

static int make_load_array(struct row *row)
{
	return send(O_RDWR, VERIEXEC_LOAD, ARRAY, NULL);
}

static int make_dump(struct row *row)
{
	struct reply reply;
	int error = send(O_RDONLY, VERIEXEC_DUMP, "", &reply);

	if (!error) {
		if (!strstr(reply.text, row->file))
			error = ENODATA;
		munmap(reply.text, reply.len);
	}
	return error;
}

static const struct call calls[] = {
	{ "load-new", make_second_before, make_load_second },
	{ "load-same", NULL, make_load_same },
	{ "load-same-evaluated", NULL, make_load_same },
	{ "load-dir", NULL, make_load_directory },
	{ "load-flag8", make_second_before, make_load_contaminated },
	{ "load-untrusted-only", make_second_before, make_load_untrusted },
	{ "load-symlink", symlink_before, make_load_symlink },
	{ "load-hardlink-same", link_before, make_load_second },
	{ "eval-on-load-mismatch", make_second_before, make_load_evaluated },
	{ "query", NULL, make_query },
	{ "query-hardlink", link_before, make_query_second },
	{ "dump", NULL, make_dump },
	{ "delete", NULL, make_delete },
	{ "delete-unlisted", make_second_before, make_delete_second },
	{ "delete-unlisted-no-table", NULL, make_delete_elsewhere },
	{ "delete-dir-inside-mount", link_before, make_delete_directory },
	{ "flush", NULL, make_flush },
	{ "flush-twice", NULL, make_flush_twice },
	{ "strict-lower", NULL, make_strict_lower },
	{ "strict-7", NULL, make_strict_7 },
	{ "unknown-ioctl", NULL, make_unknown },
	{ "load-readonly-fd", NULL, make_load_for_reading },
	{ "query-writeonly-fd", NULL, make_query_for_writing },
	{ "load-array", NULL, make_load_array },
	{ NULL, NULL, NULL },
};

const struct call *driver_call_named(const char *name)
{
	const struct call *call;

	for (call = calls; call->name; call++)
		if (!strcmp(call->name, name))
			return call;
	return NULL;
}
