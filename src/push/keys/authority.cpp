#include "push/keys/authority.hpp"

#include <array>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/unix/folder.hpp"
#include "push/keys/jwt.hpp"
#include "push/keys/private_file.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;
using Role = Nkey::Role;

constexpr Bytes longestFile = 4 << 10;
constexpr std::array<const char*, 3> names{"server", "devices", "signing"};

// A device asks 64 KiB at most, and listens to two subjects, or to those of each registration and urgency.
constexpr int longestQuestion = 64 << 10, mostSubscriptions = 2'000;

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
    const char* subject;
    const char* type;
};
constexpr std::array given{Given{"box", "stint.box.*.*", "service"}, Given{"reg", "stint.reg.*.*", "service"},
                           Given{"live", "stint.live.>", "stream"}};

Json exports() {
    Json list = Json::array();
    for (const Given& one : given) {
        Json row{{"name", one.name}, {"subject", one.subject}, {"type", one.type}};
        if (row["type"] == "service") row["response_type"] = "Singleton";
        list.push_back(std::move(row));
    }
    return list;
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
    const Json template_{{"pub", {{"allow", {"stint.box.*.{{name()}}", "stint.reg.*.{{name()}}"}}}},
                         {"sub", {{"allow", {"stint.live.*.{{name()}}.>", "_INBOX.{{name()}}.>"}}}},
                         {"subs", mostSubscriptions},
                         {"data", -1},
                         {"payload", longestQuestion}};
    return {{"kind", "user_scope"}, {"key", signer}, {"role", "device"}, {"template", template_}};
}

} // namespace

Result<Authority> Authority::open(const std::filesystem::path& file) {
    const Folder folder = STINT_TRY(Folder::open(file.parent_path()));
    const std::string name = file.filename();
    if (folder.standing(name) == Folder::Standing::Absent) {
        Authority made(Nkey::make(Role::Account), Nkey::make(Role::Account), Nkey::make(Role::Account));
        const Json seeds{
            {names[0], made.server_.seed()}, {names[1], made.devices_.seed()}, {names[2], made.signing_.seed()}};
        STINT_TRY(writePrivateFile(folder, name, seeds.dump(2) + "\n"));
        return made;
    }
    const Fd opened = STINT_TRY(privateFile(file));
    const auto text = readAtMost(opened.get(), longestFile);
    if (!text) return diskRefused("read", file);
    const Json seeds = Json::parse(*text, nullptr, false);
    std::vector<Nkey> keys;
    for (const char* const one : names) {
        const bool isThere = seeds.is_object() && seeds.contains(one) && seeds[one].is_string();
        auto key = isThere ? Nkey::fromSeed(Role::Account, seeds[one].get<std::string>()) : std::nullopt;
        if (!key) return fail(Errc::STORAGE, "{}: \"{}\" is no seed of an account's nkey", file.string(), one);
        keys.push_back(*std::move(key));
    }
    return Authority(std::move(keys[0]), std::move(keys[1]), std::move(keys[2]));
}

std::string Authority::configuration(const Realm& realm, const std::vector<Revoked>& revoked, WallTime now) const {
    const auto& [itsOperator, system, made] = realm;
    Json server = account(true), devices = account(false);
    server["exports"] = exports();
    devices["imports"] = imports(server_.name());
    devices["signing_keys"] = {scopeOf(signing_.name())};
    if (const Json all = revocations(revoked); !all.empty()) devices["revocations"] = all;
    const Json itself{{"type", "operator"}, {"version", 2}, {"system_account", system.name()}};
    return fmt::format("operator: {}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{\n"
                       "  {}: {}\n  {}: {}\n  {}: {}\n}}\n",
                       signedJwt(itsOperator, itsOperator.name(), "stint", made, itself), system.name(), system.name(),
                       signedJwt(itsOperator, system.name(), "SYSTEM", now, account(false)), server_.name(),
                       signedJwt(itsOperator, server_.name(), "STINT", now, server), devices_.name(),
                       signedJwt(itsOperator, devices_.name(), "DEVICES", now, devices));
}

std::string Authority::serverCredentials(WallTime now) const {
    const Nkey user = Nkey::make(Role::User);
    const Json claims{{"type", "user"}, {"version", 2}, {"pub", nothing}, {"sub", nothing},
                      {"subs", -1},     {"data", -1},   {"payload", -1}};
    return credentialsOf(signedJwt(server_, user.name(), "stint-endpoint", now, claims), user);
}

std::string Authority::deviceJwt(std::string_view device, std::string_view user, WallTime now) const {
    return signedJwt(signing_, user, device, now,
                     {{"type", "user"}, {"version", 2}, {"issuer_account", devices_.name()}});
}

} // namespace stint::push
