#include "faces/follow/meter.hpp"

namespace stint::cli {

void Meter::sample(Duration at, Bytes inPlace) {
    if (!samples_.empty() && inPlace < samples_.back().inPlace) rest(at);
    if (!samples_.empty()) {
        seen_.ran += at - samples_.back().at;
        seen_.moved += inPlace - samples_.back().inPlace;
    }
    if (late_ && !samples_.empty() && inPlace != samples_.back().inPlace) {
        samples_.clear();
        late_ = false;
    }
    samples_.push_back({at, inPlace});
    // Keep one sample older than the window, so that the rate covers a whole window.
    while (samples_.size() > 2 && samples_[1].at <= at - window)
        samples_.pop_front();
}

void Meter::rest(Duration at) {
    if (!samples_.empty()) seen_.ran += at - samples_.back().at;
    samples_.clear();
    late_ = false;
}

std::optional<Bytes> Meter::rate(Duration now) const {
    if (samples_.size() < 2) return std::nullopt;
    if (now - samples_.back().at >= stall) return 0;
    const Duration span = samples_.back().at - samples_.front().at;
    const Bytes moved = samples_.back().inPlace - samples_.front().inPlace;
    if (span < (moved > 0 ? 500ms : stall)) return std::nullopt;
    return moved * 1000 / span.count();
}

} // namespace stint::cli
