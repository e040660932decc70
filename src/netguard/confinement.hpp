// The rights that remain of root's once the BPF programs are attached.
#pragma once
#include <string>

#include <sys/types.h>

#include "stint/result.hpp"

namespace stint {

struct Account {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
};

/// The account of that name. IllegalArgument where there is none, or it is root: no other is taken in its place.
Result<Account> accountOf(const std::string& name);

/// Becomes that account, keeps CAP_NET_ADMIN (to end open sockets) and CAP_WAKE_ALARM, no other capability and no way
/// to get one, and may from then on only make the system calls that serving takes. It cannot be undone.
Result<void> confine(const Account& account);

} // namespace stint
