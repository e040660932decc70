// stint-fleet-load: many devices of a fleet, in one process and one thread, over the real line: TLS, JWT and signature,
// a join by an invitation, orders by push, documents, slots, signed reports. They are agents without jobs: whatever may
// begin takes a drawn time. The server is one of `stint fleet serve`; who has its directory has its keys, and so lets
// devices into push without asking. fleet_fill.hpp has the other words.
//
//   stint-fleet-load live --push DIR --port N… --host NAME --devices N --codes FILE
//       [--least MS] [--most MS] [--failing SHARE]   how long a step takes, and which part of all fail
// A line of JSON for each thing that all devices have done: connected, joined, registered, said hello; and of a
// campaign, when all have its order (ordered), and when the server has acknowledged all ends (ended). On stdin,
// "status" asks for all that was seen so far, "ends CAMPAIGN" for the end of each device; its end is this one's.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <unistd.h>

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

void say(const Json& said) {
    fmt::print("{}\n", said.dump());
    std::fflush(stdout);
}

/// One's lines of stdin.
class Words final : public Watched {
public:
    Words(Loop& loop, std::function<void(const std::string&)> heard) : loop_(loop), heard_(std::move(heard)) {
        ::fcntl(STDIN_FILENO, F_SETFL, ::fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
        loop.watch(STDIN_FILENO, *this);
    }
    void ready() override {
        char piece[4096];
        const auto size = ::read(STDIN_FILENO, piece, sizeof piece);
        if (size == 0) return loop_.end();
        if (size > 0) said_.append(piece, static_cast<std::size_t>(size));
        for (auto end = said_.find('\n'); end != std::string::npos; end = said_.find('\n')) {
            heard_(said_.substr(0, end));
            said_.erase(0, end + 1);
        }
    }

private:
    Loop& loop_;
    std::function<void(const std::string&)> heard_;
    std::string said_;
};

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

class Load {
public:
    explicit Load(const Options& options)
        : options_(options), codes_(codesIn(options.codes)), place_(options.ports, options.host),
          keys_(must(push::ServerKeys::open(std::filesystem::path(options.push) / "keys"))),
          drawn_{Duration(options.least), Duration(options.most), options.failing},
          words_(loop_, [this](const std::string& line) { asked(line); }) {
        const PushServer server(options.push, "");
        for (std::size_t n = 0; n < options.devices; ++n)
            devices_.push_back(std::make_unique<FleetDevice>(loop_, place_, server.makeDevice(), drawn_, seen_));
        seen_.changed = [this](const std::string& campaign) { look(campaign); };
    }

    void run() {
        begin();
        loop_.run();
    }

private:
    using Done = FleetDevice::Done;
    /// A thing that all do, so many at once.
    struct Step {
        const char* name;
        std::size_t atOnce;
        std::function<void(std::size_t device, Done done)> work;
    };

    void begin() {
        steps_ = {
            {"connected", 64, [this](std::size_t n, Done done) { devices_[n]->connect(std::move(done)); }},
            {"joined", 64,
             [this](std::size_t n, Done done) { devices_[n]->join(codes_[n % codes_.size()].code, std::move(done)); }},
            {"registered", 64,
             [this](std::size_t n, Done done) {
                 devices_[n]->registerForPush(keys_.publicKey, codes_.front().origin, std::move(done));
             }},
            {"greeted", 64, [this](std::size_t n, Done done) { devices_[n]->sayHello(std::move(done)); }},
        };
        beginStep();
    }

    void beginStep() {
        next_ = done_ = tries_ = 0;
        began_ = steadyNow();
        const std::size_t atOnce = std::min(steps_.front().atOnce, devices_.size());
        for (std::size_t n = 0; n < atOnce; ++n)
            beginNext();
    }

    void beginNext() {
        if (next_ < devices_.size()) tryIt(next_++);
    }
    void tryIt(std::size_t device) {
        steps_.front().work(device, [this, device](const Result<void>& done) {
            if (done.ok()) return loop_.later([this] { hasDone(); });
            seen_.trouble(fmt::format("{}: {}", steps_.front().name, done.error().message));
            if (++tries_ > devices_.size()) giveUp(fmt::format("{}: {}", steps_.front().name, done.error().message));
            loop_.after(std::chrono::seconds(1), [this, device] { tryIt(device); });
        });
    }
    void hasDone() {
        if (++done_ < devices_.size()) return beginNext();
        say({{"did", steps_.front().name},
             {"devices", done_},
             {"tries", tries_},
             {"ms", (steadyNow() - began_).count()}});
        steps_.erase(steps_.begin());
        if (!steps_.empty()) beginStep();
    }

    /// A campaign has come further on a device.
    void look(const std::string& id) {
        const CampaignSeen& its = seen_.campaigns[id];
        const auto tell = [&](const char* did, std::size_t count) {
            if (count == devices_.size() && told_.insert({id, did}).second)
                say({{"did", did}, {"campaign", id}, {"seen", its.json()}});
        };
        tell("ordered", its.orders.all.size());
        tell("ended", its.ends.size());
    }

    void asked(const std::string& line) {
        const auto words = splitAt(line, " ");
        if (line == "status") return say({{"did", "status"}, {"seen", seen_.json()}});
        if (words.size() != 2 || words.front() != "ends") return say({{"did", "nothing"}});
        Json ends = Json::object();
        for (const auto& [device, outcome] : seen_.campaigns[std::string(words[1])].ends)
            ends[device] = fleet::wordOf(outcome);
        say({{"did", "ends"}, {"ends", std::move(ends)}});
    }

    const Options& options_;
    std::vector<Code> codes_;
    Loop loop_;
    Place place_;
    push::ServerKeys keys_;
    Drawn drawn_;
    Seen seen_;
    Words words_;
    std::vector<std::unique_ptr<FleetDevice>> devices_;
    std::vector<Step> steps_;
    std::size_t next_ = 0, done_ = 0, tries_ = 0;
    Duration began_{0};
    std::set<std::pair<std::string, std::string>> told_;
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
