/* SPDX-License-Identifier: BSD-2-Clause */
/* Which kinds of operations there are, and how often each was done. */
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

struct counts *counts;
const struct kind *all_kinds[128];
int kinds_count;
int level, worker;

static const struct kind *const gathered[] = {
	written_kinds, mapped_kinds, ring_kinds, piped_kinds, command_kinds, named_kinds,
	space_kinds,
};

/* Whether a list of words with commas between has the word. */
static bool has(const char *list, const char *word)
{
	size_t size = strlen(word);

	while (list) {
		if (!strncmp(list, word, size) && (list[size] == ',' || !list[size]))
			return true;
		list = strchr(list, ',');
		if (list)
			list++;
	}
	return false;
}

void kinds_gather(const char *left_out, const char *only)
{
	size_t group;

	for (group = 0; group < sizeof(gathered) / sizeof(*gathered); group++) {
		const struct kind *kind = gathered[group];

		for (; kind->name; kind++) {
			if (has(left_out, kind->name) || has(left_out, kind->class))
				continue;
			if (only && !has(only, kind->name) && !has(only, kind->class))
				continue;
			all_kinds[kinds_count++] = kind;
		}
	}
}

static void each_kind(void)
{
	int which;

	for (which = 0; which < kinds_count; which++)
		printf("%s%s %u of %u", which % 8 ? ", " : "\n  ", all_kinds[which]->name,
		       counts->succeeded[which],
		       counts->succeeded[which] + counts->refused[which]);
	printf("\n");
}

int report(uint64_t seed)
{
	unsigned int done = 0, evil = 0;
	int which, idle = 0;

	printf("level %d:", level);
	each_kind();
	for (which = 0; which < kinds_count; which++) {
		done += counts->succeeded[which] + counts->refused[which];
		if (counts->after[which])
			printf("evil after %s: %u\n", all_kinds[which]->name, counts->after[which]);
		if (!counts->succeeded[which] && !all_kinds[which]->may_never) {
			printf("never done: %s\n", all_kinds[which]->name);
			idle++;
		}
	}
	for (which = 0; which < USES; which++) {
		evil += counts->evil[which];
		printf("evil %s: %u\n", use_names[which], counts->evil[which]);
	}
	printf("level %d, seed %llu: %u operations of %d kinds, %d never done, %u uses, %u denied, "
	       "%u judged, %u restored, %u renewed, %u lost, %u stuck, %u evil\n",
	       level, (unsigned long long)seed, done, kinds_count, idle, counts->uses,
	       counts->denied, counts->judged, counts->restored, counts->renewed, counts->lost,
	       counts->stuck, evil);
	return evil || counts->stuck;
}
