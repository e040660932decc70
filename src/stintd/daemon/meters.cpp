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
    // Names of the session bus may come and go for ever; their counts go with them.
    if (const auto* const gone = std::get_if<DropApp>(&record))
        std::erase_if(messages_, [&](const auto& entry) { return std::get<0>(entry.first) == gone->app.name.str(); });
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

void Meters::came(const Effect& effect) {
    if (std::holds_alternative<CheckLine>(effect)) ++keepAlives_;
    const auto* const trace = std::get_if<Trace>(&effect);
    if (!trace || trace->what != Trace::What::Message) return;
    if (trace->result == "deleted_note") return; // no message
    const std::string_view urgency = nameOf(trace->original.value_or(Urgency::Normal));
    const bool delivered = trace->lateBy.has_value();
    ++messages_[{trace->app.name.str(), urgency, delivered ? "delivered" : trace->result}];
    if (delivered) delays_[urgency].add(waitBounds, *trace->lateBy / 1s);
}

std::vector<MeterRow> Meters::rows() const {
    std::vector<MeterRow> rows;
    addRows(rows, "decisions", decisionBounds, {}, decisions_);
    for (const auto& [reason, waits] : waits_)
        addRows(rows, "waits", waitBounds, {std::string(reason)}, waits);
    for (const auto& [message, count] : messages_)
        rows.push_back(
            {"messages", {std::get<0>(message), std::string(std::get<1>(message)), std::get<2>(message)}, count});
    for (const auto& [urgency, delays] : delays_)
        addRows(rows, "delays", waitBounds, {std::string(urgency)}, delays);
    rows.push_back({"keepalives", {}, keepAlives_});
    return rows;
}

} // namespace stint
