/* The declarations that both halves of stint-netguard share, the kernel's and the other: C, for both compilers. */
#ifndef STINT_NETGUARD_COUNTED_H
#define STINT_NETGUARD_COUNTED_H

#include <linux/types.h>

/* The most cgroups that can be watched at once, on the whole machine. */
#define STINT_MOST_WATCHED 4096
/* Room for a message on each of them, which takes 24 bytes, and some more: a power of two of pages of any size. */
#define STINT_PASSED_BYTES (128 * 1024)
/* A cgroup with this many ancestors or more cannot be watched: the programs look no further. */
#define STINT_DEEPEST 32
/* A value that no level has. */
#define STINT_NOWHERE 0xffffffffU

/* NOLINTBEGIN(readability-identifier-naming): C's names */

/* The levels to look at, so that a packet costs as few looks as can be. Levels are the kernel's own: 0 is the root of
 * all, which a container does not see. */
struct stint_span {
    __u32 lowest;  /* the level of the watched cgroup that is nearest to the root */
    __u32 highest; /* the level of the one farthest from it; where nothing is watched, `lowest` is STINT_NOWHERE */
    __u64 root;    /* the root that this process sees, whose level is wanted; 0: none */
    __u32 level;   /* that level, once a task has connected */
    __u32 unused;
};

/* The kernel's message: in this cgroup, in and out together have reached its mark. */
struct stint_passed {
    __u64 cgroup;
};

/* The bytes of IP packets that have passed. */
struct stint_counted {
    __u64 in;
    __u64 out;
};

/* NOLINTEND(readability-identifier-naming) */

#endif
