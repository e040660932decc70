// A file system for SQLite that ends the process at its n-th change of a file, as a killed daemon or a power cut would.
// Registered as SQLite's default in a forked child; it never goes back.
#pragma once
#include <cstdint>

namespace stint::test {

enum class Fault {
    Kill,  ///< before the change; what was written before is kept, synced or not
    Tear,  ///< in the middle of the change
    Power, ///< as Kill, and of what was not synced only a random part reached the disk
};

/// From now on each write, truncation, sync and removal counts; the `nth` (from 1) ends the process with faultExit.
void installFault(Fault fault, std::uint64_t nth, std::uint64_t seed);
inline constexpr int faultExit = 77;

/// From now on each write fails as on a full disk while `full`.
void installFullDisk(const bool& full);

} // namespace stint::test
