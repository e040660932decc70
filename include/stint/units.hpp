// The units and identities every room and every app uses. Times are whole milliseconds, sizes whole bytes.
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>

namespace stint {

/// A length of time in milliseconds; std::chrono converts from coarser units by itself.
using Duration = std::chrono::milliseconds;

/// The time since boot, suspend included. It has no now(): code that needs the time is given it.
struct BootClock {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock, Duration>;
    static constexpr bool is_steady = true;
};

/// A moment within one boot. It is stored only together with the id of its boot.
using Instant = BootClock::time_point;

/// The wall clock's time, UTC; it outlives a boot, and it may jump.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// An amount of data in bytes; -1 (NETWORK_BYTES_UNKNOWN): unknown, where a size may be.
using Bytes = std::int64_t;
inline constexpr Bytes NETWORK_BYTES_UNKNOWN = -1;

/// A rate in thousands of bits a second, as networks state it; 0: unknown.
using Kbps = std::int64_t;

inline namespace literals {
constexpr Bytes operator""_B(unsigned long long n) { return static_cast<Bytes>(n); }
constexpr Bytes operator""_KB(unsigned long long n) { return static_cast<Bytes>(n) * 1000; }
constexpr Bytes operator""_MB(unsigned long long n) { return static_cast<Bytes>(n) * 1000 * 1000; }
constexpr Bytes operator""_GB(unsigned long long n) { return static_cast<Bytes>(n) * 1000 * 1000 * 1000; }
constexpr Bytes operator""_KiB(unsigned long long n) { return static_cast<Bytes>(n) * 1024; }
constexpr Bytes operator""_MiB(unsigned long long n) { return static_cast<Bytes>(n) * 1024 * 1024; }
constexpr Bytes operator""_GiB(unsigned long long n) { return static_cast<Bytes>(n) * 1024 * 1024 * 1024; }
} // namespace literals

/// Names a job within one app and one namespace (jobs.md §1).
struct JobId {
    std::int32_t value = 0;

    constexpr JobId() = default;
    constexpr JobId(std::int32_t number) : value(number) {}
    auto operator<=>(const JobId&) const = default;
};

} // namespace stint
