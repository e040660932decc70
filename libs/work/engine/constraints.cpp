#include "work/engine/constraints.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/result/values.hpp"
#include "stint/work/constraints.hpp"

namespace stint::work {

struct Constraints::Values {
    NetworkType network = NetworkType::NOT_REQUIRED;
    std::optional<NetworkRequest> request;
    bool charging = false;
    bool idle = false;
    bool batteryNotLow = false;
    bool storageNotLow = false;
    std::vector<ContentUriTrigger> triggers;
    std::optional<Duration> updateDelay;
    std::optional<Duration> maxDelay;

    bool operator==(const Values&) const = default;
};

NetworkType Constraints::getRequiredNetworkType() const { return valuesOf(values_).network; }
const std::optional<NetworkRequest>& Constraints::getRequiredNetworkRequest() const {
    return valuesOf(values_).request;
}
bool Constraints::requiresCharging() const { return valuesOf(values_).charging; }
bool Constraints::requiresDeviceIdle() const { return valuesOf(values_).idle; }
bool Constraints::requiresBatteryNotLow() const { return valuesOf(values_).batteryNotLow; }
bool Constraints::requiresStorageNotLow() const { return valuesOf(values_).storageNotLow; }
const std::vector<Constraints::ContentUriTrigger>& Constraints::getContentUriTriggers() const {
    return valuesOf(values_).triggers;
}
const std::optional<Duration>& Constraints::getContentTriggerUpdateDelay() const {
    return valuesOf(values_).updateDelay;
}
const std::optional<Duration>& Constraints::getContentTriggerMaxDelay() const { return valuesOf(values_).maxDelay; }

bool Constraints::operator==(const Constraints& other) const { return valuesOf(values_) == valuesOf(other.values_); }

using ConstraintsBuilder = Constraints::Builder;

ConstraintsBuilder& ConstraintsBuilder::setRequiredNetworkType(NetworkType type) {
    auto& values = ownValues(constraints_.values_);
    values.network = type;
    values.request.reset();
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setRequiredNetworkRequest(NetworkRequest request) {
    ownValues(constraints_.values_).request = std::move(request);
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setRequiresCharging(bool required) {
    ownValues(constraints_.values_).charging = required;
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setRequiresDeviceIdle(bool required) {
    ownValues(constraints_.values_).idle = required;
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setRequiresBatteryNotLow(bool required) {
    ownValues(constraints_.values_).batteryNotLow = required;
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setRequiresStorageNotLow(bool required) {
    ownValues(constraints_.values_).storageNotLow = required;
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::addContentUriTrigger(std::string path, bool triggerForDescendants) {
    const std::int32_t flags = triggerForDescendants ? ContentUriTrigger::FLAG_NOTIFY_FOR_DESCENDANTS : 0;
    ownValues(constraints_.values_).triggers.push_back({std::move(path), flags});
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setTriggerContentUpdateDelay(Duration delay) {
    ownValues(constraints_.values_).updateDelay = std::max(delay, JobInfo::MIN_TRIGGER_UPDATE_DELAY);
    return *this;
}

ConstraintsBuilder& ConstraintsBuilder::setTriggerContentMaxDelay(Duration delay) {
    ownValues(constraints_.values_).maxDelay = std::max(delay, JobInfo::MIN_TRIGGER_MAX_DELAY);
    return *this;
}

namespace {

using Json = nlohmann::json;

// Paths and tags need not be UTF-8: each byte becomes a character of its own, and comes back unchanged.
std::string widened(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            text += c;
        } else {
            text += static_cast<char>(0xc0 | (byte >> 6));
            text += static_cast<char>(0x80 | (byte & 0x3f));
        }
    }
    return text;
}

std::string narrowed(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte >= 0xc0 && i + 1 < text.size()) {
            bytes += static_cast<char>((byte << 6) | (static_cast<unsigned char>(text[++i]) & 0x3f));
        } else {
            bytes += text[i];
        }
    }
    return bytes;
}

Json networkJson(const NetworkRequest& network) {
    Json json{{"capabilities", Json::array()}, {"transports", Json::array()}};
    for (const auto one : network.getCapabilities())
        json["capabilities"].push_back(static_cast<int>(one));
    for (const auto one : network.getTransportTypes())
        json["transports"].push_back(static_cast<int>(one));
    if (const auto& name = network.getNetworkSpecifier()) json["specifier"] = widened(*name);
    return json;
}

NetworkRequest networkIn(const Json& json) {
    NetworkRequest::Builder network;
    network.clearCapabilities();
    for (const int one : json.at("capabilities"))
        network.addCapability(static_cast<NetworkCapability>(one));
    for (const int one : json.at("transports"))
        network.addTransportType(static_cast<NetworkTransport>(one));
    if (json.contains("specifier")) network.setNetworkSpecifier(narrowed(json["specifier"]));
    return network.build();
}

} // namespace

std::string jsonOf(const Constraints& constraints) {
    Json json = Json::object();
    if (constraints.getRequiredNetworkType() != NetworkType::NOT_REQUIRED)
        json["networkType"] = static_cast<int>(constraints.getRequiredNetworkType());
    if (constraints.getRequiredNetworkRequest())
        json["network"] = networkJson(*constraints.getRequiredNetworkRequest());
    for (const ConstraintFlag& flag : constraintFlags)
        if ((constraints.*flag.get)()) json[std::string(flag.key)] = true;
    for (const auto& trigger : constraints.getContentUriTriggers())
        json["triggers"].push_back({{"path", widened(trigger.uri)}, {"flags", trigger.flags}});
    if (const auto& delay = constraints.getContentTriggerUpdateDelay()) json["updateDelay"] = delay->count();
    if (const auto& delay = constraints.getContentTriggerMaxDelay()) json["maxDelay"] = delay->count();
    return json.dump();
}

Result<Constraints> constraintsIn(std::string_view text) {
    try {
        const Json json = Json::parse(text);
        Constraints::Builder read;
        read.setRequiredNetworkType(static_cast<NetworkType>(json.value("networkType", 0)));
        if (json.contains("network")) read.setRequiredNetworkRequest(networkIn(json["network"]));
        for (const ConstraintFlag& flag : constraintFlags)
            (read.*flag.set)(json.value(std::string(flag.key), false));
        for (const Json& trigger : json.value("triggers", Json::array()))
            read.addContentUriTrigger(narrowed(trigger.at("path")), trigger.at("flags") != 0);
        if (json.contains("updateDelay"))
            read.setTriggerContentUpdateDelay(Duration(json["updateDelay"].get<int64_t>()));
        if (json.contains("maxDelay")) read.setTriggerContentMaxDelay(Duration(json["maxDelay"].get<int64_t>()));
        return read.build();
    } catch (const Json::exception& wrong) {
        return fail(Errc::STORAGE, "constraints that cannot be read: {}", wrong.what());
    }
}

std::string jsonOf(const std::set<std::string>& tags) {
    Json json = Json::array();
    for (const auto& tag : tags)
        json.push_back(widened(tag));
    return json.dump();
}

Result<std::set<std::string>> tagsIn(std::string_view text) {
    try {
        std::set<std::string> tags;
        for (const std::string tag : Json::parse(text))
            tags.insert(narrowed(tag));
        return tags;
    } catch (const Json::exception& wrong) {
        return fail(Errc::STORAGE, "tags that cannot be read: {}", wrong.what());
    }
}

} // namespace stint::work
