// stint-fleetd: a fleet's server beside a push server (fleet.md §1, §5): devices ask it over the line, operators at its
// door. `stint fleet serve` starts it.
#include <csignal>
#include <filesystem>
#include <optional>

#include <CLI/CLI.hpp>
#include <curl/curl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <systemd/sd-event.h>

#include "base/http/server.hpp"
#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "base/version/version.hpp"
#include "fleet/office/door.hpp"
#include "fleet/office/poster.hpp"
#include "push/broker/reading.hpp"
#include "push/envelope/names.hpp"
#include "push/keys/private_file.hpp"

namespace {

using namespace stint;
using namespace stint::fleet;

struct Options {
    std::uint16_t port = 0;
    std::string nats = "nats://127.0.0.1:4222";
    std::string credentials;
    std::string certified;
    std::string data;
    std::string push;
    std::string member, route;
    std::string webRoot;
};

Options parseOptions(int count, char** words) {
    Options options;
    CLI::App app{"stint-fleetd: a fleet's server; it lets devices in, and decides who of them may begin a campaign"};
    app.add_option("--port", options.port, "its door at this port of 127.0.0.1, in place of one that is free");
    app.add_option("--nats", options.nats, "the URL of the nats-server")->capture_default_str();
    app.add_option("--credentials", options.credentials, "its file of a user's JWT and key")->check(CLI::ExistingFile);
    app.add_option("--nats-host", options.certified, "the host that its certificate is for, in place of the URL's");
    app.add_option("--data", options.data, "the fleet's directory, which `stint fleet init` makes")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--push", options.push, "the address of the stint-endpoint beside, as in http://127.0.0.1:8090")
        ->required();
    auto* const member = app.add_option("--member", options.member, "its name in a cluster of servers");
    app.add_option("--route", options.route, "its place in the cluster, which people are told")->needs(member);
    app.add_option("--web-root", options.webRoot, "the page's files from this directory, for whoever works on them")
        ->check(CLI::ExistingDirectory);
    app.set_version_flag("--version", fmt::format("stint-fleetd {}", ownBuild().version));
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == 0 ? 0 : stint::ends::usage);
    }
    return options;
}

void printLine(std::string_view line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
}

/// While it is there the office may be called; the broker calls nobody from its end on.
struct Calls {
    push::Broker& broker;
    ~Calls() { broker.close(); }
};

Result<void> serve(const Options& options) {
    const http::Loop loop = STINT_TRY(http::loopEndedBy({SIGINT, SIGTERM}));
    const entrance::Secret opens = STINT_TRY(entrance::Secret::draw());
    const entrance::Secret cookie = STINT_TRY(entrance::Secret::draw());
    auto peers = STINT_TRY(entrance::Peers::open());
    const std::filesystem::path data(options.data);
    auto keys = STINT_TRY(FleetKeys::open(data));
    auto roster = STINT_TRY(Roster::open(data / "roster.db"));
    if (!roster.setAside().empty()) complain("stint-fleetd", roster.setAside());
    auto server = STINT_TRY(http::Server::listen(options.port));
    const bool isClustered = !options.member.empty();
    auto broker = STINT_TRY(push::Broker::connect({.urls = {options.nats},
                                                   .credentials = options.credentials,
                                                   .device = "",
                                                   .certified = options.certified,
                                                   .clustered = isClustered}));
    const std::shared_ptr<push::Handover> handover = STINT_TRY(push::Handover::open(loop.get()));
    Poster poster(options.push);
    std::string trouble;
    const auto end = [&trouble, handover, it = loop.get()](const std::string& why) {
        handover->leave([&trouble, it, why] {
            trouble = why;
            sd_event_exit(it, 0);
        });
    };
    {
        std::unique_ptr<Office> office;
        office = std::make_unique<Office>(
            broker, Office::Settings{.data = data, .member = options.member, .route = options.route}, std::move(roster),
            std::move(keys),
            Office::Wires{
                .post = [&](const std::string& endpoint, const OrderMessage& order) { poster.post(endpoint, order); },
                .tell = [](const std::string& sentence) { complain("stint-fleetd", sentence); },
                .opened = [] { printLine("open"); },
                .follows = [] { printLine("follows"); },
                .superseded = [end] { end("another server leads the fleet"); }});
        const Calls calls{broker};
        STINT_TRY(
            broker.listen(push::readSubject, [&](const push::Stored& message) { office->leaderRead(message.body); }));
        broker.follow([&](bool up) { office->connected(up); },
                      [&](push::Ending) { end("the broker lets this server in no more"); });
        const std::string token = push::newToken(), address = fmt::format("http://127.0.0.1:{}", server.port());
        const Folder folder = STINT_TRY(Folder::open(data));
        STINT_TRY(push::writePrivateFile(folder, "door", fmt::format("{} {}\n", address, token)));
        printLine(address);
        Door door(*office, handover,
                  {.loop = loop.get(),
                   .token = token,
                   .page = fmt::format("{}/#{}", address, opens.text()),
                   .entry = entrance::Entry(house, server.port(), opens, cookie),
                   .peers = std::move(peers),
                   .webRoot =
                       options.webRoot.empty() ? std::nullopt : std::optional<std::filesystem::path>(options.webRoot)});
        server.run(loop.get(), door);
    }
    if (!trouble.empty()) return fail(Errc::UNAVAILABLE, "{}; this one begins anew", trouble);
    return {};
}

} // namespace

int main(int count, char** words) {
    const Options options = parseOptions(count, words);
    if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) return stint::ends::internal;
    const auto served = serve(options);
    if (served.ok()) return stint::ends::ok;
    complain("stint-fleetd", served.error().message);
    const bool isForAPerson = served.error().code == Errc::STORAGE || served.error().code == Errc::SECURITY;
    return isForAPerson ? stint::ends::configuration : stint::ends::unavailable;
}
