#include "stintd/device/device_source.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <sys/statvfs.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"

namespace stint {
namespace {

bool isPart(const DeviceWords::value_type& word) { return word.first.starts_with(networkPrefix); }

/// The embedded default: Ethernet, of unknown speed.
Network defaultNetwork() { return openNetwork(TRANSPORT_ETHERNET, 0, 0); }

} // namespace

Result<void> checkKey(std::string_view key) {
    if (deviceField(key)) return {};
    std::vector<std::string_view> keys;
    for (const DeviceField& field : deviceFields())
        keys.push_back(field.key);
    const auto guess = key == "power_saver" ? std::optional<std::string_view>("battery_saver")
                                            : nearest(key, keys); // as desktops call it
    return fail(Errc::ILLEGAL_ARGUMENT, "the device has no \"{}\"{}", key,
                guess ? fmt::format(" (did you mean \"{}\"?)", *guess) : "; `stint device` shows what it has");
}

Result<void> checkWord(std::string_view key, std::string_view text) {
    STINT_TRY(checkKey(key));
    const DeviceField& field = *deviceField(key);
    Device scratch;
    if (field.set(scratch, text, {})) return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "{} cannot be \"{}\"; it is {}", key, text,
                field.choices.empty() ? std::string(field.takes)
                                      : fmt::format("one of {}", fmt::join(field.choices, ", ")));
}

Result<void> checkTogether(const DeviceWords& words) {
    const auto part = std::ranges::find_if(words, isPart);
    if (words.contains("network") && part != words.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "network=none and {}={} contradict each other; leave one of them out",
                    part->first, part->second);
    // scenario.md, device: a charger that gives no power does not charge.
    const Device device = deviceBy(words, defaultDevice());
    if (device.charging.value_or(false) && !device.plugged)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "charging=true and plugged=false contradict each other; leave one of them out");
    return {};
}

DeviceWords merged(DeviceWords words, const DeviceWords& changes) {
    if (std::ranges::any_of(changes, isPart)) words.erase("network");
    if (changes.contains("network")) std::erase_if(words, isPart);

    // scenario.md, device: `charging` sets `plugged` as well, unless `plugged` stands beside it. `plugged` alone leaves
    // charging to the level and the time. `power_source` sets both.
    const bool plugged = changes.contains("plugged"), charging = changes.contains("charging");
    if ((charging && !plugged) || changes.contains("power_source")) words.erase("plugged");
    if ((plugged && !charging) || changes.contains("power_source")) words.erase("charging");

    for (const auto& [key, text] : changes)
        words[key] = text;
    return words;
}

Device defaultDevice() { return {.network = defaultNetwork()}; }

Device deviceBy(const DeviceWords& words, Device device) {
    device.overrides = {words.begin(), words.end()};
    applyWords(words, device.network.value_or(defaultNetwork()), device);
    return device;
}

namespace {

// A commit or a line of a log takes less than this: no job is asked anew for it.
constexpr Bytes grain = 16_MiB;

} // namespace

void readFreeSpace(const std::filesystem::path& volume, Device& device) {
    struct statvfs status {};
    if (::statvfs(volume.c_str(), &status) != 0) return;
    const auto block = static_cast<Bytes>(status.f_frsize);
    const Bytes free = static_cast<Bytes>(status.f_bavail) * block;
    device.storageFree = free - free % grain;
    device.storageTotal = static_cast<Bytes>(status.f_blocks) * block;
}

std::vector<DeviceValue> freeSpaceOf(const Device& device) {
    if (device.storageTotal <= 0) return {};
    return {{"storage.free", formatSize(device.storageFree), "statvfs"},
            {"storage.total", formatSize(device.storageTotal), "statvfs"}};
}

namespace {

constexpr std::size_t mostMarks = 256; ///< networks that a person has marked
constexpr std::string_view byPerson = "set";
constexpr std::string_view byDefault = "embedded default";

// Microseconds. A burst of signals lasts some tens of milliseconds (measured of NetworkManager).
constexpr std::uint64_t quietFor = 100'000, longestBurst = 1'000'000;

DeviceWords words(const std::map<std::string, std::string>& pairs) { return {pairs.begin(), pairs.end()}; }

// A word on one of these three settles the other two as well.
bool isForced(const DeviceWords& forced, std::string_view key) {
    constexpr std::array<std::string_view, 3> power{"plugged", "charging", "power_source"};
    const auto speaks = [&](std::string_view word) { return forced.contains(word); };
    const bool isPower = std::ranges::find(power, key) != power.end();
    return forced.contains(key) || (isPower && std::ranges::any_of(power, speaks));
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
    const DeviceWords forced = words(overrides_);
    std::vector<DeviceLine> values;
    for (const DeviceField& field : deviceFields()) {
        const std::string_view key = field.key;
        // `network` is listed where it is "none", its parts where there is one.
        if (key == "network" && device.network) continue;
        if (key.starts_with(networkPrefix) && !device.network) continue;
        if (key == "storage_low" && !device.storageForced) continue;  // the core derives it from the free space below
        if (key == "power_source" && !forced.contains(key)) continue; // by default `plugged` and `charging` show it
        const std::string_view* const teller = findIn(tellers_, key);
        const std::string_view source = isForced(forced, key) ? byPerson : teller ? *teller : byDefault;
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
    const auto forced = STINT_TRY(saidAfter(changes));
    return deviceBy(forced, read());
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
