/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends malformed requests to /dev/veriexec: faults DIRECTORY COUNT
 *
 * The directory holds the corpus of the fuzz target for requests: a file is requests in a row, each
 * of a byte that says which and a property list up to a NUL. So many requests are made of them by
 * changing bytes, and pointers, lengths and numbers now and then, always the same ones. Prints how
 * often each error came.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guest/guest.h"

#define SEEDS 64
#define ROOM 262144
#define ERRORS 200

static const unsigned int numbers[] = {
	VERIEXEC_LOAD, 0x80105802, VERIEXEC_DELETE, VERIEXEC_QUERY, VERIEXEC_DUMP, VERIEXEC_FLUSH,
};

static struct seed {
	char *bytes;
	size_t size;
} seeds[SEEDS];
static unsigned int seed_count;
static uint64_t state = 1;

/* The next of numbers that look random: xorshift64*, from 0 to below the limit. */
static unsigned int next(unsigned int limit)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 0x2545f4914f6cdd1dull >> 33) % limit;
}

static void read_seeds(const char *name)
{
	DIR *directory = opendir(name);
	struct dirent *entry;
	struct stat status;
	char path[512];
	int file;

	if (!directory)
		die(name);
	while ((entry = readdir(directory)) && seed_count < SEEDS) {
		struct seed *seed = &seeds[seed_count];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", name, entry->d_name);
		file = open(path, O_RDONLY);
		if (file == -1 || fstat(file, &status))
			die(path);
		seed->bytes = malloc(status.st_size);
		seed->size = status.st_size;
		if (read(file, seed->bytes, seed->size) != (ssize_t)seed->size)
			die(path);
		close(file);
		seed_count++;
	}
	closedir(directory);
	if (!seed_count)
		die("the corpus is empty");
}

/* A request of a seed: which, and its property list. */
static unsigned int choose(char *text, size_t *size)
{
	const struct seed *seed = &seeds[next(seed_count)];
	size_t start = next(seed->size), end;
	unsigned int which;

	while (start > 0 && seed->bytes[start - 1])
		start--;
	which = (unsigned char)seed->bytes[start];
	for (end = ++start; end < seed->size && seed->bytes[end]; end++)
		;
	*size = end > start ? end - start : 0;
	memcpy(text, seed->bytes + start, *size);
	return which;
}

static void change(char *text, size_t *size)
{
	static const char *const words[] = {
		"<dict>", "</dict>", "<array>", "</array>", "<string>", "</string>", "<data>", "&lt;",
		"<integer>", "0x", "-1", "<!--", "-->", "<true/>", "\"", "<?xml", "file", "&#0;",
	};
	size_t at = next(*size + 1), len;
	const char *word;

	switch (next(6)) {
	case 0:
		if (at < *size)
			text[at] ^= 1 << next(8);
		break;
	case 1:
		if (at < *size)
			text[at] = next(256);
		break;
	case 2:
		len = next(*size - at + 1);
		memmove(text + at, text + at + len, *size - at - len);
		*size -= len;
		break;
	case 3:
		len = next(*size - at + 1);
		if (*size + len < ROOM / 2) {
			memmove(text + at + len, text + at, *size - at);
			*size += len;
		}
		break;
	case 4:
		word = words[next(sizeof(words) / sizeof(*words))];
		len = strlen(word);
		if (*size + len < ROOM / 2) {
			memmove(text + at + len, text + at, *size - at);
			memcpy(text + at, word, len);
			*size += len;
		}
		break;
	default:
		*size = at;
	}
}

int main(int argc, char **argv)
{
	static int answers[ERRORS];
	int devices[3], left, error;
	char *text;

	if (argc != 3)
		return 2;
	read_seeds(argv[1]);
	text = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	devices[0] = open("/dev/veriexec", O_RDWR);
	devices[1] = devices[0];
	devices[2] = open("/dev/veriexec", O_RDONLY);
	if (text == MAP_FAILED || devices[0] == -1 || devices[2] == -1)
		die("/dev/veriexec");
	for (left = atoi(argv[2]); left > 0; left--) {
		struct reply reply = { NULL, 0 };
		size_t size, len;
		unsigned int which = choose(text, &size), number, changes;
		void *plist = text;

		for (changes = next(6); changes; changes--)
			change(text, &size);
		number = numbers[which % 6];
		len = size;
		switch (next(32)) {
		case 0:
			number ^= 1u << next(32);
			break;
		case 1:
			len = next(2) ? (size_t)-next(4096) : next(ROOM);
			break;
		case 2:
			plist = next(2) ? NULL : (void *)(uintptr_t)(state << next(40));
			break;
		case 3:
			number |= 0x8000;
			break;
		}
		error = request(devices[next(3)], number, plist, len, &reply);
		if (error >= ERRORS)
			error = ERRORS - 1;
		answers[error]++;
		if (!error && (number == VERIEXEC_QUERY || number == VERIEXEC_DUMP) &&
		    munmap(reply.text, reply.len))
			die("a reply cannot be unmapped");
	}
	printf("%s requests:", argv[2]);
	for (error = 0; error < ERRORS; error++)
		if (answers[error])
			printf(" %d %s", answers[error], error ? strerrorname_np(error) : "ok");
	printf("\n");
	return 0;
}
