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

struct veriexec_reading;
struct path;
struct veriexec_caller;

enum veriexec_kind {
	VERIEXEC_REGULAR,
	VERIEXEC_DIRECTORY,
	VERIEXEC_MOUNT_ROOT,
	VERIEXEC_OTHER,
	/* On the way to listed files: only of what is renamed or mounted over. */
	VERIEXEC_WAY,
};

/* Which file a path leads to. */
struct veriexec_located {
	/* The number of its volume; 0 if nothing on it is listed. */
	u64 mount;
	/* Its own number and generation, or the number of what holds it. */
	u64 inode;
	u64 generation;
	u32 kind;
	/* Whether it is in a file system of the kernel's own making, where nothing can be executed. */
	bool is_made_up;
};

/* Who asks. */
struct veriexec_process {
	/* The file that it was started from, if there is one. */
	struct veriexec_located program;
	bool has_program;
	char command[TASK_COMM_LEN];
	u32 pid;
	u32 uid;
	u32 gid;
	/* The user that its reports are counted for. */
	u32 user;
	u32 parent;
	char parent_command[TASK_COMM_LEN];
};

enum veriexec_action {
	VERIEXEC_ACCESS,
	VERIEXEC_WRITE,
	VERIEXEC_TRUNCATE,
	VERIEXEC_CREATE,
	VERIEXEC_REMOVE,
	VERIEXEC_RENAME,
	VERIEXEC_PROTECT,
	VERIEXEC_KERNEL_LOAD,
	VERIEXEC_UNMOUNT,
	VERIEXEC_MOUNT_OVER,
	VERIEXEC_RAW_READ,
	VERIEXEC_RAW_WRITE,
	VERIEXEC_MEMORY_WRITE,
	VERIEXEC_PASS_THROUGH,
	VERIEXEC_REMOVE_VOLUME,
	VERIEXEC_RESIZE,
	VERIEXEC_COMMAND,
};

/* How a file is accessed. */
enum veriexec_access {
	VERIEXEC_DIRECT,
	VERIEXEC_INDIRECT,
	VERIEXEC_FILE,
	/* A program maps what it was started from: as it was executed. */
	VERIEXEC_OWN_IMAGE,
};

/* What the kernel takes in. */
enum veriexec_image {
	VERIEXEC_MODULE,
	VERIEXEC_KEXEC,
	VERIEXEC_FIRMWARE,
};

/* What somebody is about to do. */
struct veriexec_operation {
	/* An enum veriexec_action. */
	u32 action;
	/* An enum veriexec_access, veriexec_image or veriexec_kind, as the action needs it. */
	u32 detail;
	/* What it is done to; NULL if that is no file. */
	const struct veriexec_located *file;
	/* What has the new name; NULL if nothing has. */
	const struct veriexec_located *target;
	/* The file system that it is done to; NULL if that is none with a table. */
	const u64 *mount;
	/* The name it is reached by, and the new name. If there is none, the path says it. */
	const u8 *name;
	size_t name_len;
	const u8 *to;
	size_t to_len;
	/* Where its contents can be read; NULL if nobody needs them. */
	const struct path *path;
	/* As how many writers of the file the one who asks counts already. */
	u32 writers;
};

struct veriexec_text {
	const u8 *bytes;
	size_t len;
};

/* What there is to say of something that happened. */
struct veriexec_report {
	/* Of syslog(3). */
	int priority;
	bool is_denial;
	/* A line of the kernel's log; one after it, if that is not empty; and the fields of a record. */
	struct veriexec_text line, question, record;
};

/* What the core does for the shim. */
int veriexec_core_request(const struct veriexec_caller *caller, u32 number, bool readable,
			  bool writable, bool wide);
bool veriexec_core_passes(const struct veriexec_located *located, u32 access);
int veriexec_core_check(const struct veriexec_operation *operation);
bool veriexec_core_is_listed(const struct veriexec_located *located);
void veriexec_core_unmounted(u64 mount);
void veriexec_core_purge(u64 mount);
bool veriexec_core_table(u64 mount, u64 *number, u64 *entries);
int veriexec_core_strict(void);
int veriexec_core_raise(int level);
int veriexec_core_verbosity(void);
void veriexec_core_set_verbosity(int verbosity);
size_t veriexec_core_algorithms(u8 *names, size_t size);
void veriexec_core_unload(void);
void veriexec_core_tell(void);
size_t veriexec_core_lost(u64 count, int *priority, u8 *line, size_t size);
void veriexec_core_removal_refused(void);

/* What the shim does for the core. */
void *veriexec_shim_alloc(size_t size, size_t align);
void veriexec_shim_free(void *memory);
u32 veriexec_shim_lock(void);
void veriexec_shim_unlock(u32 state);
u32 veriexec_shim_share(void);
void veriexec_shim_unshare(u32 state);
void veriexec_shim_lock_log(void);
void veriexec_shim_unlock_log(void);
int veriexec_shim_plistref(const struct veriexec_caller *caller, u64 *plist, u64 *len);
int veriexec_shim_copy_in(const struct veriexec_caller *caller, u64 from, u8 *to, size_t len);
int veriexec_shim_reply(const struct veriexec_caller *caller, const u8 *text, size_t len);
int veriexec_shim_pin(const struct veriexec_caller *caller, const u8 *path, size_t len,
		      struct veriexec_located *located, bool *is_remote);
int veriexec_shim_locate(const u8 *path, size_t len, struct veriexec_located *located);
void veriexec_shim_listed(u64 volume, u64 inode, bool is_listed);
int veriexec_shim_open(const u8 *path, size_t len, struct veriexec_reading **reading,
		       struct veriexec_located *located);
int veriexec_shim_reopen(const struct path *path, int writers, struct veriexec_reading **reading,
			 struct veriexec_located *located);
void veriexec_shim_close(struct veriexec_reading *reading);
int veriexec_shim_hash(struct veriexec_reading *reading, const char *algorithm, u8 *digest,
		       size_t len);
bool veriexec_shim_supports(const char *algorithm);
size_t veriexec_shim_name(const struct path *path, u8 *name, size_t size);
u32 veriexec_shim_trial(void);
u64 veriexec_shim_seconds(void);
void veriexec_shim_process(struct veriexec_process *process);
size_t veriexec_shim_program(bool of_parent, u8 *name, size_t size);
bool veriexec_shim_wants_records(void);
void veriexec_shim_report(const struct veriexec_report *report);
void veriexec_shim_tell_later(u32 seconds);

#endif
