// `stint push devices` and `stint push revoke DEVICE` (push.md §3.1, §5): who runs a server asks it, by its own keys.
#include <filesystem>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "faces/pushctl/server/post.hpp"
#include "faces/pushctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/limit_text.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/names.hpp"
#include "push/serving/serving.hpp"

namespace stint::pushctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

using namespace std::chrono_literals;

constexpr Duration forOneQuestion = 1min;
constexpr std::size_t longestList = 1 << 20;

/// A device as the server tells of it.
struct Listed {
    std::string name;
    WallTime joined;
    std::size_t registrations = 0;
    std::optional<WallTime> revoked;
};

int failOfServer(const Screen& screen, std::string_view what, const Error& error) {
    if (error.code == Errc::STORAGE) return screen.fail(ends::noInput, fmt::format("{}: {}", what, error.message));
    return screen.fail(what, error);
}

int failOfAnswer(const Screen& screen, std::string_view what, const Result<Answer>& answer) {
    if (!answer.ok())
        return screen.fail(ends::inputOutput,
                           fmt::format("{}: the server does not answer: {}", what, printable(answer.error().message)));
    return screen.fail(statusOf(answer->status).ends, fmt::format("{}: {}", what, sentenceOf(*answer)));
}

Result<std::vector<Listed>> listedIn(const std::string& text) try {
    std::vector<Listed> all;
    const auto timeIn = [](const cli::Json& value) { return WallTime(Duration(value.get<std::int64_t>())); };
    const cli::Json said = cli::Json::parse(text);
    for (const auto& row : said.at("devices")) {
        Listed one{
            .name = row.at("device"), .joined = timeIn(row.at("joined")), .registrations = row.at("registrations")};
        if (!push::isDevice(one.name)) return fail(Errc::SYSTEM, "a device without a name");
        if (row.contains("revoked")) one.revoked = timeIn(row.at("revoked"));
        all.push_back(std::move(one));
    }
    return all;
} catch (const cli::Json::exception& wrong) {
    return fail(Errc::SYSTEM, "{}", wrong.what());
}

void printListed(const std::vector<Listed>& all, const Screen& screen) {
    const WallTime now = wallNow();
    cli::Table table({{"DEVICE"}, {"JOINED"}, {"REGISTRATIONS", cli::Table::Align::Right}, {"REVOKED"}});
    for (const Listed& one : all) {
        if (screen.json()) {
            cli::Json row = cli::header();
            row["device"] = one.name;
            row["joined"] = one.joined.time_since_epoch().count();
            row["registrations"] = one.registrations;
            row["revoked"] = one.revoked ? cli::Json(one.revoked->time_since_epoch().count()) : cli::Json();
            screen.print(cli::dumped(row));
        }
        table.add({one.name, cli::timeText(one.joined, now), std::to_string(one.registrations),
                   one.revoked ? cli::timeText(*one.revoked, now) : std::string("-")});
    }
    if (table.empty())
        screen.tell("no device has joined");
    else if (!screen.json())
        table.print(screen);
}

} // namespace

int revoke(const Arguments& given, const Screen& screen) {
    const std::string device = push::asCrockford(given.words[0]);
    const std::string what = fmt::format("cannot revoke {}", printable(given.words[0]));
    if (!push::isDevice(device))
        return screen.fail(ends::usage, fmt::format("{}: a device's name has 26 characters, as `stint push devices` "
                                                    "lists it; a package's has a dot",
                                                    what));
    const auto data = directoryOf(given);
    if (!data.ok()) return screen.fail(what, data.error());
    const auto code = push::codeOf(*data, wallNow() + forOneQuestion, push::toRevoke(device));
    if (!code.ok()) return failOfServer(screen, what, code.error());
    const auto address = push::addressIn(*data);
    if (!address.ok()) return failOfServer(screen, what, address.error());
    const auto answer = ask(*address, push::textOf(push::RevokeQuestion{.device = device, .code = *code}));
    constexpr long unknown = 404;
    if (answer.ok() && answer->status == unknown)
        return screen.fail(ends::noInput, fmt::format("{}: no such device has joined this server", what));
    if (!answer.ok() || answer->status != 200) return failOfAnswer(screen, what, answer);
    screen.tell(fmt::format("revoked {}: it gets in no more, and its senders are told", device));
    return ends::ok;
}

int devices(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot list devices";
    const auto data = directoryOf(given);
    if (!data.ok()) return screen.fail(what, data.error());
    const auto code = push::codeOf(*data, wallNow() + forOneQuestion, push::toList);
    if (!code.ok()) return failOfServer(screen, what, code.error());
    const auto address = push::addressIn(*data);
    if (!address.ok()) return failOfServer(screen, what, address.error());
    std::vector<Listed> all;
    for (std::string after;;) {
        const auto answer = ask(*address, push::textOf(push::ListQuestion{.after = after, .code = *code}), longestList);
        if (!answer.ok() || answer->status != 200) return failOfAnswer(screen, what, answer);
        const auto some = listedIn(answer->text);
        if (!some.ok()) return screen.fail(ends::protocol, fmt::format("{}: its answer is none", what));
        if (some->empty() || some->back().name <= after) break;
        after = some->back().name;
        all.insert(all.end(), some->begin(), some->end());
    }
    printListed(all, screen);
    return ends::ok;
}

} // namespace stint::pushctl
