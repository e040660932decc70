#include "programs/shell/command_cgroup.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/cgroup/cgroup.hpp"
#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/text/number.hpp"
#include "base/unix/proc.hpp"

namespace stint::shell {
namespace {

namespace fs = std::filesystem;

/// The leaf into which this process moves once it divides its cgroup; the command's is beside it.
constexpr const char* ownLeaf = "shell";
constexpr const char* commandLeaf = "command";

std::optional<CgroupPlace> enclosure() {
    const auto mount = unifiedMount();
    const auto path = cgroupPath(readFile("/proc/self/cgroup").value_or(""));
    const auto ours = path ? enclosureIn(*path) : std::nullopt;
    return mount && ours ? placeOf(*mount, *ours) : std::nullopt;
}

bool areHeld(const Controllers& needed, const Controllers& held) { return std::ranges::includes(held, needed); }

Error cannotHold(const CgroupLimits& asked, const std::string& why) {
    return fail(Errc::UNAVAILABLE, "cannot hold {} here: {}; stint doctor tells more", textOf(asked), why);
}

} // namespace

std::optional<std::string> enclosureIn(const std::string& path) {
    fs::path place(path);
    if (place.filename() == ownLeaf) place = place.parent_path();
    const std::string number = place.filename().string();
    const std::string app = place.parent_path().filename().string();
    const bool isOurs = app == "app.org.stint.shell" || app.starts_with("app.org.stint.guard.");
    if (!isOurs || !numberIn<std::uint64_t>(number)) return std::nullopt;
    return place.string();
}

Result<std::optional<CommandCgroup>> CommandCgroup::make(const CgroupLimits& asked, const CgroupLimits& otherwise,
                                                         Use use) {
    std::optional<CommandCgroup> none;
    const CgroupLimits all = withDefaults(asked, otherwise);
    const bool freezes = use == Use::Freezing;
    if (neededFor(all).empty() && !freezes) return none;
    const Controllers needed = neededFor(asked);
    const auto place = enclosure();
    if (!place && !needed.empty()) return cannotHold(asked, "stintd keeps it in no cgroup");
    if (!place && freezes) return fail(Errc::UNAVAILABLE, "cannot freeze it here: stintd keeps it in no cgroup");
    if (!place) return none;
    const Held held = divide(place->directory, ownLeaf);
    if (!areHeld(needed, held.held)) return cannotHold(asked, held.why);
    const CgroupLimits possible = heldOf(all, held.held);
    if (neededFor(possible).empty() && !freezes) return none;

    CommandCgroup made({fmt::format("{}/{}", place->path, commandLeaf), place->directory / commandLeaf}, possible);
    STINT_TRY(makeCgroup(made.place_.directory));
    STINT_TRY(writeLimits(possible, made.place_.directory));
    return std::optional(std::move(made));
}

CommandCgroup::~CommandCgroup() {
    if (!place_.directory.empty()) removeCgroup(place_.directory);
}

Result<Fd> CommandCgroup::entrance() const {
    const fs::path file = place_.directory / "cgroup.procs";
    Fd procs(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!procs) return fail(Errc::SYSTEM, "cannot open {}: {}", file.string(), std::strerror(errno));
    return procs;
}

} // namespace stint::shell
