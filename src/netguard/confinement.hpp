// What is left of root's power once the BPF programs are attached.
#pragma once
#include <string>

#include "stint/result.hpp"

namespace stint {

/// Becomes `user`, keeps CAP_NET_ADMIN (to end open sockets) and CAP_WAKE_ALARM, no other capability and no way to get
/// one, and may from then on only make the system calls that answering takes. For good.
Result<void> confine(const std::string& user);

} // namespace stint
