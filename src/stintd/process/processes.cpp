#include "stintd/process/processes.hpp"

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "stintd/process/children.hpp"
#include "stintd/process/enclosure.hpp"

namespace stint {
namespace {

// FNV-1a: an instance has the same name in every build, for a later daemon must find it again.
std::string shortName(const std::string& instance) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const unsigned char letter : instance)
        hash = (hash ^ letter) * 0x100000001b3;
    return fmt::format("{:016x}", hash);
}

std::unique_ptr<Enclosure> enclosureFor(sd_event* loop, const std::string& instance, const Processes::Options& options,
                                        Enclosure::OnEmpty empty) {
    if (!options.cgroups) return std::make_unique<ReaperEnclosure>(instance, "not wanted");
    auto opened = CgroupEnclosure::open(loop, instance, std::move(empty), options.shareChanged);
    if (opened) return std::move(opened).value();
    return std::make_unique<ReaperEnclosure>(instance, opened.error().message);
}

} // namespace

Result<std::unique_ptr<Processes>> Processes::open(sd_event* loop, Listener& listener, Options options) {
    // jobs.md §12.5: processes of an earlier daemon are dead before this one looks at its jobs. That daemon may have
    // kept them in the other way.
    const std::string instance = shortName(options.instance);
    bool gone = killCgroupLeftovers(instance, options.forLeftovers);
    gone &= killReaperLeftovers(instance, options.forLeftovers);
    if (!gone) options.complain("processes of a former daemon were killed and do not die; jobs start without that");

    auto children = std::make_unique<Children>(loop, listener, Helper{options.helper, options.descriptors}, instance,
                                               options.starting, options.written);
    Children* owner = children.get();
    auto emptied = [owner](ProcessId id) { owner->emptied(id); };
    children->keepIn(enclosureFor(loop, instance, options, emptied));
    if (options.adopts) STINT_TRY(children->adopt());
    return std::unique_ptr<Processes>(std::move(children));
}

} // namespace stint
