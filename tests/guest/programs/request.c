/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends a request to /dev/veriexec: request [-w|-b] [-3] [-u] NUMBER [FILE [LENGTH]]
 *
 * The file holds the property list; without one it is a bad pointer. LENGTH is what the request
 * says of its length, the file's if it is not given. The device is opened for reading, with -w for
 * writing, with -b for both. With -3 the request is made as a 32-bit program makes it. With -u
 * it is made as a user with no rights.
 *
 * Prints the reply, or the number of the error, and fails then.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

struct plistref32 {
	uint32_t plist;
	uint32_t len;
};

struct plistref {
	uint64_t plist;
	uint64_t len;
};

/* ioctl(2) by the system call of 32-bit programs; everything must lie below 4 GiB. */
static long ioctl32(int device, uint32_t number, void *arg)
{
	long status;

	asm volatile("int $0x80"
		     : "=a"(status)
		     : "a"(54L), "b"((long)device), "c"((long)number), "d"((long)arg)
		     : "memory", "r8", "r9", "r10", "r11");
	if (status < 0 && status > -4096) {
		errno = -status;
		return -1;
	}
	return status;
}

static size_t read_file(const char *name, char *into, size_t room)
{
	FILE *file = fopen(name, "r");
	size_t got;

	if (!file) {
		perror(name);
		exit(2);
	}
	got = fread(into, 1, room, file);
	fclose(file);
	return got;
}

int main(int argc, char **argv)
{
	const size_t room = 1 << 20;
	int mode = O_RDONLY, narrow = 0, option, device;
	uint32_t number;
	char *low;
	uint64_t plist = 1, len = 1;
	long status;

	while ((option = getopt(argc, argv, "wb3u")) != -1) {
		if (option == 'w')
			mode = O_WRONLY;
		else if (option == 'b')
			mode = O_RDWR;
		else if (option == '3')
			narrow = 1;
		else if (option != 'u' || setuid(65534))
			return 2;
	}
	if (optind >= argc)
		return 2;
	number = strtoul(argv[optind], NULL, 0);
	low = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1,
		   0);
	if (low == MAP_FAILED) {
		perror("mmap");
		return 2;
	}
	if (optind + 1 < argc) {
		plist = (uintptr_t)low + 64;
		len = read_file(argv[optind + 1], low + 64, room - 64);
	}
	if (optind + 2 < argc)
		len = strtoull(argv[optind + 2], NULL, 0);
	device = open("/dev/veriexec", mode);
	if (device == -1) {
		printf("open: %d %s\n", errno, strerror(errno));
		return 1;
	}
	if (narrow) {
		struct plistref32 *ref = (void *)low;

		ref->plist = plist;
		ref->len = len;
		status = ioctl32(device, number, ref);
		plist = ref->plist;
		len = ref->len;
	} else {
		struct plistref *ref = (void *)low;

		ref->plist = plist;
		ref->len = len;
		status = ioctl(device, number, ref);
		plist = ref->plist;
		len = ref->len;
	}
	if (status == -1) {
		printf("errno %d: %s\n", errno, strerror(errno));
		return 1;
	}
	if (number & 0x40000000) {
		if (((char *)plist)[len - 1] != '\0') {
			printf("the reply has no NUL\n");
			return 1;
		}
		printf("%s", (char *)plist);
		if (munmap((void *)plist, len)) {
			perror("munmap");
			return 1;
		}
	}
	return 0;
}
