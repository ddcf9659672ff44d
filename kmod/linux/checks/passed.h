/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Whether an access to a file, an enum veriexec_access, passes: as the core says or has said.
 */
#ifndef VERIEXEC_PASSED_H
#define VERIEXEC_PASSED_H

#include <linux/types.h>

struct veriexec_located;

bool veriexec_passes(const struct veriexec_located *file, u32 access);
int veriexec_passed_init(void);
void veriexec_passed_exit(void);

#endif
