#include "faces/fleetctl/desk.hpp"

#include <cerrno>
#include <cstring>
#include <thread>

#include <fmt/core.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "fleet/enrolment/founding.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
using fleet::SecretKey;

namespace {

using namespace std::chrono_literals;

constexpr int passwordTries = 3, mostPosts = 5;
constexpr auto betweenPosts = 2s;

Result<std::filesystem::path> keyFileOf(const Arguments& given) {
    const auto named = given.value("operator");
    if (!named) {
        auto data = STINT_TRY(fleetDirectory(given));
        return data / fleet::operatorKeyFile;
    }
    auto here = STINT_TRY(workingDirectory());
    return here / *named;
}

} // namespace

Result<Reach> reachOf(const Door& door, const std::string& query) {
    const auto said = STINT_TRY(door.get("/v1/meant", {{"query", query}}));
    Members members(said);
    const Reach reach{.devices = members.count("devices"), .isAll = members.count("others") == 0};
    if (members.isWrong()) return noAnswer();
    return reach;
}

Result<void> checkReach(const Reach& reach, const Arguments& given) {
    if (reach.devices == 0 || !reach.isAll || given.has("all")) return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "it means {} of the fleet: --all says that this is so",
                reach.devices == 1 ? "the one device" : fmt::format("all {} devices", reach.devices));
}

Result<std::string> textOfFile(const std::filesystem::path& file) {
    auto text = readFile(file);
    if (!text) return fail(Errc::REFUSED, "cannot read {}: {}", printable(file.string()), std::strerror(errno));
    return *std::move(text);
}

Result<std::optional<SecretKey>> keyOf(const Arguments& given, Passwords& passwords, const Screen& screen) {
    const auto file = STINT_TRY(keyFileOf(given));
    const std::string text = STINT_TRY(textOfFile(file));
    const std::string name = printable(file.string());
    const auto isLocked = SecretKey::isLocked(text);
    if (!isLocked.ok()) return within(name, isLocked.error());
    for (int tries = passwordTries;; --tries) {
        std::optional<fleet::SecretText> password;
        if (*isLocked) {
            password = STINT_TRY(passwords.known(name));
            if (!password) return std::optional<SecretKey>();
        }
        auto key = SecretKey::read(text, password ? std::optional(password->text()) : std::nullopt);
        if (key.ok()) return std::optional(*std::move(key));
        const bool mayAgain = key.error().code == Errc::SECURITY && password && ::isatty(STDIN_FILENO) != 0;
        if (!mayAgain || tries == 1) return within(name, key.error());
        screen.tell(key.error().message);
    }
}

Result<cli::Json> handOver(const Door& door, std::string_view path, const cli::Json& body, const Screen& screen) {
    bool mayBeTaken = false;
    for (int tries = 1;; ++tries) {
        auto said = door.post(path, body);
        if (said.ok() || !isForAMoment(said.error())) return said;
        mayBeTaken = mayBeTaken || said.error().code == Errc::BUSY;
        if (tries == mostPosts && !mayBeTaken)
            return fail(Errc::UNAVAILABLE, "{}; nothing was handed over", said.error().message);
        if (tries == mostPosts)
            return fail(Errc::BUSY, "{}; it is not known whether it was taken: `stint fleet audit` shows it",
                        said.error().message);
        if (tries == 1) screen.tell(fmt::format("{}; it is handed over again", said.error().message));
        std::this_thread::sleep_for(betweenPosts);
    }
}

} // namespace stint::fleetctl
