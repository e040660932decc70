#include "push/line/troubles.hpp"

#include <chrono>

#include <fmt/format.h>

#include "base/text/number.hpp"
#include "base/unix/ends.hpp"

namespace stint::push {

void Troubles::add(const std::string& reason) {
    ++counts_[reason];
    if (!timer_.isSet()) tell();
}

void Troubles::tell() {
    if (counts_.empty()) return;
    std::string list;
    for (const auto& [reason, count] : counts_)
        list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", reason, count);
    complain("stint-push", fmt::format("messages were left out: {}", list));
    counts_.clear();
    timer_.set(std::chrono::hours(1), [this] { tell(); });
}

} // namespace stint::push
