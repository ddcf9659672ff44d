/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The ways to listed files.
 */
#ifndef VERIEXEC_WAYS_H
#define VERIEXEC_WAYS_H

#include <linux/fs.h>
#include <linux/path.h>

struct veriexec_located;

int veriexec_ways_add(const struct path *path, u64 mount);
bool veriexec_ways_lead(const struct inode *inode, u64 *mount);
void veriexec_ways_identify(struct dentry *dentry, struct veriexec_located *located);
int veriexec_ways_move(const struct inode *inode, struct dentry *directory);
int veriexec_ways_follow(struct dentry *directory, u64 mount);
int veriexec_ways_mount(const struct inode *root, const struct path *to);
bool veriexec_ways_shared(struct vfsmount *mount);
bool veriexec_ways_carries(struct vfsmount *mount);
bool veriexec_ways_are_mounted_at(const struct inode *inode);
void veriexec_ways_forget(u64 mount);
void veriexec_ways_end(const struct inode *inode);
void veriexec_ways_let_go(void);
void veriexec_ways_exit(void);
void veriexec_ways_gone(const struct super_block *sb);

#endif
