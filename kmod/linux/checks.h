/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * What is asked of the core at each hook: 0, or a negative error number.
 */
#ifndef VERIEXEC_CHECKS_H
#define VERIEXEC_CHECKS_H

#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/security.h>

struct block_device;
struct gendisk;
struct io_uring_cmd;
struct linux_binprm;
struct vm_area_struct;
struct vfsmount;

int veriexec_check_exec(const struct linux_binprm *bprm);
int veriexec_check_map(const struct file *file, unsigned long prot, unsigned long flags);
int veriexec_check_protect(const struct vm_area_struct *area, unsigned long prot);
int veriexec_check_open(const struct file *file);
int veriexec_check_ioctl(const struct file *file, unsigned int command);
int veriexec_check_file_ioctl(const struct file *file, unsigned int command);
int veriexec_check_directory_ioctl(const struct file *file, unsigned int command);
int veriexec_begin_truncate(const struct path *path, struct inode **inode);
void veriexec_end_truncate(struct inode *inode);
int veriexec_check_resize(struct dentry *dentry, const struct iattr *attributes);
int veriexec_check_create(struct inode *directory, struct dentry *dentry, umode_t mode);
int veriexec_check_unlink(struct dentry *dentry);
int veriexec_check_subvolume(struct dentry *dentry);
int veriexec_check_rmdir(struct dentry *dentry);
int veriexec_check_rename(struct dentry *from, struct dentry *to, unsigned int flags);
bool veriexec_is_private(const struct vfsmount *mount);
int veriexec_check_mount_over(const struct path *path);
int veriexec_check_move(const struct path *from, const struct path *to);
int veriexec_check_pivot(void);
int veriexec_check_umount(struct vfsmount *mount);
int veriexec_check_kernel_read(const struct file *file, enum kernel_read_file_id id);
int veriexec_check_kernel_load(enum kernel_load_data_id id);

/* devices/checks.c */
int veriexec_check_device(const struct file *file);
int veriexec_check_device_map(const struct file *file);
int veriexec_check_command(const struct file *file, unsigned int command);
int veriexec_check_kernel_open(struct block_device *device, const void *claim);
int veriexec_check_disk_change(const struct gendisk *disk);
int veriexec_disk_changes(const struct gendisk *disk);
int veriexec_check_ring_command(const struct io_uring_cmd *command);
int veriexec_check_lockdown(enum lockdown_reason reason);

#endif
