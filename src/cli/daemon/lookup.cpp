#include "cli/daemon/lookup.hpp"

#include "base/fail.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/text.hpp"

namespace stint::cli {
namespace {

/// The one of them, or why there is no such one.
Result<JobView> only(std::vector<JobView> found, const std::string& text) {
    if (found.size() == 1) return std::move(found.front());
    std::string names;
    for (const auto& job : found)
        names += (names.empty() ? "" : " or ") + textOf(job.key);
    return fail(Errc::IllegalArgument, "{} may be {}: write which", printable(text), names);
}

} // namespace

Result<JobView> lookUp(Daemon& daemon, const std::string& text) {
    auto name = STINT_TRY(parseJobName(text));
    std::vector<JobView> tracked, ended;
    for (const auto& key : candidates(name)) {
        auto job = daemon.watch(key);
        if (job.ok())
            (job->state == JobView::State::Finished ? ended : tracked).push_back(std::move(*job));
        else if (job.error().code != Errc::IllegalArgument) // that is: there is no such job
            return std::move(job).error();
    }
    if (!tracked.empty()) return only(std::move(tracked), text);
    if (!ended.empty()) return only(std::move(ended), text);
    return fail(Errc::IllegalState, "there is no job {}; `stint jobs` and `stint jobs --finished` list them",
                printable(text));
}

int exitCodeOfLookUp(Errc code) { return code == Errc::IllegalState ? ends::noInput : exitCodeOf(code); }

} // namespace stint::cli
