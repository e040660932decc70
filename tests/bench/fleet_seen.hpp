// All that stint-fleet-load has seen, told as JSON: of each campaign, when its orders came, how many were at it at a
// time, and what became of it on each device.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
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
    void begins(WallTime now) { firstBegin = std::min(firstBegin, now); }
    Json json() const;
    Json endsJson() const;
};

struct Seen {
    std::map<std::string, CampaignSeen, std::less<>> campaigns;
    Times hellos;
    std::int64_t reports = 0, again = 0, unanswered = 0; ///< again: reports
    std::int64_t lost = 0, returned = 0;          ///< connections that ended or were not had; that were had again
    std::map<std::string, std::int64_t> troubles; ///< by their sentences

    void trouble(const std::string& sentence);
    void ordered(const std::string& campaign, WallTime sent, WallTime heard);
    void reported(const std::string& campaign, Duration took);
    void ended(const std::string& campaign, const std::string& device, fleet::Outcome outcome);
    Json json() const;
    /// Something has come to an end on a device, or begun to be known there.
    std::function<void(const std::string& campaign, const CampaignSeen& its)> changed = [](const std::string&,
                                                                                           const CampaignSeen&) {};
};

/// One for the devices of all threads: whoever has a turn is alone with it, until the end of the expression.
class SharedSeen {
public:
    class Turn {
    public:
        Turn(std::mutex& mutex, Seen& seen) : lock_(mutex), seen_(seen) {}
        Seen* operator->() const { return &seen_; }

    private:
        std::unique_lock<std::mutex> lock_;
        Seen& seen_;
    };
    Turn operator->() { return {mutex_, seen_}; }

private:
    std::mutex mutex_;
    Seen seen_;
};

} // namespace stint::bench
