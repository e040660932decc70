#include "cli/daemon/job_name.hpp"

#include <charconv>

#include "base/fail.hpp"
#include "model/app.hpp"

namespace stint::cli {
namespace {

std::optional<JobId> parseId(std::string_view text) {
    std::int32_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return JobId{number};
}

Error noJobName(std::string_view text) {
    return fail(Errc::IllegalArgument, "\"{}\" names no job: write 7, PACKAGE/7 or PACKAGE/namespace#7", text);
}

} // namespace

Result<JobName> parseJobName(std::string_view text) {
    JobName name;
    std::string_view number = text;
    // A package has no slash; a namespace may have one, and a '#' too: the id stands after the last.
    if (auto slash = text.find('/'); slash != std::string_view::npos) {
        if (slash == 0) return noJobName(text);
        name.app = AppId{std::string(text.substr(0, slash))};
        number = text.substr(slash + 1);
        if (auto hash = number.rfind('#'); hash != std::string_view::npos) {
            name.space = number.substr(0, hash);
            number = number.substr(hash + 1);
            if (name.space.empty()) return noJobName(text);
        }
    }
    auto id = parseId(number);
    if (!id) return noJobName(text);
    name.id = *id;
    return name;
}

std::vector<JobKey> candidates(const JobName& name) {
    if (name.app) return {{*name.app, name.space, name.id}};
    return {{AppId{std::string(transferPackage)}, "", name.id}, {AppId{std::string(shellPackage)}, "", name.id}};
}

std::string shortTextOf(const JobKey& key) {
    if (key.app.name == transferPackage && key.space.empty()) return std::to_string(key.id.value);
    return textOf(key);
}

} // namespace stint::cli
