#include "faces/views/output.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/model/app.hpp"
#include "programs/spool/spool.hpp"

namespace stint::cli {

Result<void> checkHasOutput(const JobKey& key) {
    if (key.app.name == shellPackage || isGuardPackage(key.app.name)) return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "the output of {} is not kept; commands are jobs of {}",
                printable(key.app.name), shellPackage);
}

std::filesystem::path outputDirectory(const std::optional<JobView>& job, const JobKey& key) {
    if (job && job->info) return job->info->getExtras().getString("spool");
    return spoolOfJob(Spool::rootOf(key.app.name), key.id);
}

void forgetCleared(const JobKey& key) {
    if (key.app.name == shellPackage) forgetOrder(spoolOfJob(Spool::rootOf(shellPackage), key.id));
}

std::size_t cutCharacter(std::string_view text) {
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const char last = text[text.size() - back];
        if (continuesCharacter(last)) continue;
        const auto byte = static_cast<unsigned char>(last);
        const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        return length > back ? back : 0;
    }
    return 0;
}

std::string shownOutput(std::string_view output) {
    std::string shown;
    while (!output.empty()) {
        auto end = std::min(output.find_first_of("\n\t\r"), output.size());
        shown += printable(output.substr(0, end));
        output.remove_prefix(end);
        if (output.empty()) break;
        const bool plainEnd = output.starts_with("\r\n");
        if (!plainEnd) shown += output.front() == '\r' ? '\n' : output.front();
        output.remove_prefix(1);
    }
    return shown;
}

} // namespace stint::cli
