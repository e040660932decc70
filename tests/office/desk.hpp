// A fleet's office on a real nats-server, with devices that do as they are told.
#pragma once
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "base/time/clock.hpp"
#include "enrolment/small_server.hpp"
#include "fleet/document/document.hpp"
#include "fleet/office/office.hpp"
#include "mailbox/nats_server.hpp"
#include "push/broker/reading.hpp"

namespace stint::fleet {

using push::FleetWord;
using test::eventually;
using test::NatsServer;

inline push::Broker brokerAt(const NatsServer& nats) {
    return sure(push::Broker::connect({.urls = {nats.url()}, .credentials = "", .device = "", .certified = ""}));
}

/// An office of the server, and what it has pushed.
class Desk {
public:
    Desk(const NatsServer& nats, const SmallServer& server, const std::filesystem::path& roster,
         const std::string& member = "", const std::filesystem::path& data = {}, Duration leaseLife = 2s)
        : broker(brokerAt(nats)), line(brokerAt(nats)),
          office_(std::make_unique<Office>(
              broker,
              Office::Settings{.data = data.empty() ? server.place.path() : data,
                               .member = member,
                               .route = member + "'s",
                               .leaseLife = leaseLife},
              sure(Roster::open(roster)), data.empty() ? server.keys() : sure(FleetKeys::open(data)),
              Office::Wires{.post = [this](const std::string& to, const OrderMessage& order) { posted(to, order); },
                            .tell = [this](const std::string& sentence) { told(sentence); },
                            .opened = [this] { ++opened_; },
                            .follows = [this] { follows_ = true; },
                            .superseded = [this] { isSuperseded_ = true; }})) {
        sure(broker.listen(push::readSubject,
                           [this](const push::Stored& message) { office_->leaderRead(message.body); }));
        broker.follow([this](bool up) { office_->connected(up); });
        REQUIRE(eventually([this] { return leads() || follows_; }));
    }
    bool leads() const { return opened_ > 0; }
    /// How often it has read all.
    int opened() const { return opened_; }
    bool follows() const { return follows_; }
    bool isSuperseded() const { return isSuperseded_; }
    Result<Invitation> invited(std::uint32_t uses = 50) {
        std::promise<Result<Invitation>> done;
        office_->invite({{"site=berlin"}, uses, 24h}, [&](auto result) { done.set_value(std::move(result)); });
        return done.get_future().get();
    }
    JoinCode invites(const SmallServer& server, std::uint32_t uses = 50) { return server.code(sure(invited(uses))); }
    ~Desk() { broker.close(); }

