// `stint fleet start`, `pause`, `resume`, `retry` and `cancel` (fleet.md §6.1): an operator's word is signed here,
// where the key is, and handed to the fleet's server, which can say nothing of its own.
#include <filesystem>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "faces/fleetctl/desk.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/fleetctl/password.hpp"
#include "faces/fleetctl/starting.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "fleet/document/campaign.hpp"
#include "fleet/document/document.hpp"
#include "fleet/trust/papers.hpp"
#include "fleet/trust/signed.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;
namespace ends = cli::ends;

namespace {

/// An operator's word for a campaign that goes, and what is told when it was taken.
struct Word {
    std::string_view word;
    std::string_view done;
};

/// A retry begins that round, and no other.
Result<std::uint32_t> nextRound(const Door& door, const std::string& id) {
    const auto row = STINT_TRY(door.get("/v1/campaign", {{"id", id}}));
    Members members(row);
    const std::uint32_t round = members.count("round") + 1;
    if (members.isWrong()) return noAnswer();
    return round;
}

int instruct(const Arguments& given, const Screen& screen, const Word& word) {
    const std::string& id = given.words[0];
    const std::string what = fmt::format("cannot {} {}", word.word, printable(id));
    if (!fleet::isCampaignId(id))
        return screen.fail(ends::usage, fmt::format("{}: a campaign's id looks like 20261123-nvc38b7g; `stint fleet "
                                                    "campaigns` lists them",
                                                    what));
    const auto door = Door::of(given);
    if (!door.ok()) return failed(screen, what, door.error());
    if (const auto may = door->get("/v1/may", {{"id", id}, {"word", std::string(word.word)}}); !may.ok())
        return failed(screen, what, may.error());
    Passwords passwords(screen);
    const auto key = keyOf(given, passwords, screen);
    if (!key.ok()) return failed(screen, what, key.error());
    if (!*key) return cli::exitCodeOfSignal(passwords.signal());
    const auto round = word.word == fleet::retryWord ? nextRound(*door, id) : Result<std::uint32_t>(0U);
    if (!round.ok()) return failed(screen, what, round.error());
    const auto paper = signedBy(
        **key, fleet::Instruction{.campaign = id, .word = std::string(word.word), .made = wallNow(), .round = *round});
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
    return startCampaign(given, screen, {.campaign = *campaign, .what = what});
}

int pause(const Arguments& given, const Screen& screen) {
    return instruct(given, screen, {fleet::pauseWord, "lets nobody begin any more"});
}
int resume(const Arguments& given, const Screen& screen) {
    return instruct(given, screen, {fleet::resumeWord, "goes on"});
}
int retry(const Arguments& given, const Screen& screen) {
    return instruct(given, screen, {fleet::retryWord, "is given once more to those that failed"});
}
int cancel(const Arguments& given, const Screen& screen) {
    return instruct(given, screen, {fleet::cancelWord, "is cancelled; who is behind its point of no return ends it"});
}

} // namespace stint::fleetctl
