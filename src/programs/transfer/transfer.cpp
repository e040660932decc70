#include "programs/transfer/transfer.hpp"

namespace stint::transfer {
namespace {

constexpr auto reportEvery = std::chrono::seconds{1};

} // namespace

void Transfer::end(Ending ending) {
    if (ending_) return;
    // A transfer that is done before its next report has moved its bytes all the same.
    const auto last = ending.fate == Fate::Done && watcher_.progressed ? progress() : std::nullopt;
    if (last && last != reported_) watcher_.progressed(*last);
    ending_ = std::move(ending);
    leave();
}

void Transfer::settle(Clock::time_point now) {
    if (ending_) return;
    tidy(now);
    auto from = due();
    if (!from || now < *from) return;
    nextReport_ = now + reportEvery;
    reported_ = progress();
    if (watcher_.progressed) watcher_.progressed(*reported_);
}

std::optional<Transfer::Clock::time_point> Transfer::due() const {
    if (ending_) return std::nullopt;
    auto now = progress();
    if (!now || reported_ == now) return std::nullopt;
    return nextReport_;
}

} // namespace stint::transfer