    /// The answer to one question. nullopt: there is none.
    std::optional<std::string> askOnce(FleetWord word, const std::string& device, const std::string& question) {
        auto answer = std::make_shared<std::promise<std::string>>();
        auto coming = answer->get_future();
        office_->ask(word, device, question, [answer = std::exchange(answer, nullptr)](std::string text) {
            answer->set_value(std::move(text));
        });
        if (coming.wait_for(20s) != std::future_status::ready) return std::nullopt;
        try {
            return coming.get();
        } catch (const std::future_error&) { // nobody is left who could answer
            return std::nullopt;
        }
    }
    /// The same, for which it asks again, as a device does.
    std::string ask(FleetWord word, const std::string& device, const std::string& question) {
        std::optional<std::string> answer;
        eventually([&] { return (answer = askOnce(word, device, question)).has_value(); });
        return answer.value_or("");
    }
    Result<Office::Started> start(const Signed& document, bool all = false) {
        std::promise<Result<Office::Started>> done;
        office_->start(document, all, [&](auto result) { done.set_value(std::move(result)); });
        return done.get_future().get();
    }
    Result<Office::Set> set(const Signed& document, bool all = false) {
        std::promise<Result<Office::Set>> done;
        office_->set(document, all, [&](auto result) { done.set_value(std::move(result)); });
        return done.get_future().get();
    }
    Result<void> instruct(const Signed& given) {
        std::promise<Result<void>> done;
        office_->instruct(given, [&](auto result) { done.set_value(std::move(result)); });
        return done.get_future().get();
    }
    Result<void> label(const std::string& device, std::vector<std::string> changes) {
        std::promise<Result<void>> done;
        office_->label(device, std::move(changes), [&](auto result) { done.set_value(std::move(result)); });
        return done.get_future().get();
    }
    Result<void> remove(const std::string& device) {
        std::promise<Result<void>> done;
        office_->remove(device, [&](auto result) { done.set_value(std::move(result)); });
        return done.get_future().get();
    }
    Result<void> takeOperators(const Signed& list) {
        std::promise<Result<void>> done;
        office_->takeOperators(list, [&](auto result) { done.set_value(std::move(result)); });
        return done.get_future().get();
    }
    template <class Look> auto look(Look looking) {
        std::promise<decltype(looking(std::declval<Office::View&>()))> done;
        office_->look([&](Office::View& view) { done.set_value(looking(view)); });
        return done.get_future().get();
    }
    /// "unheard", "older" or so; "": the device is as it is to be.
    std::string drift(const std::string& device) {
        return look([&](Office::View& view) {
            const auto entry = sure(view.roster().stateOf(device, wallNow()));
            const auto drift = driftOf(view.desired().wantedOf(entry->facts), entry->state);
            return std::string(drift ? wordOf(*drift) : "");
        });
    }
    /// "ann start 20261123-nvc38b7g", of each entry of the audit, which follow each other.
    std::vector<std::string> audit() {
        const auto page = look([](Office::View& view) { return sure(view.audit(1, 1'000)); });
        AuditChain chain;
        std::vector<std::string> acts;
        for (const std::string& text : page.texts) {
            const AuditEntry entry = sure(chain.follow(text));
            acts.push_back(fmt::format("{} {} {}", entry.by, entry.act, entry.of));
        }
        return acts;
    }
    std::uint32_t count(const std::string& id, Outcome outcome) {
        return look([&](Office::View& view) {
            const auto standing = view.campaign(id);
            return standing ? standing->steering.rollout().count(outcome) : 0U;
        });
    }
    /// The number of its log's next entry.
    std::uint32_t nextEntry(const std::string& id) {
        return look([&](Office::View& view) { return view.campaign(id)->steering.number(); });
    }
    Rollout::State state(const std::string& id) {
        return look([&](Office::View& view) { return view.campaign(id)->steering.rollout().state(); });
    }
    Office& office() { return *office_; }
    /// The orders since it was asked last, by their endpoints.
    std::multimap<std::string, OrderMessage> orders() {
        const std::lock_guard lock(mutex_);
        return std::exchange(orders_, {});
    }

    /// It has told a sentence with these words.
    bool hasTold(std::string_view words) {
        const std::lock_guard lock(mutex_);
        return std::ranges::any_of(told_, [&](const auto& one) { return one.find(words) != std::string::npos; });
    }
    /// All is read, and questions are answered.
    bool isOpen() {
        return look([](Office::View& view) { return view.isOpen(); });
    }

    push::Broker broker;
    push::Broker line; ///< the devices' own

private:
    void told(const std::string& sentence) {
        const std::lock_guard lock(mutex_);
        told_.push_back(sentence);
    }
    void posted(const std::string& to, const OrderMessage& order) {
        const std::lock_guard lock(mutex_);
        orders_.emplace(to, order);
    }

    std::atomic<int> opened_ = 0;
    std::atomic<bool> follows_ = false, isSuperseded_ = false;
    std::mutex mutex_;
    std::multimap<std::string, OrderMessage> orders_;
    std::vector<std::string> told_;
    std::unique_ptr<Office> office_;
};

/// Whoever is at the broker says that in a device's name, so often; and the stream has it.
inline void sayAs(const push::Broker& broker, const std::string& device, const std::string& text, int times = 1) {
    std::vector<std::future<Result<push::Ack>>> all;
    for (int n = 0; n < times; ++n) {
        auto kept = std::make_shared<std::promise<Result<push::Ack>>>();
        all.push_back(kept->get_future());
        broker.keep(push::fleetSubject(FleetWord::Report, push::shardOf(device), device), {}, text,
                    [kept](auto result) { kept->set_value(std::move(result)); });
    }
    for (auto& one : all)
        sure(one.get());
}

struct Phone {
    SmallDevice device;
    std::optional<Identity> identity;
    std::uint32_t sequence = 0;

    const std::string& id() const { return device.id; }
    std::string endpoint() const { return "http://127.0.0.1:1/push/v1/" + device.id; }
    void join(Desk& desk, const JoinCode& code) {
        const auto answer = sure(joinAnswerIn(desk.ask(FleetWord::Join, id(), device.asks(code))));
        identity = sure(Identity::join(device.directory(), code, std::get<JoinAnswer>(answer), id(), "boot 1", boot));
    }
    HelloAnswer hello(Desk& desk, std::optional<Signed> reported = {}, std::string days = {}) {
        return saysHello(desk, {.version = "0.1.0",
                                .endpoint = endpoint(),
                                .open = {},
                                .ended = {},
                                .reported = std::move(reported),
                                .days = std::move(days)});
    }
    HelloAnswer says(Desk& desk, const Trace& trace) const {
        return saysHello(desk, {.version = "0.1.0",
                                .endpoint = endpoint(),
                                .enrolment = enrolment(),
                                .open = {},
                                .ended = {},
                                .trace = trace});
    }
    HelloAnswer saysHello(Desk& desk, const Hello& hello) const {
        return sure(helloAnswerIn(desk.ask(FleetWord::Hello, id(), textOf(hello))));
    }
    Reply asks(Desk& desk, const std::string& campaign, std::uint32_t slot = 1) {
        const SlotQuestion question{campaign, enrolment(), 0, slot};
        return sure(replyIn(desk.ask(FleetWord::Slot, id(), textOf(question))));
    }
    void tell(Desk& desk, const std::string& campaign, Phase phase, Outcome outcome = Outcome::None) {
        tell(desk, campaign, Telling{.slot = 1, .phase = phase, .outcome = outcome});
    }
    void tell(Desk& desk, const std::string& campaign, Telling telling) {
        telling.sequence = ++sequence;
        const DeviceReport report{.campaign = campaign,
                                  .device = id(),
                                  .enrolment = enrolment(),
                                  .made = wallNow(),
                                  .telling = std::move(telling)};
        sayAs(desk.line, id(), textOf(sure(signedBy(identity->key(), report))));
    }
    /// Its word of that document, at that time of its own.
    Signed state(const Signed& paper, Holding holding, int since) const {
        return sure(signedBy(identity->key(), DeviceState{.device = id(),
                                                          .enrolment = enrolment(),
                                                          .version = sure(desiredIn(paper.document)).version,
                                                          .hash = sha256Of(paper.document),
                                                          .since = WallTime(Duration(since)),
                                                          .holding = holding,
                                                          .words = {}}));
    }
    std::uint32_t enrolment() const { return identity->trust().certificate()->enrolment; }
};

/// A fleet of that many devices, all of which have joined and said hello.
struct SmallFleet {
    explicit SmallFleet(std::size_t count, const std::string& member = "", const std::string& limits = "",
                        Duration leaseLife = 2s)
        : nats(limits), phones(count) {
        desk = std::make_unique<Desk>(nats, server, roster(), member, std::filesystem::path(), leaseLife);
        const JoinCode code = desk->invites(server);
        for (Phone& phone : phones) {
            phone.join(*desk, code);
            phone.hello(*desk);
        }
    }
    std::filesystem::path roster() const { return server.place / "roster.db"; }
    Signed campaign(std::uint32_t atATime, std::string_view targets = "label site=berlin", Duration ago = 0s) const {
        const std::string text =
            fmt::format("name = \"test\"\ntargets = \"{}\"\nexpires = \"1d\"\n[[step]]\n"
                        "get = {{ url = \"https://files.example/f\", sha256 = \"{:064}\", size = 1, to = \"f\" }}\n"
                        "[rollout]\nat-a-time = {}\nstop = {{ failures = \"none\" }}\n",
                        targets, 0, atATime);
        return sure(signedBy(server.ann, sure(campaignFromFile(text, "test.toml", wallNow() - ago))));
    }
    Signed desired(std::uint32_t version, const std::string& targets = "label site=berlin") const {
        return sure(signedBy(server.ann, Desired{.version = version,
                                                 .made = wallNow(),
                                                 .targets = targets,
                                                 .policy = "job.slots = 3\n",
                                                 .settings = {}}));
    }
    /// Each is later than the one before it.
    Signed instruction(const std::string& id, const std::string& word, std::uint32_t round = 0) {
        said = std::max(wallNow(), said + 1ms);
        return sure(signedBy(server.ann, Instruction{id, word, said, round}));
    }
    /// Those that were let begin by any of them.
    std::set<std::size_t> letBegin(const std::string& id, std::vector<Desk*> desks) {
        std::set<std::size_t> begun;
        for (std::size_t n = 0; n < phones.size(); ++n)
            if (phones[n].asks(*desks[n % desks.size()], id).word == Reply::Word::Begin) begun.insert(n);
        return begun;
    }

    NatsServer nats;
    SmallServer server;
    std::vector<Phone> phones;
    std::unique_ptr<Desk> desk;
    WallTime said{};
};

} // namespace stint::fleet
