#include "faces/fleetctl/door.hpp"

#include <array>
#include <thread>
#include <utility>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "faces/pushctl/server/post.hpp"
#include "faces/pushctl/server/serving.hpp"
#include "faces/screen/exit_code.hpp"
#include "fleet/enrolment/files.hpp"
#include "fleet/enrolment/fleet_keys.hpp"

namespace stint::fleetctl {

using cli::Json;
namespace ends = cli::ends;

namespace {

constexpr const char* doorFile = "door";
constexpr int mostGets = 3;                           ///< PROPOSAL
constexpr auto betweenGets = std::chrono::seconds(1); ///< PROPOSAL
constexpr Bytes longestDoor = 512;
constexpr std::size_t longestPage = std::size_t{64} << 20; ///< a thousand rows, each with 4 KiB of words
constexpr std::string_view here = "http://127.0.0.1:";
constexpr std::int64_t latestTime = 253'402'300'799'999; ///< the end of the year 9999

/// RFC 3986 §2.3: all but the unreserved characters as %XX.
std::string encoded(std::string_view text) {
    std::string made;
    for (const char c : text) {
        const bool isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                             std::string_view("-._~").find(c) != std::string_view::npos;
        made += isPlain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return made;
}

/// How a status is told where it is no success.
struct StatusRow {
    long status;
    Errc code;
};
constexpr std::array statusRows{StatusRow{400, Errc::ILLEGAL_ARGUMENT}, StatusRow{401, Errc::SECURITY},
                                StatusRow{403, Errc::SECURITY},         StatusRow{404, Errc::REFUSED},
                                StatusRow{409, Errc::ILLEGAL_STATE},    StatusRow{503, Errc::BUSY}};

Error nobody(const std::filesystem::path& data) {
    return fail(Errc::UNAVAILABLE, "no server of a fleet runs in {}: `stint fleet serve` is one", data.string());
}

} // namespace

Result<std::filesystem::path> fleetDirectory(const cli::Arguments& given) {
    return pushctl::directoryOf(given, "data", fleet::FleetKeys::directory());
}

namespace {

/// Where the server is, and the token that it wants: another one whenever it has begun anew.
struct Way {
    std::string address, token;
};
Result<Way> wayIn(const std::filesystem::path& data) {
    const auto folder = STINT_TRY(fleet::privateFolder(data));
    if (!folder) return nobody(data);
    const auto text = STINT_TRY(fleet::readOwn(*folder, doorFile, longestDoor, fleet::Secrecy::Secret));
    if (!text) return nobody(data);
    const std::string line = text->substr(0, text->find('\n'));
    const auto blank = line.find(' ');
    const bool isDoor =
        line.starts_with(here) && blank != std::string::npos && blank + 1 < line.size() && printable(line) == line;
    if (!isDoor) return fail(Errc::STORAGE, "{} is damaged", (data / doorFile).string());
    return Way{line.substr(0, blank), line.substr(blank + 1)};
}

} // namespace

Result<Door> Door::find(const std::filesystem::path& data) {
    STINT_TRY(wayIn(data));
    return Door(data);
}

Result<Door> Door::of(const cli::Arguments& given) {
    const auto data = STINT_TRY(fleetDirectory(given));
    return find(data);
}

struct Door::Asked {
    std::string_view path;
    std::string query;
    const Json* body = nullptr; ///< nullptr: it is looked at
};

Result<Json> Door::answerTo(const Asked& asked) const {
    const Way way = STINT_TRY(wayIn(data_));
    pushctl::Request request{.url = fmt::format("{}{}{}", way.address, asked.path, asked.query),
                             .headers = {fmt::format("Authorization: Bearer {}", way.token)},
                             .body = {},
                             .longestAnswer = longestPage};
    if (asked.body) {
        request.headers.emplace_back("Content-Type: application/json");
        request.body = asked.body->dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    const auto answer = asked.body ? pushctl::post(request) : pushctl::get(request);
    const bool mayBeTaken = asked.body && !answer.ok() && answer.error().code != Errc::UNAVAILABLE;
    if (!answer.ok())
        return fail(mayBeTaken ? Errc::BUSY : Errc::UNAVAILABLE,
                    "the fleet's server does not answer ({}): `stint fleet serve` is one", answer.error().message);
    for (const StatusRow& row : statusRows)
        if (row.status == answer->status) return fail(row.code, "{}", pushctl::saidBy(*answer));
    Json said = Json::parse(answer->text, nullptr, false);
    if ((answer->status != 200 && answer->status != 201) || !said.is_object()) return noAnswer();
    return said;
}

Result<Json> Door::get(std::string_view path, const Query& query) const {
    for (int tries = 1;; ++tries) {
        auto said = getOnce(path, query);
        if (said.ok() || !isForAMoment(said.error()) || tries == mostGets) return said;
        std::this_thread::sleep_for(betweenGets);
    }
}

bool isForAMoment(const Error& error) { return error.code == Errc::BUSY || error.code == Errc::UNAVAILABLE; }

Result<Json> Door::getOnce(std::string_view path, const Query& query) const {
    std::string text;
    for (const auto& [name, value] : query)
        text += fmt::format("{}{}={}", text.empty() ? "?" : "&", name, encoded(value));
    return answerTo({path, text});
}

Result<Json> Door::post(std::string_view path, const Json& body) const { return answerTo({path, "", &body}); }

int failed(const cli::Screen& screen, std::string_view what, const Error& error) {
    const int code = error.code == Errc::REFUSED  ? ends::noInput
                     : error.code == Errc::SYSTEM ? ends::protocol
                                                  : cli::exitCodeOf(error.code);
    return screen.fail(code, fmt::format("{}: {}", what, error.message));
}

Error noAnswer() { return fail(Errc::SYSTEM, "what answers there is no server of a fleet that this program knows"); }

const Json& Members::member(const char* name) {
    static const Json none;
    const auto found = object_.is_object() ? object_.find(name) : object_.end();
    if (!object_.is_object() || found == object_.end()) {
        isWrong_ = true;
        return none;
    }
    return *found;
}

bool Members::isNull(const char* name) { return member(name).is_null(); }

std::string Members::text(const char* name) {
    const Json& value = member(name);
    isWrong_ = isWrong_ || !value.is_string();
    return value.is_string() ? value.get<std::string>() : std::string();
}

std::uint32_t Members::count(const char* name) {
    const Json& value = member(name);
    const bool isOne = value.is_number_unsigned() && std::in_range<std::uint32_t>(value.get<std::uint64_t>());
    isWrong_ = isWrong_ || !isOne;
    return isOne ? static_cast<std::uint32_t>(value.get<std::uint64_t>()) : 0;
}

std::int32_t Members::number(const char* name) {
    const Json& value = member(name);
    const bool isOne = value.is_number_integer() &&
                       (value.is_number_unsigned() ? std::in_range<std::int32_t>(value.get<std::uint64_t>())
                                                   : std::in_range<std::int32_t>(value.get<std::int64_t>()));
    isWrong_ = isWrong_ || !isOne;
    return isOne ? static_cast<std::int32_t>(value.get<std::int64_t>()) : 0;
}

bool Members::flag(const char* name) {
    const Json& value = member(name);
    isWrong_ = isWrong_ || !value.is_boolean();
    return value.is_boolean() && value.get<bool>();
}

WallTime Members::time(const char* name) {
    const Json& value = member(name);
    const bool isOne = value.is_number_unsigned() && value.get<std::uint64_t>() <= std::uint64_t{latestTime};
    isWrong_ = isWrong_ || !isOne;
    return WallTime(Duration(isOne ? value.get<std::int64_t>() : 0));
}

std::optional<std::string> Members::textOrNull(const char* name) {
    return isNull(name) ? std::nullopt : std::optional(text(name));
}

std::optional<std::uint32_t> Members::countOrNull(const char* name) {
    return isNull(name) ? std::nullopt : std::optional(count(name));
}

std::optional<std::uint64_t> Members::sizeOrNull(const char* name) {
    const Json& value = member(name);
    if (value.is_null()) return std::nullopt;
    isWrong_ = isWrong_ || !value.is_number_unsigned();
    return value.is_number_unsigned() ? std::optional(value.get<std::uint64_t>()) : std::nullopt;
}

std::optional<WallTime> Members::timeOrNull(const char* name) {
    return isNull(name) ? std::nullopt : std::optional(time(name));
}

const Json& Members::list(const char* name) {
    static const Json none = Json::array();
    const Json& value = member(name);
    isWrong_ = isWrong_ || !value.is_array();
    return value.is_array() ? value : none;
}

const Json& Members::table(const char* name) {
    static const Json none = Json::object();
    const Json& value = member(name);
    isWrong_ = isWrong_ || !value.is_object();
    return value.is_object() ? value : none;
}

std::string lineOf(const Json& row) {
    Json line = cli::header();
    line.update(row);
    return cli::dumped(line);
}

} // namespace stint::fleetctl
