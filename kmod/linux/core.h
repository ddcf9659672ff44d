/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The boundary between the shim, in C, and the core, in Rust: what is declared here is declared
 * again in core/src/shim.rs.
 *
 * A function that can fail returns 0 or a negative error number. Paths have no NUL at their end,
 * and none in them.
 */
#ifndef VERIEXEC_CORE_H
#define VERIEXEC_CORE_H

#include <linux/sched.h>
#include <linux/types.h>

struct file;
struct veriexec_caller;

enum veriexec_kind {
	VERIEXEC_REGULAR,
	VERIEXEC_DIRECTORY,
	VERIEXEC_MOUNT_ROOT,
	VERIEXEC_OTHER,
};

/* Which file a path leads to. */
struct veriexec_located {
	u64 mount;
	u64 inode;
	u64 generation;
	u32 kind;
};

/* Who asks. */
struct veriexec_process {
	char command[TASK_COMM_LEN];
	u32 pid;
	u32 uid;
	u32 gid;
};

/* What the core does for the shim. */
int veriexec_core_request(const struct veriexec_caller *caller, u32 number, bool readable,
			  bool writable, bool wide);
void veriexec_core_unload(void);

/* What the shim does for the core. */
void *veriexec_shim_alloc(size_t size, size_t align);
void veriexec_shim_free(void *memory);
void veriexec_shim_lock(void);
void veriexec_shim_unlock(void);
int veriexec_shim_plistref(const struct veriexec_caller *caller, u64 *plist, u64 *len);
int veriexec_shim_copy_in(const struct veriexec_caller *caller, u64 from, u8 *to, size_t len);
int veriexec_shim_reply(const struct veriexec_caller *caller, const u8 *text, size_t len);
int veriexec_shim_locate(const u8 *path, size_t len, struct veriexec_located *located);
int veriexec_shim_open(const u8 *path, size_t len, struct file **file,
		       struct veriexec_located *located);
void veriexec_shim_close(struct file *file);
int veriexec_shim_hash(struct file *file, const char *algorithm, u8 *digest, size_t len);
bool veriexec_shim_supports(const char *algorithm);
void veriexec_shim_process(struct veriexec_process *process);
void veriexec_shim_log(int priority, const u8 *line, size_t len);

#endif
