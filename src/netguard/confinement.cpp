#include "netguard/confinement.hpp"

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <vector>

#include <cap-ng.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <pwd.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/result/errors.hpp"
#include "base/result/owned.hpp"

namespace stint {
namespace {

/// Changes the user; libcap-ng keeps the capabilities over that.
Result<void> dropAllBut(const Account& account, std::initializer_list<unsigned> kept) {
    // A container may lack one: then calls that need it are refused.
    capng_get_caps_process();
    std::vector<unsigned> had;
    for (const unsigned one : kept)
        if (capng_have_capability(CAPNG_PERMITTED, one)) had.push_back(one);
    capng_clear(CAPNG_SELECT_BOTH);
    for (const unsigned one : had)
        capng_update(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED), one);
    const int result = capng_change_id(static_cast<int>(account.uid), static_cast<int>(account.gid),
                                       static_cast<capng_flags_t>(CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING));
    if (result != 0)
        return fail(Errc::SYSTEM, "cannot become {} without root's capabilities: {} ({})", account.name, result,
                    std::strerror(errno));
    return {};
}

/// The system calls that a loop over descriptors needs, with the journal, the clock, memory, and its end.
constexpr int always[] = {
    SCMP_SYS(read),          SCMP_SYS(readv),        SCMP_SYS(write),           SCMP_SYS(writev),
    SCMP_SYS(recvmsg),       SCMP_SYS(recvfrom),     SCMP_SYS(sendmsg),         SCMP_SYS(sendto),
    SCMP_SYS(close),         SCMP_SYS(fstat),        SCMP_SYS(newfstatat),      SCMP_SYS(statx),
    SCMP_SYS(fstatfs),       SCMP_SYS(getdents64),   SCMP_SYS(lseek),           SCMP_SYS(fcntl),
    SCMP_SYS(epoll_wait),    SCMP_SYS(epoll_pwait),  SCMP_SYS(epoll_pwait2),    SCMP_SYS(epoll_ctl),
    SCMP_SYS(poll),          SCMP_SYS(ppoll),        SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_create),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),       SCMP_SYS(brk),
    SCMP_SYS(mmap),          SCMP_SYS(munmap),       SCMP_SYS(mremap),          SCMP_SYS(madvise),
    SCMP_SYS(futex),         SCMP_SYS(getpid),       SCMP_SYS(gettid),          SCMP_SYS(getuid),
    SCMP_SYS(geteuid),       SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),  SCMP_SYS(name_to_handle_at),
    SCMP_SYS(getsockopt),    SCMP_SYS(getsockname),  SCMP_SYS(shutdown),        SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),          SCMP_SYS(exit_group),
};

int allow(scmp_filter_ctx filter, int call) { return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0); }

int allowIf(scmp_filter_ctx filter, int call, scmp_arg_cmp condition) {
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &condition);
}

} // namespace

Result<Account> accountOf(const std::string& name) {
    const passwd* const found = ::getpwnam(name.c_str());
    if (!found)
        return fail(Errc::ILLEGAL_ARGUMENT, "there is no account {}; systemd-sysusers makes it, or netguard-setup",
                    name);
    if (found->pw_uid == 0) return fail(Errc::ILLEGAL_ARGUMENT, "{} is root, as which nothing is given up", name);
    return Account{name, found->pw_uid, found->pw_gid};
}

Result<void> confine(const Account& account) {
    STINT_TRY(dropAllBut(account, {CAP_NET_ADMIN, CAP_WAKE_ALARM}));
    // All other calls fail, and do not kill the process: a helper that dies frees everybody it holds back.
    const Owned<void, seccomp_release> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)));
    if (!filter) return fail(Errc::SYSTEM, "cannot make a filter of system calls");
    int result = 0;
    for (const int call : always)
        if (result == 0) result = allow(filter.get(), call);
    // Files are only read: a caller's place in /proc, the directories of cgroups.
    constexpr scmp_datum_t writes = O_ACCMODE | O_CREAT | O_TRUNC;
    if (result == 0) result = allowIf(filter.get(), SCMP_SYS(openat), {2, SCMP_CMP_MASKED_EQ, writes, O_RDONLY});
    // A datagram to systemd, when the watchdog is fed.
    if (result == 0) result = allowIf(filter.get(), SCMP_SYS(socket), {0, SCMP_CMP_EQ, AF_UNIX, 0});
    for (const scmp_datum_t change : {BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM})
        if (result == 0) result = allowIf(filter.get(), SCMP_SYS(bpf), {0, SCMP_CMP_EQ, change, 0});
    if (result == 0) result = seccomp_load(filter.get()); // also sets no_new_privs
    if (result != 0) return fail(Errc::SYSTEM, "cannot load the filter of system calls: {}", std::strerror(-result));
    return {};
}

} // namespace stint
