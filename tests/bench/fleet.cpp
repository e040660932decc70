// stint-fleet-load: many devices of a fleet, in one process and two threads, over the real line: TLS, JWT and
// signature, a join by an invitation, orders by push, documents, slots, signed reports. They are agents without jobs:
// whatever may begin takes a drawn time. The server is one of `stint fleet serve`; who has its directory has its keys,
// and so lets devices into push without asking. fleet_fill.hpp has the other words.
//
//   stint-fleet-load live --push DIR --port N… --host NAME --devices N --codes FILE
//       [--least MS] [--most MS] [--failing SHARE]   how long a step takes, and which part of all fail
// A line of JSON for each thing that all devices have done: connected, joined, registered, said hello; and of a
// campaign, when all have its order (ordered), and when the server has acknowledged all ends (ended). On stdin,
// "status" asks for all that was seen so far, "ends CAMPAIGN" for the end of each device; its end is this one's.
#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <latch>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/words.hpp"
#include "base/time/clock.hpp"
#include "bench/fleet_device.hpp"
#include "bench/fleet_fill.hpp"
#include "push/keys/server_keys.hpp"

namespace {

using namespace stint;
using namespace stint::bench;

struct Options {
    std::string push, fleet, host = "localhost", codes, broker;
    std::vector<std::uint16_t> ports;
    std::size_t devices = 0, keys = 0;
    std::int64_t least = 100, most = 1'000; ///< ms
    double failing = 0;
};

constexpr std::size_t atOnce = 64; ///< devices that connect, join, register

/// By any thread.
void say(const Json& said) {
    const std::string line = said.dump() + "\n";
    std::fwrite(line.data(), 1, line.size(), stdout); // whole: stdio locks
    std::fflush(stdout);
}

struct Code {
    std::string origin;
    fleet::JoinCode code;
};
/// `stint fleet invite`'s: a URL and a code in a line.
std::vector<Code> codesIn(const std::string& file) {
    std::vector<Code> codes;
    std::ifstream lines(file);
    for (std::string origin, code; lines >> origin >> code;)
        codes.push_back({origin, must(fleet::codeIn(code, origin))});
    if (codes.empty()) giveUp(file + " has no code");
    return codes;
}

/// A thing that all devices do.
struct Step {
    const char* name;
    std::function<void(FleetDevice& device, const fleet::JoinCode& code, FleetDevice::Done done)> work;
};

/// A thread with a part of all devices.
class Crew {
public:
    explicit Crew(SharedSeen& seen) : seen_(seen) {}

    void add(const Place& place, Device device, const Drawn& drawn, const fleet::JoinCode& code) {
        members_.push_back({std::make_unique<FleetDevice>(loop_, place, std::move(device), drawn, seen_), &code});
    }
    void begin() {
        thread_ = std::thread([this] { loop_.run(); });
    }
    /// After begin(), by so many at once. `over` is told in its thread how often one had to try again.
    void all(const Step& step, std::size_t most, std::function<void(std::size_t tries)> over) {
        loop_.post([this, &step, most, over = std::move(over)] {
            step_ = &step;
            over_ = over;
            next_ = done_ = tries_ = 0;
            if (members_.empty()) return over_(0);
            for (std::size_t n = 0; n < std::min(most, members_.size()); ++n)
                beginNext();
        });
    }

private:
    struct Member {
        std::unique_ptr<FleetDevice> device;
        const fleet::JoinCode* code;
    };

    void beginNext() {
        if (next_ < members_.size()) tryIt(members_[next_++]);
    }
    void tryIt(const Member& member) {
        step_->work(*member.device, *member.code, [this, &member](const Result<void>& done) {
            if (done.ok()) return loop_.later([this] { hasDone(); });
            const std::string said = fmt::format("{}: {}", step_->name, done.error().message);
            seen_->trouble(said);
            if (++tries_ > members_.size()) giveUp(said);
            loop_.after(std::chrono::seconds(1), [this, &member] { tryIt(member); });
        });
    }
    void hasDone() {
        if (++done_ < members_.size()) return beginNext();
        over_(tries_);
    }

    SharedSeen& seen_;
    Loop loop_;
    std::vector<Member> members_;
    const Step* step_ = nullptr;
    std::function<void(std::size_t tries)> over_;
    std::size_t next_ = 0, done_ = 0, tries_ = 0;
    std::thread thread_;
};

class Load {
public:
    explicit Load(const Options& options)
        : devices_(options.devices), codes_(codesIn(options.codes)), place_(options.ports, options.host),
          keys_(must(push::ServerKeys::open(std::filesystem::path(options.push) / "keys"))),
          drawn_{Duration(options.least), Duration(options.most), options.failing} {
        const PushServer server(options.push, "");
        for (std::size_t n = 0; n < devices_; ++n)
            crews_[n % crews_.size()].add(place_, server.makeDevice(), drawn_, codes_[n % codes_.size()].code);
        seen_->changed = [this](const std::string& id, const CampaignSeen& its) { look(id, its); };
    }

