#include "fleet/office/heard.hpp"

#include <utility>

namespace stint::fleet {
namespace {
Bytes sizeOf(const push::Recorded& report) { return static_cast<Bytes>(report.message.body.size()); }
} // namespace

void HeardReports::add(push::Recorded report) {
    const std::lock_guard lock(mutex_);
    size_ += sizeOf(report);
    const bool isNext = run_.empty() || report.message.sequence == run_.back().message.sequence + 1;
    if (!isNext || size_ > most) {
        run_.clear();
        size_ = sizeOf(report);
    }
    run_.push_back(std::move(report));
}

std::vector<push::Recorded> HeardReports::take(std::uint64_t from, std::size_t count) {
    const std::lock_guard lock(mutex_);
    std::vector<push::Recorded> some;
    while (!run_.empty() && some.size() < count) {
        push::Recorded& first = run_.front();
        if (first.message.sequence > from) break;
        size_ -= sizeOf(first);
        if (first.message.sequence == from) {
            some.push_back(std::move(first));
            ++from;
        }
        run_.pop_front();
    }
    return some;
}

void HeardReports::forget() {
    const std::lock_guard lock(mutex_);
    run_.clear();
    size_ = 0;
}

} // namespace stint::fleet
