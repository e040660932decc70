// `stint fleet start`, `pause`, `resume`, `retry` and `cancel` (fleet.md §6.1): an operator's word is signed here,
// where the key is, and handed to the fleet's server, which can say nothing of its own.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include <fmt/core.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "faces/fleetctl/devices.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/meaning.hpp"
#include "faces/fleetctl/password.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "fleet/document/campaign.hpp"
#include "fleet/document/document.hpp"
#include "fleet/enrolment/founding.hpp"
#include "fleet/signing/secret_key.hpp"
#include "fleet/trust/papers.hpp"
#include "fleet/trust/signed.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
using fleet::Campaign;
using fleet::SecretKey;
namespace ends = cli::ends;

namespace {

using namespace std::chrono_literals;

constexpr int passwordTries = 3, mostPosts = 5;
constexpr auto betweenPosts = 2s;

/// A file that a person names. Refused: it is not there.
Result<std::string> textOfFile(const std::filesystem::path& file) {
    auto text = readFile(file);
    if (!text) return fail(Errc::REFUSED, "cannot read {}: {}", printable(file.string()), std::strerror(errno));
    return *std::move(text);
}

Result<std::filesystem::path> keyFileOf(const Arguments& given) {
    const auto named = given.value("operator");
    if (!named) {
        auto data = STINT_TRY(fleetDirectory(given));
        return data / fleet::operatorKeyFile;
    }
    auto here = STINT_TRY(workingDirectory());
    return here / *named;
}

/// The operator's key, by the password that is asked for. nullopt: a signal has ended that, as `passwords` knows.
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

/// Hands over what is signed. Where nobody knows whether it was taken, the very same is handed over again: so a
/// campaign is started once, or not at all.
Result<cli::Json> handOver(const Door& door, std::string_view path, const cli::Json& body, const Screen& screen) {
    for (int tries = 1;; ++tries) {
        auto said = door.post(path, body);
        if (said.ok() || !isForAMoment(said.error())) return said;
        if (tries == mostPosts)
            return fail(Errc::BUSY, "{}; it is not known whether it was taken: `stint fleet campaigns` shows it",
                        said.error().message);
        if (tries == 1) screen.tell(fmt::format("{}; it is handed over again", said.error().message));
        std::this_thread::sleep_for(betweenPosts);
    }
}

/// The devices that it means now.
Result<std::uint32_t> countOf(const Door& door, const Campaign& campaign) {
    std::uint32_t count = 0;
    STINT_TRY(walkDevices(door, campaign.targets ? campaign.targets->text() : "all",
                          [&](const cli::Json&, const std::string& id) -> Result<void> {
                              if (campaign.targets || std::ranges::binary_search(campaign.ids, id)) ++count;
                              return {};
                          }));
    return count;
}

bool meansAll(const Campaign& campaign) {
    return campaign.targets && std::holds_alternative<fleet::Query::All>(campaign.targets->held);
}

int tried(const Door& door, const Campaign& campaign, std::string_view what, const Screen& screen) {
    const auto count = countOf(door, campaign);
    if (!count.ok()) return failed(screen, what, count.error());
    if (screen.json()) {
        cli::Json line = cli::header();
        line["name"] = campaign.name;
        line["devices"] = *count;
        screen.print(cli::dumped(line));
        return ends::ok;
    }
    for (const std::string& line : meaningOf(campaign))
        screen.print(line);
    screen.print(fmt::format("{} of the fleet {} meant now; nothing was signed", counted(*count, "device"),
                             *count == 1 ? "is" : "are"));
    return ends::ok;
}

/// An operator's word for a campaign that goes, and what is told when it was taken.
struct Word {
    const char* word;
    std::string_view done;
};

int instruct(const Arguments& given, const Screen& screen, const Word& word) {
    const std::string& id = given.words[0];
    const std::string what = fmt::format("cannot {} {}", word.word, printable(id));
    if (!fleet::isCampaignId(id))
        return screen.fail(ends::usage, fmt::format("{}: a campaign's id looks like 20261123-nvc38b7g; `stint fleet "
                                                    "campaigns` lists them",
                                                    what));
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    Passwords passwords(screen);
    const auto key = keyOf(given, passwords, screen);
    if (!key.ok()) return failed(screen, what, key.error());
    if (!*key) return cli::exitCodeOfSignal(passwords.signal());
    const auto paper = signedBy(**key, fleet::Instruction{.campaign = id, .word = word.word, .made = wallNow()});
    if (!paper.ok()) return failed(screen, what, paper.error());
    const auto said = handOver(*door, "/v1/instructions", {{"signed", textOf(*paper)}}, screen);
    if (!said.ok()) return failed(screen, what, said.error());
    if (screen.json()) {
        cli::Json line = cli::header();
        line["campaign"] = id;
        line["word"] = word.word;
        screen.print(cli::dumped(line));
    } else {
        screen.tell(fmt::format("{} {}", id, word.done));
    }
    return ends::ok;
}

} // namespace

int start(const Arguments& given, const Screen& screen) {
    constexpr std::string_view what = "cannot start a campaign";
    const std::string& file = given.words[0];
    const auto text = textOfFile(file);
    if (!text.ok()) return failed(screen, what, text.error());
    const auto campaign = fleet::campaignFromFile(*text, file, wallNow());
    if (!campaign.ok()) return failed(screen, what, campaign.error());
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    if (given.has("dry-run")) return tried(*door, *campaign, what, screen);
    if (meansAll(*campaign) && !given.has("all"))
        return screen.fail(ends::usage, fmt::format("{}: it means every device of the fleet; --all says so", what));
    for (const std::string& line : meaningOf(*campaign))
        screen.tell(line);
    Passwords passwords(screen);
    const auto key = keyOf(given, passwords, screen);
    if (!key.ok()) return failed(screen, what, key.error());
    if (!*key) return cli::exitCodeOfSignal(passwords.signal());
    const auto paper = signedBy(**key, *campaign);
    if (!paper.ok()) return failed(screen, what, paper.error());
    const auto said = handOver(*door, "/v1/campaigns", {{"signed", textOf(*paper)}, {"all", given.has("all")}}, screen);
    if (!said.ok()) return failed(screen, what, said.error());
    Members members(*said);
    const std::string id = members.text("campaign");
    const std::uint32_t devices = members.count("devices");
    if (members.isWrong() || id != idOf(*campaign)) return failed(screen, what, noAnswer());
    if (screen.json()) {
        screen.print(lineOf(*said));
    } else {
        screen.print(id);
        screen.tell(
            fmt::format("it goes to {}; `stint fleet status {}` shows how far it is", counted(devices, "device"), id));
    }
    return ends::ok;
}

int pause(const Arguments& given, const Screen& screen) {
    return instruct(given, screen, {"pause", "lets nobody begin any more"});
}
int resume(const Arguments& given, const Screen& screen) { return instruct(given, screen, {"resume", "goes on"}); }
int retry(const Arguments& given, const Screen& screen) {
    return instruct(given, screen, {"retry", "is given once more to those that failed"});
}
int cancel(const Arguments& given, const Screen& screen) {
    return instruct(given, screen, {"cancel", "is cancelled; who is behind its point of no return ends it"});
}

} // namespace stint::fleetctl
