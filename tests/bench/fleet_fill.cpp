#include "bench/fleet_fill.hpp"

#include <condition_variable>
#include <functional>
#include <iostream>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "bench/push_server.hpp"
#include "fleet/enrolment/enroller.hpp"
#include "fleet/office/office.hpp"
#include "fleet/questions/report.hpp"
#include "push/envelope/fleet.hpp"

namespace stint::bench {
namespace {

using namespace fleet;

constexpr std::size_t onTheWay = 4'000;
constexpr std::size_t aPart = 20'000; ///< made by all processors before it is sent

struct Put {
    std::string subject, body;
};

/// Puts of messages into streams, so many at once.
class Putting {
public:
    explicit Putting(const push::Broker& broker) : broker_(broker) {}
    ~Putting() { wait(); }
    Putting(const Putting&) = delete;
    Putting& operator=(const Putting&) = delete;

    void put(const Put& what) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return left_ < onTheWay; });
            ++left_;
        }
        broker_.keep(what.subject, {}, what.body, [this](const Result<push::Ack>& ack) {
            if (!ack.ok()) giveUp(ack.error().message);
            const std::lock_guard lock(mutex_);
            --left_;
            changed_.notify_all();
        });
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return left_ == 0; });
    }

private:
    const push::Broker& broker_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t left_ = 0;
};

/// Puts what `make` makes of each number below `count`: on all processors, a part of them after another.
void putAll(const push::Broker& broker, std::size_t count, const std::function<Put(std::size_t)>& make) {
    Putting putting(broker);
    for (std::size_t first = 0; first < count; first += aPart) {
        std::vector<Put> part(std::min(aPart, count - first));
        const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
        std::vector<std::jthread> makers;
        for (std::size_t which = 0; which < threads; ++which)
            makers.emplace_back([&, which] {
                for (std::size_t n = which; n < part.size(); n += threads)
                    part[n] = make(first + n);
            });
        makers.clear();
        for (const Put& one : part)
            putting.put(one);
    }
}

struct Filled {
    std::string name;
    std::optional<SecretKey> key;
};

class Filler {
public:
    explicit Filler(const Filling& filling)
        : filling_(filling), keys_(must(FleetKeys::open(filling.fleet))), server_(filling.push, filling.broker),
          broker_(server_.asServer()), user_(push::Nkey::make(push::Nkey::Role::User).name()),
          devices_(filling.devices) {}

    void certify() {
        must(broker_.openBucket(devicesBucket));
        putAll(broker_, devices_.size(), [this](std::size_t n) {
            Filled& device = devices_[n];
            device.name = push::newDevice();
            auto key = SecretKey::make();
            const WallTime now = wallNow();
            const Certificate certificate{.device = device.name,
                                          .key = key.publicKey().text(),
                                          .user = user_,
                                          .enrolment = 1,
                                          .made = now,
                                          .until = now + certificateLife,
                                          .labels = {{"filled", "yes"}}};
            if (n < filling_.keys) device.key.emplace(std::move(key));
            return Put{push::subjectOfKey(devicesBucket, device.name),
                       textOf(must(signedBy(keys_.enrolment, certificate)))};
        });
    }

    /// Each device tells first what it told first: none is old.
    void report(const std::string& campaign, std::uint32_t each) {
        tell(campaign, each, [each](std::uint32_t sequence) {
            const bool isLast = sequence == each;
            return Telling{.slot = 1,
                           .phase = isLast ? Phase::Ended : Phase::Waiting,
                           .outcome = isLast ? fleet::Outcome::Succeeded : fleet::Outcome::None,
                           .step = 1};
        });
    }

    /// Each device waits for its charger, and reckons with it in two hours.
    void wait(const std::string& campaign) {
        tell(campaign, 1, [](std::uint32_t) {
            const WallTime now = wallNow();
            return Telling{.phase = Phase::Waiting,
                           .blockers = {{.reason = "CONSTRAINT_CHARGING", .since = now}},
                           .forecast = now + std::chrono::hours(2)};
        });
    }

private:
    void tell(const std::string& campaign, std::uint32_t each,
              const std::function<Telling(std::uint32_t sequence)>& telling) {
        putAll(broker_, filling_.keys * each, [&](std::size_t n) {
            const Filled& device = devices_[n % filling_.keys];
            const auto sequence = static_cast<std::uint32_t>(n / filling_.keys + 1);
            DeviceReport report{.campaign = campaign,
                                .device = device.name,
                                .enrolment = 1,
                                .made = wallNow(),
                                .telling = telling(sequence)};
            report.telling.sequence = sequence;
            return Put{push::fleetSubject(push::FleetWord::Report, push::shardOf(device.name), device.name),
                       textOf(must(signedBy(*device.key, report)))};
        });
    }

    Filling filling_;
    FleetKeys keys_;
    PushServer server_;
    push::Broker broker_;
    std::string user_;
    std::vector<Filled> devices_;
};

void tell(const char* did, Duration since) {
    const nlohmann::ordered_json told{{"did", did}, {"ms", (steadyNow() - since).count()}};
    fmt::print("{}\n", told.dump());
    std::fflush(stdout);
}

} // namespace

void fillBroker(const Filling& filling) {
    Filler filler(filling);
    Duration begun = steadyNow();
    filler.certify();
    tell("certified", begun);
    for (std::string word, campaign; std::cin >> word >> campaign;) {
        std::uint32_t each = 0;
        begun = steadyNow();
        if (word == "wait")
            filler.wait(campaign);
        else if (word == "report" && std::cin >> each)
            filler.report(campaign, each);
        else
            giveUp("it takes `report CAMPAIGN EACH` and `wait CAMPAIGN`");
        tell("reported", begun);
    }
}

} // namespace stint::bench
