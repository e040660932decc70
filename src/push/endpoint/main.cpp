// stint-endpoint: takes messages from applications' servers, keeps them on NATS JetStream, and answers devices.
#include <csignal>
#include <filesystem>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <systemd/sd-event.h>

#include "base/http/server.hpp"
#include "base/result/errors.hpp"
#include "base/unix/ends.hpp"
#include "base/unix/process.hpp"
#include "base/version/version.hpp"
#include "push/endpoint/endpoint.hpp"
#include "push/mailbox/post_office.hpp"

namespace {

using namespace stint;
using namespace stint::push;

struct Options {
    std::uint16_t port = 0;
    std::string nats = "nats://127.0.0.1:4222";
    std::string credentials;
    std::string certified;
    std::string data;
    std::string origin;
    std::vector<std::string> brokers;
    std::string member, route;
    std::string files;
    bool behindProxy = false;
};

Options parseOptions(int count, char** words) {
    Options options;
    CLI::App app{"stint-endpoint: a push service; it takes messages at 127.0.0.1 and keeps them on a nats-server"};
    app.add_option("--port", options.port, "at this port of 127.0.0.1, in place of one that is free");
    app.add_option("--nats", options.nats, "the URL of the nats-server")->capture_default_str();
    app.add_option("--credentials", options.credentials, "its file of a user's JWT and key")->check(CLI::ExistingFile);
    app.add_option("--nats-host", options.certified, "the host that its certificate is for, in place of the URL's");
    app.add_option("--data", options.data, "the directory of the outbox and the keys")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--origin", options.origin, "the origin that senders post to, as in https://push.example");
    app.add_option("--broker", options.brokers,
                   "a URL of the nats-server that devices are told; without any none may join")
        ->expected(1, 8);
    auto* const member = app.add_option("--member", options.member, "its name in a cluster");
    app.add_option("--route", options.route, "the address and the port at which the cluster's others reach its broker")
        ->needs(member);
    app.add_option("--files", options.files, "a directory of files that are answered, each under its SHA-256")
        ->check(CLI::ExistingDirectory);
    app.add_flag("--behind-proxy", options.behindProxy, "X-Forwarded-For tells who sends");
    app.set_version_flag("--version", fmt::format("stint-endpoint {}", ownBuild().version));
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

/// The door for devices that join; nullptr: none may.
Result<std::unique_ptr<Devices>> devicesOf(const Options& options, const ServerKeys& keys, PostOffice& office) {
    if (options.brokers.empty()) return std::unique_ptr<Devices>();
    auto authority = STINT_TRY(Authority::open(std::filesystem::path(options.data) / "nkeys"));
    const auto brokers = [&options, &office] {
        return office.cluster() ? office.cluster()->brokers() : options.brokers;
    };
    return std::make_unique<Devices>(std::move(authority), keys, brokers, office);
}

/// The door for servers that join the cluster; nullptr: there is none.
Result<std::unique_ptr<Servers>> serversOf(const Options& options, const ServerKeys& keys, PostOffice& office) {
    if (!office.cluster()) return std::unique_ptr<Servers>();
    auto authority = STINT_TRY(Authority::open(std::filesystem::path(options.data) / "nkeys"));
    const auto beside = [file = std::filesystem::path(options.data) / besideFile] {
        auto text = readFile(file);
        return text && text->size() <= longestBeside ? *std::move(text) : std::string();
    };
    return std::make_unique<Servers>(std::move(authority), keys, *office.cluster(), beside);
}

/// nullopt: the broker is alone. IllegalArgument: such a server cannot be in a cluster.
Result<std::optional<Membership>> memberOf(const Options& options) {
    if (options.member.empty()) return std::optional<Membership>();
    const Membership its{options.member, options.route, options.brokers.empty() ? "" : options.brokers.front()};
    auto read = STINT_TRY(Membership::parse(its.text()));
    return std::optional(std::move(read));
}

/// The cluster's others, for the next start.
void writeOthers(const Options& options, PostOffice& office) {
    std::vector<std::string> routes = office.cluster()->routes();
    routes.erase(routes.begin()); // its own
    const ClusterFile file{options.member, options.route, std::move(routes)};
    if (const auto written = file.write(options.data); !written.ok())
        complain("stint-endpoint", written.error().message);
}

Result<void> serve(const Options& options) {
    const http::Loop loop = STINT_TRY(http::loopEndedBy({SIGINT, SIGTERM}));
    const std::filesystem::path data(options.data);
    const ServerKeys keys = STINT_TRY(ServerKeys::open(data / "keys"));
    auto outbox = STINT_TRY(Outbox::open(data / "outbox.db"));
    auto server = STINT_TRY(http::Server::listen(options.port, {.header = 8 << 10, .connections = 1'024}));
    auto handover = STINT_TRY(Handover::open(loop.get()));
    const std::shared_ptr<Handover> shared = std::move(handover);
    // Lines on stdout: from now on messages are taken; the file of devices that are let in no more has changed; the
    // nats-server should be started again.
    const auto opened = [shared] { shared->leave([] { printLine("open"); }); };
    const auto revoked = [shared] { shared->leave([] { printLine("revoked"); }); };
    const auto stalled = [shared] { shared->leave([] { printLine("stalled"); }); };
    std::string trouble;
    const auto ended = [shared, &trouble, it = loop.get()](const std::string& why) {
        shared->leave([&trouble, it, why] {
            trouble = why;
            sd_event_exit(it, 0);
        });
    };
    std::unique_ptr<PostOffice> office;
    const auto changed = [&options, &office, shared] {
        shared->leave([&options, &office] { writeOthers(options, *office); });
    };
    auto member = STINT_TRY(memberOf(options));
    office = STINT_TRY(PostOffice::open({.url = options.nats,
                                         .credentials = options.credentials,
                                         .certified = options.certified,
                                         .member = std::move(member),
                                         .membersChanged = changed,
                                         .tell = [](const std::string& s) { complain("stint-endpoint", s); },
                                         .opened = opened,
                                         .data = data,
                                         .revoked = revoked,
                                         .ended = ended,
                                         .stalled = stalled},
                                        keys, std::move(outbox)));
    auto devices = STINT_TRY(devicesOf(options, keys, *office));
    auto servers = STINT_TRY(serversOf(options, keys, *office));
    auto files = options.files.empty() ? Result<std::unique_ptr<Files>>(nullptr) : Files::open(options.files);
    if (!files.ok()) return files.error();
    const std::string address = fmt::format("http://127.0.0.1:{}", server.port());
    Endpoint endpoint({options.origin.empty() ? address : options.origin, options.behindProxy}, *office, shared,
                      std::move(devices), std::move(servers), *std::move(files), keys);
    printLine(address);
    server.run(loop.get(), endpoint);
    if (!trouble.empty()) return fail(Errc::UNAVAILABLE, "{}; another endpoint has to begin", trouble);
    return {};
}

} // namespace

int main(int count, char** words) {
    const Options options = parseOptions(count, words);
    if (const auto served = serve(options); !served.ok()) {
        complain("stint-endpoint", served.error().message);
        return served.error().code == Errc::ILLEGAL_ARGUMENT ? stint::ends::usage : stint::ends::unavailable;
    }
    return 0;
}
