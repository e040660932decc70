#include "stintd/process/hold/app_units.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <ranges>

#include "base/cgroup/cgroup.hpp"
#include "base/result/errors.hpp"
#include "base/unix/inotify.hpp"
#include "stintd/apps/caller.hpp"

namespace stint::hold {
namespace {

namespace fs = std::filesystem;

/// The time a program gets to be executed: a manager waits for that, and gives up on a frozen one.
constexpr std::chrono::seconds startsUp{1};

std::vector<fs::path> directoriesIn(const fs::path& directory) {
    std::vector<fs::path> found;
    std::error_code gone;
    for (fs::directory_iterator entry(directory, gone), end; !gone && entry != end; entry.increment(gone))
        if (entry->is_directory(gone)) found.push_back(entry->path());
    return found;
}

bool isSlice(const fs::path& directory) { return directory.extension() == ".slice"; }

} // namespace

std::optional<std::string> appSliceIn(const std::string& cgroupPath) {
    constexpr std::string_view slice = "/app.slice/";
    const std::size_t at = cgroupPath.find(slice);
    if (at == std::string::npos) return std::nullopt;
    return cgroupPath.substr(0, at + slice.size() - 1);
}

Result<AppUnits> AppUnits::open(std::string id, const fs::path& slice) {
    Fd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!watch) return fail(Errc::SYSTEM, "cannot watch {}: {}", slice.string(), std::strerror(errno));
    AppUnits units(std::move(id), slice, std::move(watch));
    units.follow(slice);
    if (units.slices_.empty()) return fail(Errc::SYSTEM, "cannot watch {}: {}", slice.string(), std::strerror(errno));
    return units;
}

bool AppUnits::isUnit(const fs::path& directory) const {
    return std::ranges::count(appIdsOfUnit(directory.filename().native()), id_) > 0;
}

void AppUnits::follow(const fs::path& slice) {
    const int number = ::inotify_add_watch(watch_.get(), slice.c_str(), IN_CREATE | IN_ONLYDIR);
    if (number < 0) return; // gone meanwhile
    slices_[number] = slice;
    for (const fs::path& directory : directoriesIn(slice))
        if (isSlice(directory)) follow(directory);
}

std::vector<fs::path> AppUnits::units() const {
    std::vector<fs::path> found;
    for (const fs::path& slice : slices_ | std::views::values)
        std::ranges::copy_if(directoriesIn(slice), std::back_inserter(found),
                             [this](const fs::path& directory) { return isUnit(directory); });
    return found;
}

std::size_t AppUnits::freeze() {
    std::size_t frozen = 0;
    for (const fs::path& unit : units())
        frozen += freezeCgroup(unit, true).ok();
    return frozen;
}

void AppUnits::thaw() const {
    for (const fs::path& unit : units())
        (void)freezeCgroup(unit, false); // a unit that is gone needs none
}

std::optional<AppUnits::Clock::time_point> AppUnits::next() const {
    if (starting_.empty()) return std::nullopt;
    return std::ranges::min(starting_ | std::views::values);
}

void AppUnits::came(const fs::path& directory, Clock::time_point now) {
    if (isSlice(directory)) {
        follow(directory);
        for (const fs::path& unit : directoriesIn(directory)) // units may have come before it was watched
            came(unit, now);
    }
    if (!isUnit(directory)) return;
    if (directory.extension() == ".service")
        starting_.emplace(directory, now + startsUp);
    else
        (void)freezeCgroup(directory, true);
}

void AppUnits::take(Clock::time_point now) {
    const auto takeOne = [&](const inotify_event& event, std::string_view name) {
        const auto slice = slices_.find(event.wd);
        if (event.mask & IN_Q_OVERFLOW) freeze();
        if (event.mask & IN_IGNORED && slice != slices_.end())
            slices_.erase(slice);
        else if (!name.empty() && slice != slices_.end())
            came(slice->second / name, now);
    };
    while (takeSomeEvents(watch_, takeOne)) {
    }
    std::erase_if(starting_, [now](const auto& unit) {
        const auto& [directory, due] = unit;
        return due <= now && (freezeCgroup(directory, true).ok() || !fs::exists(directory));
    });
}

} // namespace stint::hold
