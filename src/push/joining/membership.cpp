#include "push/joining/membership.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "base/text/number.hpp"
#include "base/unix/folder.hpp"
#include "push/envelope/names.hpp"
#include "push/joining/settings.hpp"
#include "push/keys/private_file.hpp"

namespace stint::push {
namespace {

using Json = nlohmann::ordered_json;

constexpr Bytes longestClusterFile = 16 << 10;
constexpr std::size_t mostOthers = 31;

std::string memberIn(const Json& object, const char* name) { return textMember(object, name).value_or(""); }

bool isSpecific(const std::string& address) {
    in_addr four{};
    in6_addr six{};
    if (::inet_pton(AF_INET, address.c_str(), &four) == 1) return four.s_addr != INADDR_ANY;
    return ::inet_pton(AF_INET6, address.c_str(), &six) == 1 && !IN6_IS_ADDR_UNSPECIFIED(&six);
}

} // namespace

std::optional<Route> routeIn(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string address(text.substr(0, colon));
    const auto port = numberIn<std::uint16_t>(text.substr(colon + 1));
    const bool isBracketed = address.size() > 2 && address.front() == '[' && address.back() == ']';
    if (isBracketed) address = address.substr(1, address.size() - 2);
    if (!port || *port == 0 || !isSpecific(address)) return std::nullopt;
    if (isBracketed != (address.find(':') != std::string::npos)) return std::nullopt;
    return Route{std::move(address), *port};
}

std::string Membership::newName() { return newDevice(); }

std::string Membership::text() const { return Json{{"name", name}, {"route", route}, {"broker", broker}}.dump(); }

Result<Membership> Membership::parse(std::string_view text) {
    const Json object = Json::parse(text, nullptr, false);
    Membership read{memberIn(object, "name"), memberIn(object, "route"), memberIn(object, "broker")};
    if (!isDevice(read.name) || !routeIn(read.route) || !isBroker(read.broker))
        return fail(Errc::ILLEGAL_ARGUMENT, "it is no server of a cluster");
    return read;
}

Result<std::optional<ClusterFile>> ClusterFile::read(const std::filesystem::path& directory) {
    const Folder folder = STINT_TRY(Folder::open(directory));
    if (folder.standing(fileName) == Folder::Standing::Absent) return std::optional<ClusterFile>();
    const auto file = directory / fileName;
    const Fd opened = STINT_TRY(privateFile(file));
    const auto text = readAtMost(opened.get(), longestClusterFile);
    if (!text) return diskRefused("read", file);
    const Json object = Json::parse(*text, nullptr, false);
    ClusterFile found{.name = memberIn(object, "name"), .route = memberIn(object, "route"), .others = {}};
    const auto others = object.is_object() ? object.find("others") : object.end();
    bool isRight = isDevice(found.name) && routeIn(found.route) && others != object.end() && others->is_array() &&
                   others->size() <= mostOthers;
    while (isRight && found.others.size() < others->size()) {
        const Json& each = others->at(found.others.size());
        isRight = each.is_string() && routeIn(each.get<std::string>());
        if (isRight) found.others.push_back(each.get<std::string>());
    }
    if (!isRight) return fail(Errc::STORAGE, "{}: it tells of no cluster", file.string());
    return std::optional(std::move(found));
}

Result<void> ClusterFile::write(const std::filesystem::path& directory) const {
    const Folder folder = STINT_TRY(Folder::open(directory));
    const Json object{{"name", name}, {"route", route}, {"others", others}};
    return writePrivateFile(folder, fileName, object.dump(2) + "\n");
}

} // namespace stint::push
