#include "push/keys/authority.hpp"

#include <array>
#include <optional>
#include <string_view>

#include <fmt/core.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "base/unix/folder.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/fleet.hpp"
#include "push/envelope/names.hpp"
#include "push/envelope/questions.hpp"
#include "push/keys/nkey.hpp"
#include "push/keys/private_file.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;
using Role = Nkey::Role;

constexpr Bytes longestFile = 4 << 10;

/// A key of the file. Those of the first Stint that made one are the first three.
struct KeyRow {
    const char* name;
    Role role;
};
constexpr std::array keyRows{KeyRow{"server", Role::Account}, KeyRow{"devices", Role::Account},
                             KeyRow{"signing", Role::Account}, KeyRow{"operator", Role::Operator},
                             KeyRow{"system", Role::Account}};
constexpr std::size_t firstRows = 3;

constexpr int mostSubscriptions = 2'000; ///< of a device: two subjects, or those of each registration and urgency

const Json nothing = Json::object();

Json limitsOf(bool hasJetStream) {
    Json limits{{"subs", -1},    {"data", -1},        {"payload", -1}, {"imports", -1},
                {"exports", -1}, {"wildcards", true}, {"conn", -1},    {"leaf", -1}};
    if (hasJetStream)
        for (const char* const name : {"mem_storage", "disk_storage", "streams", "consumer"})
            limits[name] = -1;
    return limits;
}

/// A subject that the server's account gives to the devices' (§2.1): none of them is JetStream's.
struct Given {
    const char* name;
    std::string subject;
    const char* type;
};
const std::array given{
    Given{"box", subjectsOf(Service::Box), "service"}, Given{"reg", subjectsOf(Service::Registrations), "service"},
    Given{"fleet", fleetSubjects(), "service"}, Given{"live", fmt::format("{}>", livePrefix), "stream"}};

Json exports() {
    Json list = Json::array();
    for (const Given& one : given) {
        Json row{{"name", one.name}, {"subject", one.subject}, {"type", one.type}};
        if (row["type"] == "service") row["response_type"] = "Singleton";
        list.push_back(std::move(row));
    }
    return list;
}

/// The brokers' word for their own replicas (push.md §5, doctor): the system's account gives it to the server's alone.
constexpr std::string_view replicasName = "replicas", replicasSubject = "$SYS.REQ.SERVER.PING.JSZ";
Json exportedReplicas() {
    return {{{"name", replicasName}, {"subject", replicasSubject}, {"type", "service"}, {"response_type", "Stream"}}};
}
Json importedReplicas(const std::string& from) {
    return {{{"name", replicasName}, {"subject", replicasSubject}, {"account", from}, {"type", "service"}}};
}

Json imports(const std::string& from) {
    Json list = Json::array();
    for (const Given& one : given)
        list.push_back({{"name", one.name}, {"subject", one.subject}, {"account", from}, {"type", one.type}});
    return list;
}

Json account(bool hasJetStream) {
    return {{"type", "account"},
            {"version", 2},
            {"limits", limitsOf(hasJetStream)},
            {"default_permissions", {{"pub", nothing}, {"sub", nothing}}}};
}

/// Tokens issued until then are refused, whatever the clock was when it was: a key that was given up is none again.
constexpr std::int64_t endOfTime = 253'402'300'799; // s: the end of the year 9999
Json revocations(const std::vector<Revoked>& revoked) {
    Json all = nothing;
    for (const Revoked& one : revoked)
        if (!one.key.empty()) all[one.key] = endOfTime;
    return all;
}

/// {{name()}} is the name in a device's own JWT.
Json scopeOf(const std::string& signer) {
    const std::string device = "{{name()}}";
    const Json rights{{"pub",
                       {{"allow",
                         {subjectOf(Service::Box, "*", device), subjectOf(Service::Registrations, "*", device),
                          fleetSubjectsOf(device)}}}},
                      {"sub", {{"allow", {liveSubjects("*", device), fmt::format("_INBOX.{}.>", device)}}}},
                      {"subs", mostSubscriptions},
                      {"data", -1},
                      {"payload", limits::question}};
    return {{"kind", "user_scope"}, {"key", signer}, {"role", "device"}, {"template", rights}};
}

/// The keys of such a text, in their order: all of them, or those of its first maker.
Result<std::vector<Nkey>> keysIn(std::string_view text) {
    const Json seeds = Json::parse(text, nullptr, false);
    std::vector<Nkey> keys;
    for (const KeyRow& row : keyRows) {
        const auto seed = textMember(seeds, row.name);
        if (!seed && keys.size() >= firstRows) break;
        auto key = seed ? Nkey::fromSeed(row.role, *seed) : std::nullopt;
        if (!key) return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is no seed of such an nkey", row.name);
        keys.push_back(*std::move(key));
    }
    return keys;
}

} // namespace

