/* What the kernel's half of stint-netguard and the other one share: C, for both compilers. */
#ifndef STINT_NETGUARD_COUNTED_H
#define STINT_NETGUARD_COUNTED_H

#include <linux/types.h>

/* Cgroups that can be watched at once, on the whole machine. */
#define STINT_MOST_WATCHED 4096
/* A cgroup with more ancestors cannot be watched: the programs look no further. */
#define STINT_DEEPEST 32

/* Bytes of IP packets that have passed. */
struct stint_counted {
    __u64 in;
    __u64 out;
};

#endif
