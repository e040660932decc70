// All that stint-fleet-load has seen, told as JSON: of each campaign, when its orders came, how many were at it at a
// time, and what became of it on each device.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "fleet/document/words.hpp"
#include "stint/units.hpp"

namespace stint::bench {

using Json = nlohmann::ordered_json;

/// Milliseconds, of something that happened often.
struct Times {
    std::vector<std::int64_t> all;

    void add(Duration time) { all.push_back(time.count()); }
    /// {"count", "p50", "p99", "most"}
    Json json() const;
};

struct CampaignSeen {
    WallTime firstOrder = WallTime::max(), lastOrder{}; ///< sent, and heard
    Times orders;                                       ///< from a server that has taken it to its device
    Times slots, reports;                               ///< from a question to its answer
    std::int64_t running = 0, mostRunning = 0, hints = 0;
    std::int64_t twice = 0; ///< devices whose first step began more than once in a round
    WallTime firstBegin = WallTime::max(), lastEnd{};
    std::map<std::string, fleet::Outcome, std::less<>> ends; ///< that the server has acknowledged, by device
    std::map<fleet::Outcome, std::int64_t> outcomes;

    void runs(std::int64_t more);
    Json json() const;
};

struct Seen {
    std::map<std::string, CampaignSeen, std::less<>> campaigns;
    Times hellos;
    std::int64_t reports = 0, again = 0, unanswered = 0; ///< again: reports
    std::int64_t lost = 0, returned = 0;          ///< connections that ended or were not had; that were had again
    std::map<std::string, std::int64_t> troubles; ///< by their sentences

    void trouble(const std::string& sentence);
    Json json() const;
    /// Something has come to an end on a device, or begun to be known there.
    std::function<void(const std::string& campaign)> changed = [](const std::string&) {};
};

} // namespace stint::bench
