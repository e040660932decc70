#include "push/mailbox/registrations.hpp"

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "push/envelope/bytes.hpp"
#include "push/keys/server_keys.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;

std::string plainOf(const Registered& registered) {
    Json value{{"name", registered.name},
               {"shard", registered.shard},
               {"device", registered.device},
               {"vapid", registered.vapid},
               {"encrypted", registered.encrypted},
               {"key", in64(charactersOf(registered.lineKey))},
               {"made", registered.made.time_since_epoch().count()},
               {"revision", registered.revision}};
    if (registered.misused) value["misused"] = true;
    if (registered.gone) value["gone"] = registered.gone->time_since_epoch().count();
    return value.dump();
}

/// It was sealed by a server of ours, so its members are there.
std::optional<Registered> registeredIn(const std::string& plain) try {
    const Json value = Json::parse(plain);
    Registered registered{.name = value.at("name"),
                          .shard = value.at("shard"),
                          .device = value.at("device"),
                          .vapid = value.at("vapid"),
                          .encrypted = value.at("encrypted"),
                          .made = WallTime(Duration(value.at("made").get<std::int64_t>())),
                          .revision = value.at("revision")};
    registered.misused = value.value("misused", false);
    if (value.contains("gone")) registered.gone = WallTime(Duration(value.at("gone").get<std::int64_t>()));
    const auto key = from64(value.at("key").get<std::string>());
    if (!key || key->size() != registered.lineKey.size()) return std::nullopt;
    std::ranges::copy(*key, registered.lineKey.begin());
    return registered;
} catch (const Json::exception&) {
    return std::nullopt;
}

} // namespace

Registrations::Registrations(const Broker& broker, ServerKeys keys, const Roster& roster)
    : broker_(broker), reader_(broker, registryBucket, "*"), keys_(keys), roster_(roster) {}

Result<void> Registrations::follow() {
    return reader_.follow([this](const Stored& value) { take(value); });
}

Result<void> Registrations::open(int replicas) {
    STINT_TRY(broker_.openBucket(registryBucket, replicas));
    STINT_TRY(reader_.readOn([this](const Stored& value) { take(value); }));
    const std::lock_guard lock(mutex_);
    isRead_ = true;
    return {};
}

// In a cluster the leader answers, which most of its servers follow; who is cut off gets no answer.
Result<void> Registrations::readNew() {
    const auto read = reader_.readNew([this](const Stored& value) { take(value); });
    const std::lock_guard lock(mutex_);
    isRead_ = read.ok();
    return read;
}

// A value that this server did not seal, or that was sealed for another name, was put there by somebody else.
void Registrations::take(const Stored& value) {
    const auto plain = unsealedText(value.body, keys_);
    auto registered = plain ? registeredIn(*plain) : std::nullopt;
    if (!registered || subjectOfKey(registryBucket, registered->name) != value.subject) return;
    const std::lock_guard lock(mutex_);
    const auto [known, isNew] = all_.try_emplace(registered->name, *registered);
    if (!isNew && known->second.revision > registered->revision) return;
    known->second = std::move(*registered);
    auto& its = byDevice_[known->second.device];
    if (known->second.gone)
        its.erase(known->first);
    else
        its.insert(known->first);
    if (its.empty()) byDevice_.erase(known->second.device);
}

Result<std::optional<Registered>> Registrations::find(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    if (const auto found = all_.find(name); found != all_.end()) return std::optional(found->second);
    if (!isRead_) return fail(Errc::UNAVAILABLE, "the registrations are not read yet");
    return std::optional<Registered>();
}

std::vector<Registered> Registrations::of(const std::string& device) const {
    const std::lock_guard lock(mutex_);
    std::vector<Registered> its;
    if (const auto found = byDevice_.find(device); found != byDevice_.end())
        for (const std::string& name : found->second)
            its.push_back(all_.at(name));
    return its;
}

std::optional<Registered> Registrations::goneOf(const std::string& device, const std::string& prefix) const {
    const std::lock_guard lock(mutex_);
    const auto found = all_.lower_bound(prefix);
    const bool isIt = prefix.size() == prefixLength && found != all_.end() && found->first.starts_with(prefix);
    if (!isIt || found->second.device != device || !found->second.gone) return std::nullopt;
    return found->second;
}

std::size_t Registrations::count() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count_if(all_, [](const auto& entry) { return !entry.second.gone; }));
}

Result<void> Registrations::change(const Asker& asker, const RegistrationQuestion& question, WallTime now) {
    const std::lock_guard one(changing_);
    // Its connection may still be there: who ends its registrations waits for this lock (§3.1).
    if (roster_.isRevoked(asker.device)) return fail(Errc::SECURITY, "the device is revoked");
    auto known = STINT_TRY(find(question.registration));
    if (!known) { // another server may have made it just now
        STINT_TRY(readNew());
        known = STINT_TRY(find(question.registration));
    }
    if (known && known->device != asker.device)
        return fail(Errc::ILLEGAL_ARGUMENT, "the registration is another device's");
    if (!question.isWanted) {
        if (!known || known->gone) return {};
        Registered without = *known;
        without.gone = now;
        return put(without);
    }
    if (known && known->gone) return fail(Errc::ILLEGAL_ARGUMENT, "the registration is gone: make another token");
    const auto key = opened(question.sealedKey, keys_);
    if (!key) return fail(Errc::ILLEGAL_ARGUMENT, "the line key is not sealed for this server");
    if (!known && of(asker.device).size() >= limits::registrations)
        return fail(Errc::ILLEGAL_ARGUMENT, "the device has {} registrations, no more", limits::registrations);
    return put({.name = question.registration,
                .shard = asker.shard,
                .device = asker.device,
                .vapid = question.vapid,
                .encrypted = question.encrypted,
                .lineKey = *key,
                .made = known ? known->made : now,
                .misused = known && known->misused,
                .revision = known ? known->revision : 0});
}

Result<void> Registrations::noteMisused(const std::string& name) {
    const std::lock_guard one(changing_);
    auto known = STINT_TRY(find(name));
    if (!known || known->gone || known->misused) return {};
    known->misused = true;
    return put(*known);
}

Result<void> Registrations::leave(const std::string& device, WallTime now) {
    const std::lock_guard one(changing_);
    STINT_TRY(find("")); // all are known
    for (Registered each : of(device)) {
        each.gone = now;
        STINT_TRY(put(each));
    }
    return {};
}

Result<void> Registrations::put(const Registered& registered) {
    Registered next = registered;
    ++next.revision;
    const std::string value = sealedText(plainOf(next), keys_);
    STINT_TRY(broker_.put(registryBucket, next.name, value));
    take({.subject = subjectOfKey(registryBucket, next.name), .body = value});
    return {};
}

} // namespace stint::push