Result<Authority> Authority::open(const std::filesystem::path& file) {
    const Folder folder = STINT_TRY(Folder::open(file.parent_path()));
    const std::string name = file.filename();
    std::vector<Nkey> keys;
    if (folder.standing(name) != Folder::Standing::Absent) {
        const Fd opened = STINT_TRY(privateFile(file));
        const auto text = readAtMost(opened.get(), longestFile);
        if (!text) return diskRefused("read", file);
        auto read = keysIn(*text);
        if (!read.ok()) return fail(Errc::STORAGE, "{}: {}", file.string(), read.error().message);
        keys = std::move(read).value();
    }
    const bool isWhole = keys.size() == keyRows.size();
    while (keys.size() < keyRows.size())
        keys.push_back(Nkey::make(keyRows.at(keys.size()).role));
    Authority authority(std::move(keys));
    if (!isWhole) STINT_TRY(writePrivateFile(folder, name, authority.text()));
    return authority;
}

std::string Authority::text() const {
    Json seeds = Json::object();
    for (std::size_t n = 0; n < keyRows.size(); ++n)
        seeds[keyRows.at(n).name] = keys_[n].seed();
    return seeds.dump(2) + "\n";
}

Result<Authority> Authority::parse(std::string_view text) {
    auto keys = STINT_TRY(keysIn(text));
    if (keys.size() != keyRows.size()) return fail(Errc::ILLEGAL_ARGUMENT, "it lacks keys");
    return Authority(std::move(keys));
}

// A signature of Ed25519 is the same each time, and nobody else can make it; of nothing else is this text signed.
std::string Authority::clusterSecret() const {
    const std::string signature = itsOperator().sign("stint push cluster");
    std::string secret(32, '\0');
    crypto_generichash(bytesOf(secret), secret.size(), bytesOf(signature), signature.size(), nullptr, 0);
    return secret;
}

std::string Authority::configuration(WallTime made, const std::vector<Revoked>& revoked, WallTime now) const {
    Json its = account(true), devices = account(false), systems = account(false);
    its["exports"] = exports();
    its["imports"] = importedReplicas(system().name());
    systems["exports"] = exportedReplicas();
    devices["imports"] = imports(server().name());
    devices["signing_keys"] = {scopeOf(signing().name())};
    if (const Json all = revocations(revoked); !all.empty()) devices["revocations"] = all;
    const Json itself{{"type", "operator"}, {"version", 2}, {"system_account", system().name()}};
    const auto signedBy = [&](const Nkey& subject, const char* name, WallTime when, const Json& claims) {
        return signedJwt(itsOperator(), subject.name(), name, when, claims);
    };
    return fmt::format("operator: {}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{\n"
                       "  {}: {}\n  {}: {}\n  {}: {}\n}}\n",
                       signedBy(itsOperator(), "stint", made, itself), system().name(), system().name(),
                       signedBy(system(), "SYSTEM", now, systems), server().name(),
                       signedBy(server(), "STINT", now, its), this->devices(),
                       signedBy(keys_[1], "DEVICES", now, devices));
}

std::string Authority::serverCredentials(WallTime now) const {
    const Nkey user = Nkey::make(Role::User);
    const Json claims{{"type", "user"}, {"version", 2}, {"pub", nothing}, {"sub", nothing},
                      {"subs", -1},     {"data", -1},   {"payload", -1}};
    return credentialsOf(signedJwt(server(), user.name(), "stint-endpoint", now, claims), user);
}

std::string Authority::deviceJwt(std::string_view device, std::string_view user, WallTime now) const {
    return signedJwt(signing(), user, device, now, {{"type", "user"}, {"version", 2}, {"issuer_account", devices()}});
}

namespace {

constexpr const char* revokedName = "revoked";
constexpr std::string_view unknownKey = "-";
constexpr Bytes longestRevoked = 4 << 20;

/// "DEVICE KEY MILLISECONDS"
std::optional<Revoked> revokedIn(std::string_view line) {
    const auto parts = splitAt(line, " ");
    if (parts.size() != 3 || !isDevice(parts[0])) return std::nullopt;
    const bool isKnown = parts[1] != unknownKey;
    const auto since = numberIn<std::int64_t>(parts[2]);
    if (!since || (isKnown && !isNkey(Nkey::Role::User, parts[1]))) return std::nullopt;
    return Revoked{std::string(parts[0]), isKnown ? std::string(parts[1]) : std::string(), WallTime(Duration(*since))};
}

} // namespace

Result<std::vector<Revoked>> readRevoked(const std::filesystem::path& data) {
    const Folder folder = STINT_TRY(Folder::open(data));
    if (folder.standing(revokedName) == Folder::Standing::Absent) return std::vector<Revoked>();
    const Fd opened = STINT_TRY(privateFile(data / revokedName));
    const auto text = readAtMost(opened.get(), longestRevoked);
    if (!text) return diskRefused("read", data / revokedName);
    std::vector<Revoked> all;
    for (const std::string_view line : splitAt(*text, "\n"))
        if (auto one = revokedIn(line)) all.push_back(*std::move(one));
    return all;
}

Result<void> writeRevoked(const std::filesystem::path& data, const std::vector<Revoked>& all) {
    std::string text;
    for (const Revoked& one : all)
        text += fmt::format("{} {} {}\n", one.device, one.key.empty() ? unknownKey : one.key,
                            one.since.time_since_epoch().count());
    const Folder folder = STINT_TRY(Folder::open(data));
    return writePrivateFile(folder, revokedName, text);
}

} // namespace stint::push
