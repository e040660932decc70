/* What the kernel's half of stint-netguard and the other one share: C, for both compilers. */
#ifndef STINT_NETGUARD_COUNTED_H
#define STINT_NETGUARD_COUNTED_H

#include <linux/types.h>

/* Cgroups that can be watched at once, on the whole machine. */
#define STINT_MOST_WATCHED 4096
/* Room for a word of each of them, which are 24 bytes there, and some more: a power of two of pages of any size. */
#define STINT_TOLD_BYTES (128 * 1024)
/* A cgroup with more ancestors cannot be watched: the programs look no further. */
#define STINT_DEEPEST 32
/* No level is this one. */
#define STINT_NOWHERE 0xffffffffU

/* NOLINTBEGIN(readability-identifier-naming): C's names */

/* Where to look, so that a packet costs as few looks as can be. Levels are the kernel's own: 0 is the root of all, which
 * a container does not see. */
struct stint_span {
    __u32 lowest;  /* the level of the watched cgroup that is nearest to the root */
    __u32 highest; /* and of the one farthest from it; where nobody is watched, `lowest` is nowhere */
    __u64 root;    /* the cgroup whose level is wanted, for what a container sees; 0: none */
    __u32 level;   /* that level, as soon as somebody has connected */
    __u32 unused;
};

/* What the kernel tells: in this cgroup, in and out together have come to its mark. */
struct stint_told {
    __u64 cgroup;
};

/* Bytes of IP packets that have passed. */
struct stint_counted {
    __u64 in;
    __u64 out;
};

/* NOLINTEND(readability-identifier-naming) */

#endif
