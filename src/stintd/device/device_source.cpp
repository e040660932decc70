#include "stintd/device/device_source.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/result/fail.hpp"
#include "base/result/find_in.hpp"
#include "base/result/try.hpp"
#include "base/time/clock.hpp"
#include "stintd/device/device_keys.hpp"
#include "stintd/device/free_space.hpp"

namespace stint {
namespace {

constexpr std::size_t mostMarks = 256; ///< networks that a person has marked
constexpr std::string_view byPerson = "set";
constexpr std::string_view byDefault = "embedded default";

// Microseconds. A burst of signals lasts some tens of milliseconds (measured of NetworkManager).
constexpr std::uint64_t quietFor = 100'000, longestBurst = 1'000'000;

DeviceWords words(const std::map<std::string, std::string>& pairs) { return {pairs.begin(), pairs.end()}; }

// A word on one of these three settles the other two as well.
bool isSaid(const DeviceWords& said, std::string_view key) {
    constexpr std::array<std::string_view, 3> power{"plugged", "charging", "power_source"};
    const auto speaks = [&](std::string_view word) { return said.contains(word); };
    const bool isPower = std::ranges::find(power, key) != power.end();
    return said.contains(key) || (isPower && std::ranges::any_of(power, speaks));
}

} // namespace

DeviceSource::DeviceSource(std::filesystem::path volume) : volume_(std::move(volume)), sensed_(defaultDevice()) {
    noteChanges();
}

DeviceSource::~DeviceSource() { sensors_.clear(); }

void DeviceSource::start(sd_event* loop, std::function<void(const std::string&)> news) {
    news_ = std::move(news);
    system_.emplace(loop, services::Which::System);
    session_.emplace(loop, services::Which::Session);
    sd_event_source* timer = nullptr;
    sd_event_add_time(loop, &timer, CLOCK_MONOTONIC, 0, 0, settled, this);
    settle_.reset(timer);
    sd_event_source_set_enabled(timer, SD_EVENT_OFF);
    sensors_ = stint::sensors({loop, *system_, *session_, marks_, rules_, [this] { settleSoon(); }});
    if (sensors_.empty()) return;
    system_->connect();
    session_->connect();
    const auto asking = [](const auto& sensor) { return sensor->isAsking(); };
    const std::uint64_t until = loopTime(loop) + longestBurst;
    for (std::uint64_t now = 0; std::ranges::any_of(sensors_, asking) && (now = loopTime(loop)) < until;)
        if (sd_event_run(loop, until - now) < 0) break;
    sense();
}

void DeviceSource::settleSoon() {
    const std::uint64_t now = loopTime(sd_event_source_get_event(settle_.get()));
    if (!settling_) settledBy_ = now + longestBurst;
    settling_ = true;
    sd_event_source_set_time(settle_.get(), std::min(now + quietFor, settledBy_));
    sd_event_source_set_enabled(settle_.get(), SD_EVENT_ONESHOT);
}

int DeviceSource::settled(sd_event_source*, std::uint64_t, void* self) {
    static_cast<DeviceSource*>(self)->sense(); // the daemon's turn that follows reads the device
    return 0;
}

void DeviceSource::sense() {
    settling_ = false;
    sensed_ = defaultDevice();
    tellers_.clear();
    for (const auto& sensor : sensors_)
        for (const std::string_view key : sensor->tell(sensed_))
            tellers_[key] = sensor->name();
    noteChanges();
    tellNews();
}

void DeviceSource::tellNews() {
    for (const auto& sensor : sensors_) {
        const bool reads = !sensor->reads().empty();
        if (reads == reading_.contains(sensor.get())) continue;
        if (reads)
            reading_.insert(sensor.get());
        else
            reading_.erase(sensor.get());
        news_(fmt::format("device: {} {}", sensor->name(), reads ? "is read" : "is gone"));
    }
    if (std::string line = networkLine(); tellers_.contains("network") && line != networkTold_) {
        networkTold_ = std::move(line);
        if (news_) news_("device: network " + networkTold_);
    }
}

std::string DeviceSource::networkLine() const {
    if (!sensed_.network) return std::string(noNetwork);
    std::string line(someNetwork);
    for (const NetworkSeen& seen : networks())
        if (seen.inUse) line = fmt::format("\"{}\" on {} (its cost by {})", seen.name, seen.interface, seen.by);
    for (const DeviceField& field : deviceFields())
        if (field.key.starts_with(networkPrefix))
            line += fmt::format(" {}={}", field.key.substr(networkPrefix.size()), field.text(sensed_));
    return line;
}

Device DeviceSource::read() const {
    Device sensed = sensed_;
    readFreeSpace(volume_, sensed);
    sensed.networkMarks = marks_;
    return deviceBy(words(overrides_), std::move(sensed));
}

void DeviceSource::noteChanges() {
    const Device device = read();
    for (const DeviceField& field : deviceFields()) {
        std::string text = field.text(device);
        const auto known = since_.find(field.key);
        if (known == since_.end())
            since_.emplace(field.key, std::pair(std::move(text), wallNow()));
        else if (known->second.first != text)
            known->second = {std::move(text), wallNow()};
    }
}

std::vector<DeviceLine> DeviceSource::values() const {
    const Device device = read();
    const DeviceWords said = words(overrides_);
    std::vector<DeviceLine> values;
    for (const DeviceField& field : deviceFields()) {
        const std::string_view key = field.key;
        // `network` is listed where it is "none", its parts where there is one.
        if (key == "network" && device.network) continue;
        if (key.starts_with(networkPrefix) && !device.network) continue;
        if (key == "storage_low" && !device.storageForced) continue; // the core derives it from the free space below
        if (key == "power_source" && !said.contains(key)) continue;  // by default `plugged` and `charging` show it
        const std::string_view* const teller = findIn(tellers_, key);
        const std::string_view source = isSaid(said, key) ? byPerson : teller ? *teller : byDefault;
        const auto* const since = findIn(since_, key);
        values.push_back({{std::string(key), field.text(device), std::string(source)},
                          since ? std::optional(since->second) : std::nullopt});
    }
    const auto add = [&values](const DeviceValue& value) { values.push_back({value, std::nullopt}); };
    for (const auto& sensor : sensors_)
        std::ranges::for_each(sensor->more(device), add);
    std::ranges::for_each(freeSpaceOf(device), add);
    return values;
}

Result<DeviceWords> DeviceSource::saidAfter(const std::map<std::string, std::string>& changes) const {
    for (const auto& [key, text] : changes)
        STINT_TRY(checkWord(key, text));
    STINT_TRY(checkTogether(words(changes)));
    return merged(words(overrides_), words(changes));
}

Result<Device> DeviceSource::imagined(const std::map<std::string, std::string>& changes) const {
    const auto said = STINT_TRY(saidAfter(changes));
    return deviceBy(said, read());
}

Result<void> DeviceSource::set(const std::map<std::string, std::string>& changes) {
    const DeviceWords next = STINT_TRY(saidAfter(changes));
    overrides_ = {next.begin(), next.end()};
    noteChanges();
    return {};
}

Result<void> DeviceSource::reset(std::span<const std::string> keys) {
    for (const std::string& key : keys)
        STINT_TRY(checkKey(key));
    if (keys.empty()) overrides_.clear();
    for (const std::string& key : keys) {
        overrides_.erase(key);
        if (key != "network") continue;
        std::erase_if(overrides_, [](const auto& word) { return word.first.starts_with(networkPrefix); });
    }
    noteChanges();
    return {};
}

Result<void> DeviceSource::mark(const std::string& network, std::optional<bool> metered) {
    STINT_TRY(checkNetworkName(network));
    if (!metered)
        marks_.erase(network);
    else if (marks_.size() < mostMarks || marks_.contains(network))
        marks_.insert_or_assign(network, *metered);
    else
        return fail(Errc::ILLEGAL_ARGUMENT, "{} networks are marked, and no more may be; take one back: auto",
                    mostMarks);
    sense();
    return {};
}

void DeviceSource::follow(NetworkRules rules) {
    rules_ = std::move(rules);
    sense();
}

std::vector<NetworkSeen> DeviceSource::networks() const {
    std::vector<NetworkSeen> all;
    for (const auto& sensor : sensors_)
        std::ranges::move(sensor->networks(), std::back_inserter(all));
    const auto isThere = [&all](const std::string& name) {
        return std::ranges::any_of(all, [&name](const NetworkSeen& seen) {
            return seen.name == name || seen.ssid == name || seen.interface == name;
        });
    };
    for (const auto& [name, metered] : marks_)
        if (!isThere(name)) all.push_back({.name = name, .metered = metered, .by = markWord});
    for (const auto& [name, rule] : rules_)
        if (!isThere(name)) all.push_back({.name = name, .metered = rule.metered, .by = policyWord(rule)});
    return all;
}

void DeviceSource::holdDoze(std::optional<DozeForce> force) {
    if (force == deviceBy(words(overrides_), {}).dozeForce) return;
    overrides_.erase("doze");
    if (force) overrides_.emplace("doze", nameOf(*force));
    noteChanges();
}

void DeviceSource::delaySleep(bool on) {
    for (const auto& sensor : sensors_)
        sensor->delaySleep(on);
}

void DeviceSource::keepAwake(bool on) {
    for (const auto& sensor : sensors_)
        sensor->keepAwake(on);
}

void DeviceSource::restore(const std::map<std::string, std::string>& overrides, NetworkMarks marks) {
    marks_ = std::move(marks);
    sense();
    DeviceWords valid;
    for (const auto& [key, text] : overrides)
        if (checkWord(key, text)) valid[key] = text;
    // Words that were set together are kept together: merged() would let one drop another.
    if (!checkTogether(valid)) valid.clear();
    overrides_ = {valid.begin(), valid.end()};
}

} // namespace stint
