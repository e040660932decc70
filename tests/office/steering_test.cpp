// fleet.md §5: an effect waits for the entries that it hangs on, and for no others.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fleet/office/steering.hpp"

namespace stint::fleet {
using namespace std::chrono_literals;

namespace {

constexpr WallTime start{std::chrono::hours(500'000)};

Campaign campaignOf(std::uint32_t atATime) {
    Campaign campaign;
    campaign.made = start;
    campaign.expires = 240h;
    campaign.plan.atATime = atATime;
    campaign.plan.waves = {{0, wholeShare}};
    campaign.plan.failures.add(Outcome::Failed);
    campaign.plan.beginWithin = 24h;
    campaign.plan.endWithin = 1h;
    return campaign;
}

std::string nameOf(std::uint32_t device) { return fmt::format("{:026}", device); }

std::vector<Member> members(std::uint32_t count) {
    std::vector<Member> all;
    for (std::uint32_t device = 0; device < count; ++device)
        all.push_back({nameOf(device), 1});
    return all;
}

/// The answers among them, by their devices.
std::vector<std::pair<Device, Reply::Word>> answers(const std::vector<Effect>& effects) {
    std::vector<std::pair<Device, Reply::Word>> all;
    for (const Effect& effect : effects)
        if (const auto* told = std::get_if<Told>(&effect)) all.emplace_back(told->device, told->reply.word);
    return all;
}

using Answers = std::vector<std::pair<Device, Reply::Word>>;
constexpr auto beginWord = Reply::Word::Begin, laterWord = Reply::Word::Later;

/// With so many devices, all of them sent the order.
Steering begun(std::uint32_t devices, std::uint32_t atATime, std::vector<Entry>* log = nullptr) {
    Steering made(campaignOf(atATime));
    const auto all = members(devices);
    for (std::size_t first = 0; first < all.size(); first += mostInDecision) {
        const auto count = std::min<std::size_t>(mostInDecision, all.size() - first);
        const auto from = all.begin() + static_cast<std::ptrdiff_t>(first);
        CHECK(made.join({from, from + static_cast<std::ptrdiff_t>(count)}, start).empty());
    }
    while (const Entry* const entry = made.begin()) {
        if (log) log->push_back(*entry);
        made.appended();
    }
    return made;
}

/// An operator's word, which anybody may have signed: the signature is its reader's matter.
struct Said {
    Instruction instruction;
    Signed paper;

    Said(const std::string& word, WallTime made, std::uint32_t round = 0)
        : instruction{"20261123-nvc38b7g", word, made, round}, paper{documentOf(instruction), {"by Ann"}} {}
    std::string text() const { return textOf(paper); }
};
Result<Instruction> believe(const std::string& paper) {
    const auto read = signedIn(paper);
    return read.ok() ? instructionIn(read->document) : Result<Instruction>(read.error());
}
bool reads(Steering& campaign, const Entry& entry) {
    const auto read = campaign.read(entry, believe);
    return read.ok() && read->empty();
}

Ask asks(Device device, std::uint32_t slot = 1) { return {device, 1, 0, slot}; }

} // namespace

TEST_CASE("§5: a device is told of its slot when that is in the log") {
    Steering campaign = begun(3, 2);
    CHECK(campaign.handle(asks(0), start).empty());
    const Entry* const entry = campaign.begin();
    REQUIRE(entry);
    REQUIRE(entry->records.size() == 1);
    CHECK(std::get<Granted>(entry->records[0]).device == 0);
    CHECK(campaign.begin() == nullptr); // one at a time
    CHECK(answers(campaign.appended()) == Answers{{0, beginWord}});
    CHECK(campaign.begin() == nullptr); // and nothing is left
}

TEST_CASE("§5: what hangs on nothing is answered at once, and else when the entries before it are there") {
    Steering campaign = begun(3, 1);
    CHECK(campaign.handle(asks(0), start).empty());
    CHECK(answers(campaign.handle(asks(1), start)).empty()); // refused for a slot that is not in the log yet
    REQUIRE(campaign.begin());
    CHECK(answers(campaign.handle(asks(0), start)).empty()); // again, before it was told
    CHECK(answers(campaign.appended()) == Answers{{0, beginWord}, {1, laterWord}, {0, beginWord}});
    CHECK(answers(campaign.handle(asks(2), start)) == Answers{{2, laterWord}});
}

TEST_CASE("§5: all who ask while an entry is under way are in the next one") {
    Steering campaign = begun(100, 100);
    const std::uint32_t number = campaign.number();
    CHECK(campaign.handle(asks(0), start).empty());
    REQUIRE(campaign.begin());
    for (Device device = 1; device < 100; ++device)
        CHECK(campaign.handle(asks(device), start + 1s).empty());
    CHECK(answers(campaign.appended()).size() == 1);
    CHECK(campaign.number() == number + 1);
    const Entry* const next = campaign.begin();
    REQUIRE(next);
    CHECK(next->records.size() == 99);
    CHECK(next->at == start + 1s);
    CHECK(answers(campaign.appended()).size() == 99);
}

TEST_CASE("§5: its log makes the same campaign") {
    std::vector<Entry> log;
    Steering campaign = begun(5'000, 3, &log);
    WallTime now = start;
    for (Device device = 0; device < 9; ++device) {
        now += 1min;
        campaign.handle(asks(device), now);
        const Said pause("pause", now), resume("resume", now);
        if (device % 4 == 1) campaign.handle(Pause{}, pause.paper, pause.instruction, now);
        if (device % 4 == 2) campaign.handle(Resume{}, resume.paper, resume.instruction, now);
        while (const Entry* const entry = campaign.begin()) {
            log.push_back(*entry);
            campaign.appended();
        }
    }
    Steering anew(campaignOf(3));
    for (const Entry& entry : log)
        REQUIRE(reads(anew, entry));
    CHECK(anew.number() == campaign.number());
    CHECK(anew.rollout().isSame(campaign.rollout()));
    CHECK(anew.numberOf(nameOf(4'999)) == Device(4'999));
}

TEST_CASE("§6.3: an entry that no server would have written is none") {
    const auto refuses = [](const Entry& entry) { return !Steering(campaignOf(1)).read(entry, believe).ok(); };
    CHECK_FALSE(refuses({.at = start, .records = {Joined{{1}}}, .names = {nameOf(1)}}));
    CHECK(refuses({.at = start, .records = {Joined{{1}}}, .names = {nameOf(1), nameOf(2)}}));
    CHECK(refuses({.at = start, .records = {Paused{}}, .names = {nameOf(1)}}));
    CHECK(refuses({.at = start, .records = {Joined{{1}}}, .names = {}}));
}

TEST_CASE("§6.3: a record of an operator's without his word for it is passed over, and so is one of another word") {
    Steering campaign = begun(3, 2);
    const Said pause("pause", start + 1h), resume("resume", start + 2h), first("retry", start + 3h, 1);
    const auto passes = [&](const Record& record, std::vector<std::string> papers) {
        const auto read = campaign.read({.at = start + 1h, .records = {record}, .papers = std::move(papers)}, believe);
        REQUIRE(read.ok());
        return !read->empty();
    };
    CHECK(passes(Paused{}, {}));
    CHECK(passes(Cancelled{}, {pause.text()}));
    CHECK(passes(Paused{}, {"{}"}));
    CHECK(campaign.rollout().state() == Rollout::State::Going);
    CHECK_FALSE(passes(Paused{}, {pause.text()}));
    CHECK_FALSE(passes(Resumed{}, {resume.text()}));
    CHECK(passes(Paused{}, {pause.text()})); // said again
    CHECK(passes(Resumed{}, {resume.text()}));
    CHECK(campaign.rollout().state() == Rollout::State::Going);
    CHECK(passes(Retried{200, 0, {}, {}}, {first.text()}));
    CHECK(passes(Retried{1, 0, {}, {}}, {}));
    CHECK(campaign.rollout().round() == 0);
    CHECK_FALSE(passes(Retried{1, 0, {}, {}}, {first.text()}));
    CHECK_FALSE(passes(Retried{1, 3, {}, {}}, {})); // goes on with it
    CHECK(passes(Retried{2, 0, {}, {}}, {first.text()}));
    CHECK(campaign.rollout().round() == 1);
    CHECK(*campaign.retryOf(1) == first.paper);
    CHECK(campaign.retryOf(2) == nullptr);
    CHECK(*campaign.isSaid(first.instruction));
    CHECK(campaign.isSaid(Said("pause", start + 2h).instruction).error().code == Errc::ILLEGAL_STATE);
    CHECK(campaign.isSaid(Said("retry", start + 4h, 3).instruction).error().code == Errc::ILLEGAL_STATE);
    CHECK_FALSE(*campaign.isSaid(Said("retry", start + 4h, 2).instruction));
}

TEST_CASE("A device that has joined anew is found under its newest number") {
    Steering campaign(campaignOf(1));
    std::vector<Member> devices = members(100);
    std::reverse(devices.begin(), devices.end());
    campaign.join(devices, start);
    for (Device device = 0; device < 100; ++device) {
        CHECK(campaign.numberOf(nameOf(99 - device)) == device);
        CHECK(campaign.nameOf(device) == nameOf(99 - device));
    }
    campaign.join({{nameOf(40), 2}}, start);
    CHECK(campaign.numberOf(nameOf(40)) == Device(100));
    CHECK(campaign.numberOf(nameOf(39)) == Device(60));
    CHECK(campaign.numberOf("") == std::nullopt);
    CHECK(campaign.numberOf(nameOf(1'000)) == std::nullopt);
}

} // namespace stint::fleet
