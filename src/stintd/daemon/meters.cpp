#include "stintd/daemon/meters.hpp"

#include "contract/model/names.hpp"

namespace stint {
namespace {

template <std::size_t size> void addRows(std::vector<MeterRow>& rows, const std::string& name,
                                         const std::array<std::int64_t, size>& bounds,
                                         const std::vector<std::string>& labels, const Durations<size>& measured) {
    for (std::size_t i = 0; i <= size; ++i) {
        std::vector<std::string> with = labels;
        with.push_back(i < size ? std::to_string(bounds[i]) : "+Inf");
        rows.push_back({name, std::move(with), measured.counts[i]});
    }
    rows.push_back({name + "_sum", labels, measured.sum});
}

} // namespace

void Meters::decided(std::chrono::nanoseconds length) { decisions_.add(decisionBounds, length / 1us); }

void Meters::recorded(const Record& record) {
    const auto* const saved = std::get_if<SavePastRun>(&record);
    if (!saved) return;
    const PastRun& run = saved->run;
    for (std::size_t i = 0; i < run.waits.size(); ++i) {
        const WallTime end = i + 1 < run.waits.size() ? run.waits[i + 1].when : run.began.value_or(run.ended);
        const Duration length = std::max(Duration{0}, end - run.waits[i].when); // the clock may have been set
        for (const PendingReason reason : run.waits[i].reasons)
            waits_[nameOf(reason)].add(waitBounds, length / 1s);
    }
}

std::vector<MeterRow> Meters::rows() const {
    std::vector<MeterRow> rows;
    addRows(rows, "decisions", decisionBounds, {}, decisions_);
    for (const auto& [reason, waits] : waits_)
        addRows(rows, "waits", waitBounds, {std::string(reason)}, waits);
    return rows;
}

} // namespace stint
