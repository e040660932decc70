#include "push/line/troubles.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text/number.hpp"
#include "base/unix/ends.hpp"

namespace stint::push {
namespace {

constexpr Duration atOnce{0}; ///< with all the others of one answer

} // namespace

void Troubles::add(const std::string& reason) {
    ++unreported_[reason];
    ++untold_[reason];
    if (!minute_.isSet()) minute_.set(atOnce, [this] { report(); });
    if (!hour_.isSet()) hour_.set(atOnce, [this] { tell(); });
}

void Troubles::report() {
    if (unreported_.empty()) return;
    std::vector<LeftOut> what;
    for (const auto& [reason, count] : std::exchange(unreported_, {}))
        what.push_back({reason, count});
    gate_.passedOver(what);
    minute_.set(std::chrono::minutes(1), [this] { report(); });
}

void Troubles::tell() {
    if (untold_.empty()) return;
    std::string list;
    for (const auto& [reason, count] : std::exchange(untold_, {}))
        list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", reason, count);
    complain("stint-push", fmt::format("messages were left out: {}", list));
    hour_.set(std::chrono::hours(1), [this] { tell(); });
}

} // namespace stint::push
