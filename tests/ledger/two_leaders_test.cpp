// fleet.md §5: one campaign of 200 devices, which two servers serve over one log, each of which believes that it leads.
// Devices are answered only after the log has it. The broker is real, and the time is not.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <queue>
#include <random>

#include "fleet/document/document.hpp"
#include "fleet/ledger/ledger.hpp"
#include "fleet/rollout/rollout.hpp"
#include "mailbox/nats_server.hpp"

namespace stint::fleet {
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t atATime = 5, devices = 200;

/// The campaign's reports, as all servers hear them.
struct Heard {
    Report report;
    WallTime at;
};

class Leader {
public:
    Leader(const test::NatsServer& nats, std::string id, Plan plan, WallTime expires)
        : broker_(std::move(push::Broker::connect({.urls = {nats.url()}, .credentials = {}, .device = {}})).value()),
          id_(std::move(id)), plan_(std::move(plan)), expires_(expires) {
        REQUIRE(test::eventually([&] { return Ledger::open(broker_).ok(); }));
        ledger_ = *Ledger::open(broker_);
    }

    /// The effects of what the log has; none where another leads, after whom it begins anew.
    std::vector<Effect> handle(const Event& event, const std::vector<Heard>& reports, WallTime now) {
        if (!rollout_) readAnew(reports);
        Decision decision = rollout_->handle(event, now);
        if (decision.records.empty()) return std::move(decision.effects);
        const auto done = ledger_->append(id_, entries_ + 1, {now, std::move(decision.records)});
        if (done.ok()) {
            ++entries_;
            return std::move(decision.effects);
        }
        REQUIRE(done.error().code == Errc::ILLEGAL_STATE);
        ++lost_;
        rollout_.reset();
        return {};
    }
    /// A report is an event for each, be it that it leads or not.
    void hear(const std::vector<Heard>& reports, WallTime now) {
        while (rollout_ && heard_ < reports.size())
            (void)handle(reports[heard_++].report, reports, now);
    }
    void readAnew(const std::vector<Heard>& reports) {
        rollout_.emplace(plan_, expires_, false, 7);
        Ledger::Place place{.campaign = id_, .next = 1, .campaigns = {}};
        entries_ = 0;
        REQUIRE(ledger_
                    ->read(place, {.document = [](const std::string&, const Signed&) {},
                                   .entry =
                                       [&](const std::string&, std::uint32_t number, const Entry& entry) {
                                           entries_ = number;
                                           for (const Record& record : entry.records)
                                               REQUIRE(rollout_->apply(record, entry.at).ok());
                                       },
                                   .damaged = [](const std::string&, const Error& why) { FAIL(why.message); }})
                    .ok());
        for (const Heard& heard : reports)
            rollout_->apply(heard.report, heard.at);
        heard_ = reports.size();
    }
    std::optional<WallTime> next() const { return rollout_ ? rollout_->nextDeadline() : std::nullopt; }
    const Rollout& rollout() const { return *rollout_; }
    const Ledger& ledger() const { return *ledger_; }
    int lost() const { return lost_; }

private:
    push::Broker broker_;
    std::string id_;
    Plan plan_;
    WallTime expires_;
    std::optional<Ledger> ledger_;
    std::optional<Rollout> rollout_;
    std::uint32_t entries_ = 0;
    std::size_t heard_ = 0;
    int lost_ = 0;
};

struct Phone {
    bool isRunning = false;
    bool hasEnded = false;
    WallTime when; ///< it asks again, or ends
    std::uint32_t sequence = 0;
};

} // namespace

TEST_CASE("fleet.md §4.2, §5: two that lead over one log let no more begin than one, and end with the same campaign") {
    const test::NatsServer nats;
    const WallTime begun{std::chrono::hours(500'000)};
    const auto campaign = campaignFromFile("name = \"two\"\ntargets = \"all\"\nexpires = \"30d\"\n[[step]]\nrun = "
                                           "[\"/usr/bin/true\"]\n[rollout]\nat-a-time = 5\nwave = [20, \"100%\"]\n",
                                           "two.toml", begun);
    REQUIRE(campaign.ok());
    const std::string id = idOf(*campaign);
    std::array<Leader, 2> servers{Leader(nats, id, campaign->plan, begun + 720h),
                                  Leader(nats, id, campaign->plan, begun + 720h)};
    REQUIRE(servers[0].ledger().begin(id, {documentOf(*campaign), {}}).ok());
    std::mt19937_64 random(20261123);
    const auto either = [&]() -> Leader& { return servers.at(random() % 2); };
    const auto soon = [&](Duration longest) { return Duration(static_cast<std::int64_t>(random() % longest.count())); };

    std::vector<Heard> reports;
    std::vector<Phone> phones(devices);
    WallTime now = begun;
    std::size_t joined = 0;
    while (joined < devices) { // seven at once, by whoever happens to
        Join some;
        some.devices.assign(std::min<std::size_t>(7, devices - joined), 1);
        Leader& server = either();
        (void)server.handle(some, reports, now);
        server.readAnew(reports);
        joined = server.rollout().targets().size();
    }
    for (Phone& phone : phones)
        phone.when = now + soon(2h);
    std::size_t most = 0;
    while (std::ranges::any_of(phones, [](const Phone& phone) { return !phone.hasEnded; })) {
        auto first = phones.end();
        for (auto phone = phones.begin(); phone != phones.end(); ++phone)
            if (!phone->hasEnded && (first == phones.end() || phone->when < first->when)) first = phone;
        now = std::max(now, first->when);
        REQUIRE(now < begun + 700h);
        for (Leader& server : servers)
            if (server.next() && *server.next() <= now) (void)server.handle(Tick{}, reports, now);
        const auto device = static_cast<Device>(first - phones.begin());
        if (first->isRunning) {
            first->isRunning = false;
            first->hasEnded = true;
            reports.push_back(
                {{device, 1, {0, ++first->sequence, 1, Phase::Ended, Outcome::Succeeded, 0, 0, {}}}, now});
            // One may hear it later than the other.
            for (Leader& server : servers)
                if (random() % 3 != 0) server.hear(reports, now);
            continue;
        }
        Leader& server = either();
        server.hear(reports, now);
        first->when = now + 1min + soon(5min); // no answer
        for (const Effect& effect : server.handle(Ask{device, 1, 0, 1}, reports, now)) {
            const auto* const told = std::get_if<Told>(&effect);
            if (!told || told->reply.word != Reply::Word::Begin || random() % 8 == 0) continue; // or it is lost
            first->isRunning = true;
            first->when = now + soon(20min);
        }
        const auto running = static_cast<std::size_t>(std::ranges::count_if(phones, &Phone::isRunning));
        most = std::max(most, running);
        REQUIRE(running <= atATime);
    }
    CHECK(most == atATime);
    CHECK(servers[0].lost() + servers[1].lost() > 20); // else only one has led
    for (Leader& server : servers) {
        server.readAnew(reports);
        CHECK(server.rollout().state() == Rollout::State::Ended);
        CHECK(server.rollout().count(Outcome::Succeeded) == devices);
    }
    CHECK(servers[0].rollout().isSame(servers[1].rollout()));
}

} // namespace stint::fleet
