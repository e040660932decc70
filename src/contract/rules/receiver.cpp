#include "contract/rules/receiver.hpp"

#include <vector>

#include <fmt/ranges.h>

#include "base/result/fail.hpp"

namespace stint {

std::optional<Error> receiverError(const Manifest& manifest, std::string_view receiver) {
    const auto& declared = manifest.receivers;
    const std::string& app = manifest.package.name;
    if (receiver.empty() ? declared.size() == 1 : declared.contains(receiver)) return std::nullopt;
    if (declared.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "{} declares no receiver in its manifest", app);
    std::vector<std::string_view> names;
    for (const auto& [name, _] : declared)
        names.push_back(name);
    if (receiver.empty()) {
        return fail(Errc::ILLEGAL_ARGUMENT, "{} has more than one receiver; name one of {}", app,
                    fmt::join(names, ", "));
    }
    return fail(Errc::ILLEGAL_ARGUMENT, "{} has no receiver \"{}\"; it declares {}", app, receiver,
                fmt::join(names, ", "));
}

} // namespace stint
