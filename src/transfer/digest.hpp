// SHA-256 over a file, by OpenSSL.
#pragma once
#include <atomic>
#include <string>

#include "stint/result.hpp"

namespace stint::transfer {

/// "sha256:" and the digits, of everything in `descriptor`. IllegalState once `cancelled` is set.
Result<std::string> sha256Of(int descriptor, const std::atomic<bool>& cancelled);

} // namespace stint::transfer
