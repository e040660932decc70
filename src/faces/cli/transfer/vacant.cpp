#include "faces/cli/transfer/vacant.hpp"

#include "base/result/fail.hpp"
#include "base/text/url_text.hpp"
#include "faces/cli/transfer/reach.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

/// True if both paths are one file: links and mounts may lead to one directory by many paths.
bool isSameFile(const std::filesystem::path& one, const std::filesystem::path& other) {
    std::error_code gone; // then it is no directory that `other` is in
    return one.filename() == other.filename() &&
           (one == other || std::filesystem::equivalent(one.parent_path(), other.parent_path(), gone));
}

} // namespace

Result<void> checkVacant(const std::filesystem::path& target, const std::vector<JobView>& live) {
    if (target.empty()) return {};
    for (const JobView& job : live) {
        if (!job.info || !job.info->getExtras().containsKey("output")) continue;
        const PersistableBundle& extras = job.info->getExtras();
        if (!isSameFile(target, extras.getString("output"))) continue;
        const std::string number = shortTextOf(job.key);
        return fail(Errc::ILLEGAL_STATE,
                    "{} is the file of {} already ({}): name another with -o, or have that one with `stint watch {}`",
                    printable(target.native()), textOf(job.key), printable(withoutSecrets(extras.getString("url"))),
                    number);
    }
    return {};
}

} // namespace stint::cli
