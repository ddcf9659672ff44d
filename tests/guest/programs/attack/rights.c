/* SPDX-License-Identifier: BSD-2-Clause */
/* Attacks with fewer rights than a uid seems to say. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attack.h"

/* FILE TEXT: writes it as uid 0, but without a capability. */
static void write_without_capabilities(char **arguments)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = {};
	int file;

	must("capset", syscall(SYS_capset, &header, none));
	file = must("open", open(arguments[0], O_WRONLY));
	must("write", write(file, arguments[1], strlen(arguments[1])));
}

static const struct attack attacks[] = {
	{ "without-capabilities", 2, write_without_capabilities },
};

const struct attack *rights_attack(const char *name)
{
	FOUND(attacks, name);
}
