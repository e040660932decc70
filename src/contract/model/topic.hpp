// The lists that may be watched for changes (TaskManager1.Watch, everything).
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stint {

/// A list whose changes a watcher of everything hears of: by name alone, without content, so that a slow reader costs
/// nothing.
enum class Topic : std::uint8_t {
    Jobs,     ///< waiting jobs may wait for something else; JobChanged reports a job's other changes
    Finished, ///< the history of completed jobs
    Tasks,
    Apps,
    Device, ///< its values, networks and Doze, and what they hold back
    Alarms,
};

/// In the order of the enumerators.
inline constexpr std::array<std::string_view, 6> topicNames{"jobs", "finished", "tasks", "apps", "device", "alarms"};

constexpr std::string_view nameOf(Topic topic) { return topicNames[static_cast<std::size_t>(topic)]; }

constexpr std::optional<Topic> topicNamed(std::string_view name) {
    const auto found = std::ranges::find(topicNames, name);
    if (found == topicNames.end()) return std::nullopt;
    return static_cast<Topic>(found - topicNames.begin());
}

class Topics {
public:
    constexpr Topics() = default;
    constexpr Topics(Topic topic) : bits_(static_cast<std::uint8_t>(1U << static_cast<unsigned>(topic))) {}
    static constexpr Topics all() {
        Topics topics;
        topics.bits_ = (1U << topicNames.size()) - 1;
        return topics;
    }

    constexpr bool has(Topic topic) const { return (bits_ & Topics(topic).bits_) != 0; }
    constexpr bool none() const { return bits_ == 0; }
    constexpr Topics& operator|=(Topics more) {
        bits_ |= more.bits_;
        return *this;
    }
    friend constexpr Topics operator|(Topics a, Topics b) { return a |= b; }
    friend constexpr Topics operator&(Topics a, Topics b) {
        a.bits_ &= b.bits_;
        return a;
    }
    bool operator==(const Topics&) const = default;

private:
    std::uint8_t bits_ = 0;
};

constexpr Topics operator|(Topic a, Topic b) { return Topics(a) | Topics(b); }

inline std::vector<std::string> namesOf(Topics topics) {
    std::vector<std::string> names;
    for (const std::string_view name : topicNames)
        if (topics.has(*topicNamed(name))) names.emplace_back(name);
    return names;
}

/// Unknown names are ignored.
inline Topics topicsNamed(const std::vector<std::string>& names) {
    Topics topics;
    for (const std::string& name : names)
        if (const auto topic = topicNamed(name)) topics |= *topic;
    return topics;
}

} // namespace stint
