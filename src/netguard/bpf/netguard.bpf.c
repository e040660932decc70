/* The kernel's half of stint-netguard: counts each packet for the watched cgroups that its socket is in, and stops it
 * where one of them is cut off. A cgroup's packets are its own and those of all cgroups below it. Loopback is free, and
 * is not counted; it is interface 1 of every network namespace.
 *
 * The skb programs are the wall. The connect programs only spare a cut app the wait for an answer that never comes. */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "counted.h"

#define LOOPBACK 1

/* cgroup id -> what has passed. A cgroup is watched while it is here. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, STINT_MOST_WATCHED);
    __type(key, __u64);
    __type(value, struct stint_counted);
} watched SEC(".maps");

/* cgroup id -> nothing. It is a map of its own, so that a cut never overwrites what is being counted. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, STINT_MOST_WATCHED);
    __type(key, __u64);
    __type(value, __u8);
} cut SEC(".maps");

/* cgroup id -> the number of bytes, in and out together, at which it is reported. The one that removes the entry
 * reports: so it happens once. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, STINT_MOST_WATCHED);
    __type(key, __u64);
    __type(value, __u64);
} marks SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, STINT_PASSED_BYTES);
} passed SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct stint_span);
} span SEC(".maps");

static __always_inline struct stint_span *the_span(void) {
    __u32 first = 0;
    return bpf_map_lookup_elem(&span, &first);
}

/* Reserves the room before it takes the mark: where there is none, the next packet tries again. */
static __always_inline void tell_if_passed(__u64 id, const struct stint_counted *counted) {
    const __u64 *mark = bpf_map_lookup_elem(&marks, &id);
    if (!mark || counted->in + counted->out < *mark) return;
    struct stint_passed *passage = bpf_ringbuf_reserve(&passed, sizeof *passage, 0);
    if (!passage) return;
    if (bpf_map_delete_elem(&marks, &id)) { /* another packet was faster */
        bpf_ringbuf_discard(passage, BPF_RB_NO_WAKEUP);
        return;
    }
    passage->cgroup = id;
    bpf_ringbuf_submit(passage, 0);
}

/* Returns 1: the packet may pass. A watched cgroup has fewer than STINT_DEEPEST ancestors, so the walk finds it however
 * deep the socket itself is. */
static __always_inline int judge(struct __sk_buff *skb, int outward) {
    struct stint_span *where = the_span();
    if (!where || skb->ifindex == LOOPBACK) return 1;
    __u32 highest = where->highest;
#pragma clang loop unroll(disable)
    for (__u32 level = where->lowest; level < STINT_DEEPEST; ++level) {
        if (level > highest) break;
        __u64 id = bpf_skb_ancestor_cgroup_id(skb, level);
        if (!id) break;
        struct stint_counted *counted = bpf_map_lookup_elem(&watched, &id);
        if (!counted) continue;
        if (bpf_map_lookup_elem(&cut, &id)) return 0;
        if (outward)
            __sync_fetch_and_add(&counted->out, skb->len);
        else
            __sync_fetch_and_add(&counted->in, skb->len);
        tell_if_passed(id, counted);
    }
    return 1;
}

SEC("cgroup_skb/egress")
int stint_egress(struct __sk_buff *skb) { return judge(skb, 1); }

SEC("cgroup_skb/ingress")
int stint_ingress(struct __sk_buff *skb) { return judge(skb, 0); }

/* Returns 1: the task that connects is in no cgroup that is cut off. */
static __always_inline int free_task(struct stint_span *where) {
    __u32 highest = where->highest;
#pragma clang loop unroll(disable)
    for (__u32 level = where->lowest; level < STINT_DEEPEST; ++level) {
        if (level > highest) break;
        __u64 id = bpf_get_current_ancestor_cgroup_id(level);
        if (!id) break;
        if (bpf_map_lookup_elem(&cut, &id)) return 0;
    }
    return 1;
}

/* Finds how deep the root is that this container sees: the same for all tasks that these programs are called for. */
static __always_inline void find_root(struct stint_span *where) {
#pragma clang loop unroll(disable)
    for (__u32 level = 0; level < STINT_DEEPEST; ++level) {
        if (bpf_get_current_ancestor_cgroup_id(level) != where->root) continue;
        where->level = level;
        break;
    }
}

/* True for 127.0.0.0/8, and for 0.0.0.0, which Linux takes as this host. */
static __always_inline int is_loopback4(__u32 address) {
    __u32 first = bpf_ntohl(address) >> 24;
    return first == 127 || address == 0;
}

SEC("cgroup/connect4")
int stint_connect4(struct bpf_sock_addr *ctx) {
    struct stint_span *where = the_span();
    if (!where) return 1;
    if (where->root) find_root(where);
    if (is_loopback4(ctx->user_ip4)) return 1;
    return free_task(where);
}

/* Lets ::1, :: and the IPv4-mapped form of 127.0.0.0/8 pass in any case. */
SEC("cgroup/connect6")
int stint_connect6(struct bpf_sock_addr *ctx) {
    __u32 a = ctx->user_ip6[0], b = ctx->user_ip6[1], c = ctx->user_ip6[2], d = ctx->user_ip6[3];
    if (a == 0 && b == 0) {
        if (c == 0 && (d == 0 || d == bpf_htonl(1))) return 1;
        if (c == bpf_htonl(0xffff) && is_loopback4(d)) return 1;
    }
    struct stint_span *where = the_span();
    return where ? free_task(where) : 1;
}

/* The kernel's helpers that are called here need no GPL licence. */
char LICENSE[] SEC("license") = "Apache-2.0";