    /// Until stdin ends, and with it this process: nothing is to be kept.
    [[noreturn]] void run() {
        for (Crew& crew : crews_)
            crew.begin();
        const std::thread steps([this] {
            for (const Step& step : steps_)
                letAll(step);
        });
        for (std::string line; std::getline(std::cin, line);)
            asked(line);
        std::_Exit(0);
    }

private:
    void letAll(const Step& step) {
        const Duration began = steadyNow();
        std::latch left(static_cast<std::ptrdiff_t>(crews_.size()));
        std::atomic<std::size_t> tries = 0;
        for (Crew& crew : crews_)
            crew.all(step, atOnce / crews_.size(), [&](std::size_t more) {
                tries += more;
                left.count_down();
            });
        left.wait();
        say({{"did", step.name},
             {"devices", devices_},
             {"tries", tries.load()},
             {"ms", (steadyNow() - began).count()}});
    }

    /// A campaign has come further on a device.
    void look(const std::string& id, const CampaignSeen& its) {
        const auto tell = [&](const char* did, std::size_t count) {
            if (count == devices_ && told_.insert({id, did}).second)
                say({{"did", did}, {"campaign", id}, {"seen", its.json()}});
        };
        tell("ordered", its.orders.all.size());
        tell("ended", its.ends.size());
    }

    void asked(const std::string& line) {
        const auto words = splitAt(line, " ");
        if (line == "status") return say({{"did", "status"}, {"seen", seen_->json()}});
        if (words.size() != 2 || words.front() != "ends") return say({{"did", "nothing"}});
        say({{"did", "ends"}, {"ends", seen_->campaigns[std::string(words[1])].endsJson()}});
    }

    const std::size_t devices_;
    const std::vector<Code> codes_;
    const Place place_;
    const push::ServerKeys keys_;
    const Drawn drawn_;
    SharedSeen seen_;
    std::set<std::pair<std::string, std::string>> told_; ///< in a turn with what was seen
    std::array<Crew, 2> crews_{Crew(seen_), Crew(seen_)};
    const std::vector<Step> steps_{
        {"connected", [](FleetDevice& device, const fleet::JoinCode&, auto done) { device.connect(std::move(done)); }},
        {"joined",
         [](FleetDevice& device, const fleet::JoinCode& code, auto done) { device.join(code, std::move(done)); }},
        {"registered",
         [this](FleetDevice& device, const fleet::JoinCode&, auto done) {
             device.registerForPush(keys_.publicKey, codes_.front().origin, std::move(done));
         }},
        {"greeted", [](FleetDevice& device, const fleet::JoinCode&, auto done) { device.sayHello(std::move(done)); }},
    };
};

} // namespace

int main(int count, char** words) {
    Options options;
    CLI::App app{"stint-fleet-load: many devices of a fleet, for ./bench fleet"};
    app.require_subcommand(1);
    auto* const live = app.add_subcommand("live", "devices that connect, join, and do what campaigns want");
    live->add_option("--push", options.push, "the directory of the server of push")->required();
    live->add_option("--port", options.ports, "the port of its broker on this machine; or of each of a cluster's")
        ->required();
    live->add_option("--host", options.host, "the host that its certificate is for")->capture_default_str();
    live->add_option("--devices", options.devices, "as many")->required();
    live->add_option("--codes", options.codes, "a file of `URL CODE` lines, by which they join in turn")->required();
    live->add_option("--least", options.least, "ms that a step takes at least")->capture_default_str();
    live->add_option("--most", options.most, "ms that it takes at most")->capture_default_str();
    live->add_option("--failing", options.failing, "the part of all steps that fail")->capture_default_str();
    auto* const fill = app.add_subcommand("fill", "what a broker has of many devices, without them");
    fill->add_option("--push", options.push, "the directory of the server of push")->required();
    fill->add_option("--broker", options.broker, "its broker's URL")->required();
    fill->add_option("--fleet", options.fleet, "the directory of the fleet's server")->required();
    fill->add_option("--devices", options.devices, "certificates")->required();
    fill->add_option("--keys", options.keys, "as many of the devices can report")->capture_default_str();
    CLI11_PARSE(app, count, words);
    ::signal(SIGPIPE, SIG_IGN);
    if (sodium_init() < 0) giveUp("there is no libsodium");
    if (live->parsed())
        Load(options).run();
    else
        fillBroker({options.push, options.broker, options.fleet, options.devices, options.keys});
    return 0;
}
