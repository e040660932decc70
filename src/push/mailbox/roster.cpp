#include "push/mailbox/roster.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "push/keys/server_keys.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;

std::string keyOfMember(std::string_view device) { return fmt::format("device.{}", device); }

std::string plainOfMember(const Member& member) {
    Json value{{"device", member.device},
               {"key", member.key},
               {"code", member.code},
               {"joined", member.joined.time_since_epoch().count()}};
    if (member.revoked) value["revoked"] = member.revoked->time_since_epoch().count();
    return value.dump();
}

/// It was sealed by a server of ours, so its members are there.
std::optional<Member> memberIn(const std::string& plain) try {
    const Json value = Json::parse(plain);
    const auto timeAt = [&](const char* name) { return WallTime(Duration(value.at(name).get<std::int64_t>())); };
    Member member{
        .device = value.at("device"), .key = value.at("key"), .code = value.at("code"), .joined = timeAt("joined")};
    if (value.contains("revoked")) member.revoked = timeAt("revoked");
    return member;
} catch (const Json::exception&) {
    return std::nullopt;
}

} // namespace

Roster::Roster(const Broker& broker, ServerKeys keys, std::function<void()> heard)
    : broker_(broker), reader_(broker, registryBucket, keyOfMember("*")), keys_(keys), heard_(std::move(heard)) {}

Result<void> Roster::follow() {
    return reader_.follow([this](const Stored& value) {
        if (take(value)) heard_();
    });
}

Result<void> Roster::open() {
    STINT_TRY(reader_.readOn([this](const Stored& value) { take(value); }));
    const std::lock_guard lock(mutex_);
    isRead_ = true;
    return {};
}

Result<void> Roster::readNew() {
    return reader_.readNew([this](const Stored& value) { take(value); });
}

// True: it is revoked, and was not before. A value that this server did not seal, or that was sealed for another name,
// was put there by somebody else.
bool Roster::take(const Stored& value) {
    const auto plain = unsealedText(value.body, keys_);
    auto member = plain ? memberIn(*plain) : std::nullopt;
    if (!member || subjectOfKey(registryBucket, keyOfMember(member->device)) != value.subject) return false;
    const std::lock_guard lock(mutex_);
    const auto [known, isNew] = all_.try_emplace(member->device, *member);
    if (isNew) {
        if (!member->code.empty()) ++byCode_[member->code];
        return member->revoked.has_value();
    }
    if (known->second.revoked || !member->revoked) return false;
    known->second = *std::move(member);
    return true;
}

Result<std::optional<Member>> Roster::find(const std::string& device) const {
    const std::lock_guard lock(mutex_);
    if (const auto found = all_.find(device); found != all_.end()) return std::optional(found->second);
    if (!isRead_) return fail(Errc::UNAVAILABLE, "the devices are not read yet");
    return std::optional<Member>();
}

bool Roster::isRevoked(const std::string& device) const {
    const std::lock_guard lock(mutex_);
    const auto found = all_.find(device);
    return found != all_.end() && found->second.revoked;
}

std::vector<Member> Roster::revoked() const {
    const std::lock_guard lock(mutex_);
    std::vector<Member> all;
    for (const auto& [device, member] : all_)
        if (member.revoked) all.push_back(member);
    return all;
}

Result<std::vector<Member>> Roster::after(const std::string& device, std::size_t most) const {
    STINT_TRY(find("")); // all are known
    const std::lock_guard lock(mutex_);
    std::vector<Member> some;
    for (auto each = all_.upper_bound(device); each != all_.end() && some.size() < most; ++each)
        some.push_back(each->second);
    return some;
}

Result<void> Roster::admit(const Member& member) {
    const std::lock_guard one(changing_);
    STINT_TRY(find("")); // all are known
    {
        const std::lock_guard lock(mutex_);
        const auto its = byCode_.find(member.code);
        if (its != byCode_.end() && its->second >= mostByCode)
            return fail(Errc::LIMIT_EXCEEDED, "{} devices have joined by this code: `stint push invite` makes another",
                        mostByCode);
        if (all_.size() >= mostMembers)
            return fail(Errc::UNAVAILABLE, "{} devices have joined, no more may", mostMembers);
    }
    return put(member);
}

Result<void> Roster::revoke(const std::string& device, const std::string& key, WallTime since) {
    const std::lock_guard one(changing_);
    const auto known = STINT_TRY(find(device));
    if (known && known->revoked) return {};
    Member member = known.value_or(Member{.device = device, .key = key, .code = {}, .joined = since});
    if (member.key.empty()) member.key = key;
    member.revoked = since;
    return put(member);
}

Result<void> Roster::put(const Member& member) {
    const std::string value = sealedText(plainOfMember(member), keys_);
    STINT_TRY(broker_.put(registryBucket, keyOfMember(member.device), value));
    take({.subject = subjectOfKey(registryBucket, keyOfMember(member.device)), .body = value});
    return {};
}

} // namespace stint::push
