#include "push/serving/serving.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <netdb.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/spawn/spawn.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "base/time/clock.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/process.hpp"
#include "push/keys/authority.hpp"
#include "push/keys/private_file.hpp"

namespace stint::push {
namespace {

// The files of a server, in its directory.
constexpr const char *lockFile = "lock", *keysFile = "keys", *nkeysFile = "nkeys", *credentialsFile = "endpoint.creds",
                     *brokerFile = "nats.conf", *storeDirectory = "jetstream", *originFile = "origin",
                     *addressFile = "address", *routeAuthority = "route-ca.pem", *routeCertificate = "route.pem",
                     *routeKey = "route.key";

constexpr const char* loopback = "127.0.0.1";
constexpr auto untilReload = std::chrono::seconds(5);
/// PROPOSAL: push.md §3.3: nats-servers that reach each other agree within ten seconds, or never.
constexpr auto untilLeader = std::chrono::seconds(30);
constexpr int mostLeaderless = 3;

/// Debian has it where a user's PATH does not look.
Result<std::filesystem::path> natsServer() {
    const char* const path = std::getenv("PATH");
    auto found = findProgram("nats-server", std::string(path ? path : defaultPath) + ":/usr/local/sbin:/usr/sbin", "/");
    if (!found.ok()) return fail(Errc::UNAVAILABLE, "there is no nats-server: apt install nats-server");
    return found;
}

constexpr Duration untilItTells = std::chrono::seconds(10);

/// The text that the program prints, which it has so long for.
Result<std::string> printedBy(std::vector<std::string> words) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail(Errc::SYSTEM, "no pipe: {}", std::strerror(errno));
    const Fd printed(ends[0]);
    Fd printing(ends[1]);
    pid_t pid = 0;
    const int error = spawnDetached(pid, std::move(words), {}, [&](posix_spawn_file_actions_t* files) {
        ::posix_spawn_file_actions_adddup2(files, printing.get(), STDOUT_FILENO);
    });
    if (error != 0) return fail(Errc::SYSTEM, "{}", std::strerror(error));
    printing = Fd();
    pollfd wait{printed.get(), POLLIN, 0};
    std::array<char, 256> text{};
    const bool hasTold = ::poll(&wait, 1, static_cast<int>(untilItTells / std::chrono::milliseconds(1))) > 0;
    const ssize_t count = hasTold ? ::read(printed.get(), text.data(), text.size()) : 0;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return std::string(text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
}

Result<void> checkFree(const std::string& address, std::uint16_t port, std::string_view option) {
    addrinfo wanted{};
    wanted.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is no address of this machine, as in 0.0.0.0 or 192.0.2.7",
                    address);
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
    const Fd tried(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(tried.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (::bind(tried.get(), found->ai_addr, found->ai_addrlen) == 0) return {};
    return fail(Errc::UNAVAILABLE, "port {} of {}: {}; another one is named by {}", port, address, std::strerror(errno),
                option);
}

Result<Fd> locked(const std::filesystem::path& data) {
    Fd lock = STINT_TRY(privateFile(data / lockFile));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK) return diskRefused("lock", data / lockFile);
    return fail(Errc::BUSY, "a server is in {} already, or about to end", data.string());
}

/// An address of IPv6 in brackets, with its port.
std::string withPort(const std::string& host, std::uint16_t port) {
    return host.find(':') == std::string::npos || host.starts_with('[') ? fmt::format("{}:{}", host, port)
                                                                        : fmt::format("[{}]:{}", host, port);
}

/// The address of nats-server for stint-endpoint, which is beside it.
std::string brokerHere(const Serving::Settings& settings) {
    const auto& listening = settings.listening;
    const bool isAtAll = !listening || listening->address == "0.0.0.0" || listening->address == "::";
    return (listening ? "tls://" : "nats://") + withPort(isAtAll ? loopback : listening->address, settings.brokerPort);
}
std::string brokerForDevices(const Serving::Settings& settings) {
    if (!settings.listening) return brokerHere(settings);
    return "tls://" + withPort(settings.listening->host, settings.brokerPort);
}

std::string inQuotes(const std::filesystem::path& path) { return nlohmann::json(path.string()).dump(); }

std::string tlsOf(const std::optional<Serving::Settings::Listening>& listening) {
    if (!listening) return {};
    // Where all devices come back at once, or one over a satellite, the usual 2 s are not enough.
    return fmt::format("tls: {{ cert_file: {}, key_file: {}, timeout: 10 }}\n", inQuotes(listening->certificate),
                       inQuotes(listening->key));
}

/// The place of a server in its cluster, at the address that is named now, or as before. nullopt: it is alone.
Result<std::optional<ClusterFile>> placeOf(const Serving::Settings& settings) {
    auto known = STINT_TRY(ClusterFile::read(settings.data));
    if (settings.route.empty() || (known && known->route == settings.route)) return known;
    std::error_code ignored;
    if (!known && std::filesystem::exists(settings.data / storeDirectory, ignored))
        return fail(Errc::STORAGE, "{} has the messages of a single server: a cluster begins in a directory of its own",
                    settings.data.string());
    ClusterFile place =
        known ? *std::move(known) : ClusterFile{.name = Membership::newName(), .route = {}, .others = {}};
    place.route = settings.route;
    STINT_TRY(place.write(settings.data));
    return std::optional(std::move(place));
}

/// The routes between the brokers: each has a certificate by an authority that only servers of the cluster can make.
Result<std::string> clusterOf(const Serving::Settings& settings, const Authority& authority,
                              const std::optional<ClusterFile>& place) {
    if (!place) return std::string();
    const auto here = routeIn(place->route);
    STINT_CHECK(here); // it was read so
    const Folder folder = STINT_TRY(Folder::open(settings.data));
    const auto certified = STINT_TRY(certifiedFor(here->address, authority.clusterSecret(), wallNow()));
    STINT_TRY(writePrivateFile(folder, routeAuthority, certified.authority));
    STINT_TRY(writePrivateFile(folder, routeCertificate, certified.certificate));
    STINT_TRY(writePrivateFile(folder, routeKey, certified.key));
    std::string routes = inQuotes("nats-route://" + place->route); // nats-server wants one, and knows itself
    for (const std::string& other : place->others)
        routes += ", " + inQuotes("nats-route://" + other);
    std::string told;
    if (settings.listening)
        told = fmt::format("client_advertise: \"{}\"\n", withPort(settings.listening->host, settings.brokerPort));
    return fmt::format("{}cluster: {{\n  name: stint\n  listen: \"{}\"\n  routes: [{}]\n"
                       "  tls: {{ cert_file: {}, key_file: {}, ca_file: {}, verify: true, timeout: 5 }}\n}}\n",
                       told, place->route, routes, inQuotes(settings.data / routeCertificate),
                       inQuotes(settings.data / routeKey), inQuotes(settings.data / routeAuthority));
}

/// A cluster's disks have what is acknowledged 2 s later, where nats-server has a word for it (push.md §1.1).
std::string syncOf(const std::optional<ClusterFile>& place, const std::optional<Version>& version) {
    return place && version && *version >= Version{2, 10, 0} ? ", sync_interval: \"2s\"" : "";
}

/// nats-server's own language takes JSON's texts.
std::string configurationOf(const Serving::Settings& settings, const std::optional<ClusterFile>& place,
                            const std::string& cluster, const std::string& sync, const std::string& accounts) {
    const std::string address = settings.listening ? settings.listening->address : loopback;
    return fmt::format("# Written by `stint push serve` at each start.\n"
                       "server_name: stint{}\nlisten: \"{}\"\nmax_connections: 64000\n"
                       "ping_interval: \"35m\" # devices ask by themselves (push.md §4.1)\n"
                       "disable_sublist_cache: true # each subject is another device's\n"
                       "jetstream: {{ store_dir: {}, max_file_store: {}{} }}\n{}{}{}",
                       place ? "-" + place->name : "", withPort(address, settings.brokerPort),
                       inQuotes(settings.data / storeDirectory), settings.store, sync, tlsOf(settings.listening),
                       cluster, accounts);
}

/// "[7] 2026/11/27 08:00:00.000000 [WRN] text": its level and its text.
std::pair<std::string_view, std::string_view> levelAndText(std::string_view line) {
    for (const std::string_view level : {"[INF] ", "[WRN] ", "[ERR] ", "[FTL] "})
        if (const auto at = line.find(level); at != std::string_view::npos)
            return {level, line.substr(at + level.size())};
    return {"", line};
}

} // namespace

std::filesystem::path serverDirectory() { return stateDirectory() / "push-server"; }

Result<std::string> brokerVersion() {
    const std::filesystem::path program = STINT_TRY(natsServer());
    const std::string printed = STINT_TRY(printedBy({program.string(), "--version"}));
    constexpr std::string_view before = "nats-server: ";
    if (printed.starts_with(before))
        return printed.substr(before.size(), printed.find_first_of("\r\n") - before.size());
    return fail(Errc::UNAVAILABLE, "{} does not tell its version", program.string());
}

bool isServers(const std::filesystem::path& data) {
    std::error_code unknown;
    return std::filesystem::exists(data / nkeysFile, unknown);
}

Result<std::unique_ptr<Serving>> Serving::open(sd_event* loop, const Settings& settings, Hooks hooks) {
    STINT_TRY(makePrivateDirectory(settings.data));
    Fd lock = STINT_TRY(locked(settings.data));
    std::unique_ptr<Serving> made(new Serving(loop, settings, std::move(hooks), std::move(lock)));
    STINT_TRY(made->begin(loop, settings));
    return made;
}

Serving::Serving(sd_event* loop, const Settings& settings, Hooks hooks, Fd lock)
    : loop_(loop), settings_(settings), address_(fmt::format("http://127.0.0.1:{}", settings.port)),
      origin_(settings.origin.empty() ? address_ : settings.origin), hooks_(std::move(hooks)), lock_(std::move(lock)),
      made_(wallNow()), betweenReloads_(loop), withoutLeader_(loop) {}

Result<void> Serving::begin(sd_event* loop, const Settings& settings) {
    const auto program = STINT_TRY(natsServer());
    STINT_TRY(checkFree(loopback, settings.port, "--port"));
    STINT_TRY(
        checkFree(settings.listening ? settings.listening->address : loopback, settings.brokerPort, "--broker-port"));
    STINT_TRY(ServerKeys::open(settings.data / keysFile));
    authority_ = STINT_TRY(Authority::open(settings.data / nkeysFile));
    const Folder folder = STINT_TRY(Folder::open(settings.data));
    STINT_TRY(writePrivateFile(folder, credentialsFile, authority_->serverCredentials(wallNow())));
    // Before the broker is there: who is revoked never gets in.
    if (auto revoked = readRevoked(settings.data); revoked.ok())
        revoked_ = *std::move(revoked);
    else
        hooks_.tell(revoked.error().message);
    place_ = STINT_TRY(placeOf(settings));
    if (place_) STINT_TRY(checkFree(routeIn(place_->route)->address, routeIn(place_->route)->port, "--cluster"));
    cluster_ = STINT_TRY(clusterOf(settings, *authority_, place_));
    const auto version = brokerVersion();
    const std::string old = place_ && version.ok() ? tooOldForCluster(*version) : "";
    if (!old.empty()) hooks_.tell(old);
    sync_ = syncOf(place_, version.ok() ? versionIn(*version) : std::nullopt);
    STINT_TRY(configure());
    isFirst_ = place_ && place_->others.empty();
    STINT_TRY(writePrivateFile(folder, originFile, origin_));
    STINT_TRY(writePrivateFile(folder, addressFile, address_));
    broker_ = std::make_unique<Kept>(
        loop, "nats-server", std::vector<std::string>{program.string(), "-c", (settings.data / brokerFile).string()},
        lock_.get(),
        Kept::Hooks{[this](std::string_view line) { heardBroker(line); },
                    [this](const std::string& sentence) {
                        brokerListens_ = hasLeader_ = false;
                        withoutLeader_.clear();
                        hooks_.tell(sentence);
                    }});
    endpoint_ =
        std::make_unique<Kept>(loop, "stint-endpoint", endpointWords(settings), lock_.get(),
                               Kept::Hooks{[this](std::string_view line) { heardEndpoint(line); }, hooks_.tell});
    broker_->start();
    return {};
}

std::vector<std::string> Serving::brokerWords() const {
    std::vector<std::string> words{"--nats", brokerHere(settings_), "--credentials",
                                   (settings_.data / credentialsFile).string()};
    if (settings_.listening) words.insert(words.end(), {"--nats-host", settings_.listening->host});
    return words;
}

std::vector<std::string> Serving::endpointWords(const Settings& settings) const {
    std::vector<std::string> words{(libexecDirectory() / "stint-endpoint").string(),
                                   "--port",
                                   std::to_string(settings.port),
                                   "--data",
                                   settings.data.string(),
                                   "--origin",
                                   origin_,
                                   "--broker",
                                   brokerForDevices(settings)};
    for (std::string& word : brokerWords())
        words.push_back(std::move(word));
    if (!settings.origin.empty()) words.emplace_back("--behind-proxy");
    if (!settings.files.empty()) words.insert(words.end(), {"--files", settings.files.string()});
    if (place_) words.insert(words.end(), {"--member", place_->name, "--route", place_->route});
    return words;
}

Result<void> Serving::configure() {
    const Folder folder = STINT_TRY(Folder::open(settings_.data));
    const std::string accounts = authority_->configuration(made_, revoked_, wallNow());
    return writePrivateFile(folder, brokerFile, configurationOf(settings_, place_, cluster_, sync_, accounts));
}

// The file of revoked devices is another (push.md §3.1). A reload costs nats-server time: there is one in 5 s at most.
void Serving::reconfigure() {
    if (betweenReloads_.isSet()) {
        isOld_ = true;
        return;
    }
    isOld_ = false;
    auto revoked = readRevoked(settings_.data);
    if (revoked.ok() && *revoked == revoked_) return;
    betweenReloads_.set(untilReload, [this] { isOld_ ? reconfigure() : readOnceMore(); });
    const auto written = [&]() -> Result<void> {
        revoked_ = STINT_TRY(std::move(revoked));
        return configure();
    }();
    if (written.ok()) return reload();
    isOld_ = true; // once more
    revoked_.clear();
    hooks_.tell(written.error().message);
}

// nats-server loads an account when its first device comes. One that it was just loading has escaped the reload, and
// would let revoked devices in for ever; what is read now has another time of issue.
void Serving::readOnceMore() {
    if (const auto written = configure(); !written.ok()) return hooks_.tell(written.error().message);
    reload();
}

// One that stands still may not end either, and the others have all that it has.
void Serving::heal() {
    hooks_.tell("nats-server's replicas stand still, and those of the other servers do not: it is killed");
    broker_->signal(SIGKILL);
}

// Servers that have just met sometimes never agree on a leader (2.10.27: one pair in fifty), though each hears the
// other. In a new process they meet anew.
void Serving::awaitLeader() {
    if (hasLeader_ || isReady_ || withoutLeader_.isSet() || leaderless_ == mostLeaderless) return;
    withoutLeader_.set(untilLeader, [this] {
        if (isReady_) return;
        ++leaderless_;
        hooks_.tell("nats-server reaches another, and they have agreed on no leader for 30 s: it is killed");
        broker_->signal(SIGKILL);
    });
}

// A nats-server that has just begun may have read the old one, and would die of the signal.
void Serving::reload() {
    brokerReadsAnother_ = !brokerListens_;
    if (brokerListens_) broker_->signal(SIGHUP);
}

// Both are told of here, for neither has a log of its own.
void Serving::heardBroker(std::string_view line) {
    const auto [level, text] = levelAndText(line);
    if (text.ends_with("Route connection created")) awaitLeader();
    if (text.starts_with("JetStream cluster new metadata leader")) {
        hasLeader_ = true;
        withoutLeader_.clear();
    }
    if (level != "[INF] ") return hooks_.tell(fmt::format("nats-server: {}", text));
    if (text != "Server is ready") return;
    brokerListens_ = true;
    if (brokerReadsAnother_) reload();
    if (!std::exchange(endpointBegan_, true)) endpoint_->start();
}

void Serving::heardEndpoint(std::string_view line) {
    if (line == address_) { // it listens
        if (std::exchange(isFirst_, false)) hooks_.first();
        return;
    }
    if (line == "revoked") return reconfigure();
    if (line == "stalled") return heal();
    if (line != "open") return hooks_.tell(std::string(line));
    if (!std::exchange(isReady_, true)) hooks_.ready();
}

void Serving::keep(std::string name, std::vector<std::string> words, std::function<void(std::string_view line)> heard) {
    for (std::string& word : brokerWords())
        words.push_back(std::move(word));
    if (place_) words.insert(words.end(), {"--member", place_->name, "--route", place_->route});
    beside_ = std::make_unique<Kept>(loop_, std::move(name), std::move(words), lock_.get(),
                                     Kept::Hooks{std::move(heard), hooks_.tell});
    beside_->start();
}

void Serving::end(const std::function<void()>& done) {
    const auto endOthers = [this, done] { endpoint_->end([this, done] { broker_->end(done); }); };
    if (!beside_) return endOthers();
    beside_->end(endOthers);
}

Result<void> checkUnused(const std::filesystem::path& data) {
    std::error_code ignored;
    for (const char* const one : {ClusterFile::fileName, storeDirectory})
        if (std::filesystem::exists(data / one, ignored))
            return fail(Errc::STORAGE, "{} is a server's already: without --join it goes on", data.string());
    return {};
}

Result<void> adopt(const std::filesystem::path& data, const std::string& route, const ServerAnswer& answer) {
    STINT_TRY(makePrivateDirectory(data));
    const Fd lock = STINT_TRY(locked(data));
    STINT_TRY(checkUnused(data));
    const Folder folder = STINT_TRY(Folder::open(data));
    STINT_TRY(writePrivateFile(folder, keysFile, answer.keys.bytes()));
    STINT_TRY(writePrivateFile(folder, nkeysFile, answer.authority.text()));
    return ClusterFile{.name = Membership::newName(), .route = route, .others = answer.routes}.write(data);
}

Result<void> handOn(const std::filesystem::path& data, std::string_view beside) {
    STINT_TRY(makePrivateDirectory(data));
    const Folder folder = STINT_TRY(Folder::open(data));
    return writePrivateFile(folder, besideFile, beside);
}

namespace {

Result<ServerKeys> keysOfServer(const std::filesystem::path& data) {
    std::error_code ignored;
    if (!std::filesystem::exists(data / keysFile, ignored))
        return fail(Errc::STORAGE, "there is no server in {}: `stint push serve` makes one", data.string());
    return ServerKeys::open(data / keysFile);
}

} // namespace

Result<std::string> codeOf(const std::filesystem::path& data, WallTime end, std::string_view purpose) {
    const ServerKeys keys = STINT_TRY(keysOfServer(data));
    return codeUntil(end, keys, purpose);
}

Result<std::string> addressIn(const std::filesystem::path& data) {
    auto address = readFile(data / addressFile);
    if (!address) return fail(Errc::STORAGE, "there is no server in {}: `stint push serve` makes one", data.string());
    return *std::move(address);
}

Result<std::string> originIn(const std::filesystem::path& data) {
    auto origin = readFile(data / originFile);
    if (!origin) return fail(Errc::STORAGE, "there is no server in {}: `stint push serve` makes one", data.string());
    return *std::move(origin);
}

Result<std::string> invitation(const std::filesystem::path& data, WallTime end) {
    const std::string code = STINT_TRY(codeOf(data, end));
    const std::string origin = STINT_TRY(originIn(data));
    return fmt::format("stint push join {} {}", origin, code);
}

Result<std::string> serverInvitation(const std::filesystem::path& data, WallTime end, std::string_view verbs) {
    const ServerKeys keys = STINT_TRY(keysOfServer(data));
    const auto place = STINT_TRY(ClusterFile::read(data));
    if (!place)
        return fail(Errc::STORAGE, "the server in {} is alone: a cluster begins with `stint {} serve --cluster`",
                    data.string(), verbs);
    const std::string origin = STINT_TRY(originIn(data));
    return fmt::format("stint {} serve --join {} {} --cluster ADDRESS", verbs, origin, codeUntil(end, keys, toServe));
}

std::optional<Version> versionIn(std::string_view text) {
    if (!text.starts_with("v")) return std::nullopt;
    const auto word = text.substr(1);
    const auto parts = splitAt(word.substr(0, word.find_first_not_of("0123456789.")), ".");
    Version version{};
    if (parts.size() != version.size()) return std::nullopt;
    for (std::size_t n = 0; n < version.size(); ++n) {
        const auto number = numberIn<int>(parts[n]);
        if (!number) return std::nullopt;
        version.at(n) = *number;
    }
    return version;
}

std::string tooOldForCluster(std::string_view text) {
    constexpr Version safe{2, 10, 27};
    const auto version = versionIn(text);
    if (!version || *version >= safe) return {};
    return fmt::format(
        "nats-server {}: its replicas may differ after a kill, and messages be lost then; a cluster wants "
        "v{} or newer",
        text, fmt::join(safe, "."));
}

} // namespace stint::push
