// An installed app's units in the user's service manager (linux.md A.6), as cgroups that are frozen and thawed: those
// that are there, and those that come.
#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint::hold {

/// The slice of the user's manager below which apps are, found in the path of a cgroup of one of the manager's units.
/// nullopt: it is not in that slice.
std::optional<std::string> appSliceIn(const std::string& cgroupPath);

class AppUnits {
public:
    using Clock = std::chrono::steady_clock;

    /// `id`: a desktop file's name, without its suffix. System: its slice cannot be read, or watched.
    static Result<AppUnits> open(std::string id, const std::filesystem::path& slice);

    /// Freezes all that are there, each in a slice of its own or not. Returns how many.
    std::size_t freeze();
    void thaw() const;

    // For an event loop: poll watch() for POLLIN, no longer than until next(); then take().
    int watch() const { return watch_.get(); }
    std::optional<Clock::time_point> next() const;
    /// Freezes units that have come: a scope at once; a service, whose start its manager waits for, a second later.
    void take(Clock::time_point now);

private:
    AppUnits(std::string id, std::filesystem::path slice, Fd watch)
        : id_(std::move(id)), slice_(std::move(slice)), watch_(std::move(watch)) {}
    bool isUnit(const std::filesystem::path& directory) const;
    std::vector<std::filesystem::path> units() const;
    void follow(const std::filesystem::path& slice);
    void came(const std::filesystem::path& directory, Clock::time_point now);

    std::string id_;
    std::filesystem::path slice_;
    Fd watch_;
    std::map<int, std::filesystem::path> slices_; ///< by the numbers of their watches
    std::map<std::filesystem::path, Clock::time_point> starting_;
};

} // namespace stint::hold
