#include "contract/rules/in_queue.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

namespace stint {
namespace {

bool inBatch(const QueueFacts& f) { return f.heldForBatch.has_value(); }
std::string describeBatch(const QueueFacts&) { return "held until several jobs are ready"; }
std::optional<Instant> batchUntil(const QueueFacts& f) {
    return f.heldForBatch == Instant::max() ? std::nullopt : f.heldForBatch;
}

bool behindEarlierRun(const QueueFacts& f) { return f.earlierRuns; }
std::string describeEarlierRun(const QueueFacts&) { return "the run of the job it replaced has not ended yet"; }

bool lacksSlot(const QueueFacts& f) { return f.slot.has_value(); }

// An app learns the ids of its own jobs alone.
std::string holdersText(const QueueFacts& f) {
    const auto& [why, first, others] = *f.slot;
    std::string text = first.app == f.job.app ? textOf(first) : fmt::format("a job of {}", first.app.name);
    if (others > 0) text += fmt::format(" and {} {}", others, others == 1 ? "other" : "others");
    return text;
}

std::string describeSlot(const QueueFacts& f) {
    switch (f.slot->why) {
    case NoRoom::AppCap:
        return "as many jobs of its app run as may while slots are short: " + holdersText(f);
    case NoRoom::Taken:
        return "as many jobs run as may run at once: " + holdersText(f);
    case NoRoom::Kept:
        return "the free slots are kept for " + holdersText(f);
    }
    return {};
}

bool wasDisplaced(const QueueFacts& f) { return f.displacedUntil.has_value(); }
std::string describeDisplaced(const QueueFacts&) { return "it has just made room for another job"; }
std::optional<Instant> displacedUntil(const QueueFacts& f) { return f.displacedUntil; }

// clang-format off
constexpr std::array queueRows{
    QueueRow{"batch",       PENDING_JOB_REASON_JOB_SCHEDULER_OPTIMIZATION, "more ready jobs, or time", {},                    inBatch,          describeBatch, batchUntil},
    QueueRow{"earlier run", PENDING_JOB_REASON_DEVICE_STATE,               "its end",                  "its last run to end", behindEarlierRun, describeEarlierRun},
    QueueRow{"slots",       PENDING_JOB_REASON_DEVICE_STATE,               "the end of another job",   wantOfSlot,            lacksSlot,        describeSlot},
    QueueRow{"displaced",   PENDING_JOB_REASON_DEVICE_STATE,               "time",                     wantOfSlot,            wasDisplaced,     describeDisplaced, displacedUntil},
};
// clang-format on

} // namespace

bool isOfTheQueue(std::string_view name) {
    return std::ranges::find(queueRows, name, &QueueRow::name) != queueRows.end();
}

const QueueRow* holdInQueue(const QueueFacts& facts) {
    for (const QueueRow& row : queueRows)
        if (row.holds(facts)) return &row;
    return nullptr;
}

} // namespace stint
