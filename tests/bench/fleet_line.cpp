#include "bench/fleet_line.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <random>
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "push/broker/connection.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::bench {
namespace {

constexpr std::string_view end = "\r\n";

template <auto destroy> struct Release {
    template <class Object> void operator()(Object* object) const { destroy(object); }
};

void allowDescriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// "Name: value", a line each, behind a line that says that these are headers.
push::Headers headersIn(std::string_view text) {
    push::Headers headers;
    for (std::string_view line : splitAt(text, end)) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        std::string_view value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
        headers.emplace_back(line.substr(0, colon), value);
    }
    return headers;
}

std::string tlsTrouble() {
    const unsigned long code = ERR_get_error();
    return code == 0 ? "the broker has hung up" : ERR_error_string(code, nullptr);
}

} // namespace

struct Place::Terms {
    std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>> context{SSL_CTX_new(TLS_client_method())};
};
struct FleetLine::Tls {
    std::unique_ptr<SSL, Release<SSL_free>> it;
};

Place::Place(std::vector<std::uint16_t> ports, std::string host)
    : ports_(std::move(ports)), host_(std::move(host)), terms_(std::make_unique<Terms>()) {
    SSL_CTX* const context = terms_->context.get();
    SSL_CTX_set_default_verify_paths(context);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    allowDescriptors();
}
Place::~Place() = default;

FleetLine::FleetLine(Loop& loop, const Place& place, const Device& device, Hooks hooks)
    : loop_(loop), place_(place), device_(device), hooks_(std::move(hooks)), ports_(place.ports_),
      tls_(std::make_unique<Tls>()) {
    std::shuffle(ports_.begin(), ports_.end(), std::minstd_rand(std::hash<std::string>()(device_.name)));
}
FleetLine::~FleetLine() = default;

void FleetLine::connect() {
    fd_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd_) giveUp(fmt::format("no socket: {}", std::strerror(errno)));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(ports_[next_++ % ports_.size()]);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int yes = 1;
    ::setsockopt(fd_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    // Where nobody listens, the first read says so.
    static_cast<void>(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
    state_ = State::Greeting;
    loop_.watch(fd_.get(), *this);
    // The kernel tries again after 1, 3, 7, 15, 31 s where the broker's queue of connections is full.
    const Duration longest = push::connectingOf({.urls = {}, .credentials = {}, .device = device_.name});
    loop_.after(longest, [this, of = next_] {
        if (of == next_ && state_ == State::Greeting) lose("no broker has greeted in time");
    });
}

void FleetLine::ready() {
    if (state_ == State::Down) return; // of a batch of events in which it was lost
    ERR_clear_error();                 // another connection's
    const auto went = goOn();
    if (!went.ok() && state_ != State::Down) lose(went.error().message);
}

Result<void> FleetLine::goOn() {
    if (state_ == State::Greeting) STINT_TRY(hearGreeting());
    if (state_ == State::Handshake) STINT_TRY(shakeHands());
    if (state_ != State::LetIn && state_ != State::Up) return {};
    STINT_TRY(read());
    return flush();
}

/// The server's first line comes in clear text, and says what it wants signed. Nothing follows it before TLS begins.
Result<void> FleetLine::hearGreeting() {
    char piece[4096];
    const auto size = ::recv(fd_.get(), piece, sizeof piece, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {};
    if (size <= 0) return fail(Errc::UNAVAILABLE, "no broker greets: {}", size == 0 ? "closed" : std::strerror(errno));
    in_.append(piece, static_cast<std::size_t>(size));
    if (!in_.ends_with(end)) return {};
    tls_->it.reset(SSL_new(place_.terms_->context.get()));
    SSL_set_tlsext_host_name(tls_->it.get(), place_.host_.c_str());
    SSL_set1_host(tls_->it.get(), place_.host_.c_str());
    SSL_set_fd(tls_->it.get(), fd_.get());
    state_ = State::Handshake;
    return {};
}

Result<void> FleetLine::shakeHands() {
    const int done = SSL_connect(tls_->it.get());
    if (done != 1) {
        const int why = SSL_get_error(tls_->it.get(), done);
        const bool waits = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
        if (!waits) return fail(Errc::UNAVAILABLE, "TLS: {}", tlsTrouble());
        const bool writes = why == SSL_ERROR_WANT_WRITE;
        if (writes != std::exchange(wantsToWrite_, writes)) loop_.wantToWrite(fd_.get(), *this, writes);
        return {};
    }
    const auto info = nlohmann::json::parse(in_.substr(std::min(in_.find('{'), in_.size())), nullptr, false);
    if (!info.is_object() || !info.contains("nonce")) return fail(Errc::UNAVAILABLE, "the broker wants no signature");
    in_.clear();
    state_ = State::LetIn;
    inbox_ = fmt::format("_INBOX.{}.{}.", device_.name, push::newId());
    say(wordsOf(device_, info["nonce"].get<std::string>(), inbox_));
    return {};
}

Result<void> FleetLine::read() {
    char piece[16384];
    while (true) {
        ERR_clear_error();
        const int size = SSL_read(tls_->it.get(), piece, sizeof piece);
        if (size <= 0) {
            const int why = SSL_get_error(tls_->it.get(), size);
            if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return {};
            return fail(Errc::UNAVAILABLE, "the connection was lost: {}", tlsTrouble());
        }
        in_.append(piece, static_cast<std::size_t>(size));
        STINT_TRY(take());
        if (state_ == State::Down) return fail(Errc::UNAVAILABLE, "the connection was lost");
    }
}

Result<void> FleetLine::take() {
    while (STINT_TRY(takeOne())) {
    }
    return {};
}

/// A word of the broker's, with what belongs to it. False: it has not come whole.
Result<bool> FleetLine::takeOne() {
    const auto at = in_.find(end);
    if (at == std::string::npos) return false;
    const std::string line = in_.substr(0, at);
    const auto words = splitAt(line, " ");
    const std::string_view word = words.front();
    if (word != "MSG" && word != "HMSG") {
        in_.erase(0, at + end.size());
        if (word == "PING") say("PONG\r\n");
        if (word == "-ERR") return fail(Errc::UNAVAILABLE, "the broker: {}", line);
        if (word == "PONG" && state_ == State::LetIn) {
            state_ = State::Up;
            hooks_.up();
        }
        return true;
    }
    // MSG SUBJECT ID [REPLY] BYTES; HMSG SUBJECT ID [REPLY] BYTES-OF-HEADERS BYTES
    const bool hasHeaders = word == "HMSG";
    const auto all = numberIn<std::size_t>(words.back());
    const auto ofHeaders = hasHeaders ? numberIn<std::size_t>(words[words.size() - 2]) : std::optional<std::size_t>(0);
    if (words.size() < 4 || !all || !ofHeaders || *ofHeaders > *all)
        return fail(Errc::UNAVAILABLE, "the broker does not speak NATS");
    const std::size_t begin = at + end.size();
    if (in_.size() < begin + *all + end.size()) return false;
    const std::string message = in_.substr(begin, *all);
    in_.erase(0, begin + *all + end.size());
    takeMessage(words[1], std::string_view(message).substr(0, *ofHeaders),
                std::string_view(message).substr(*ofHeaders));
    return true;
}

void FleetLine::takeMessage(std::string_view subject, std::string_view headers, std::string_view body) {
    if (!subject.starts_with(inbox_))
        return hooks_.heard(
            {.subject = std::string(subject), .headers = headersIn(headers), .body = std::string(body)});
    auto its = waiting_.extract(numberIn<std::uint64_t>(subject.substr(inbox_.size())).value_or(0));
    if (!its) return; // it came too late
    const bool isNobody = headers.starts_with("NATS/1.0 503") || headers.find("Status: 503") != std::string_view::npos;
    if (isNobody) return its.mapped()(fail(Errc::UNAVAILABLE, "nobody answers"));
    its.mapped()(std::string(body));
}

void FleetLine::ask(const std::string& subject, std::string_view question, Duration patience, Answered answered) {
    if (state_ != State::Up) return answered(fail(Errc::UNAVAILABLE, "the broker is away"));
    const std::uint64_t which = ++number_;
    waiting_.emplace(which, std::move(answered));
    say(fmt::format("PUB {} {}{} {}\r\n{}\r\n", subject, inbox_, which, question.size(), question));
    if (const auto sent = flush(); !sent.ok()) return lose(sent.error().message);
    loop_.after(patience, [this, which] {
        if (auto its = waiting_.extract(which)) its.mapped()(fail(Errc::UNAVAILABLE, "nobody has answered in time"));
    });
}

void FleetLine::say(std::string_view words) { out_ += words; }

Result<void> FleetLine::flush() {
    ERR_clear_error();
    while (!out_.empty()) {
        const int size = SSL_write(tls_->it.get(), out_.data(), static_cast<int>(out_.size()));
        if (size <= 0) {
            const int why = SSL_get_error(tls_->it.get(), size);
            if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) break;
            return fail(Errc::UNAVAILABLE, "the connection was lost: {}", tlsTrouble());
        }
        out_.erase(0, static_cast<std::size_t>(size));
    }
    if (out_.empty() != wantsToWrite_) return {};
    wantsToWrite_ = !out_.empty();
    loop_.wantToWrite(fd_.get(), *this, wantsToWrite_);
    return {};
}

void FleetLine::lose(const std::string& why) {
    state_ = State::Down;
    ERR_clear_error();
    tls_->it.reset();
    fd_ = Fd();
    in_.clear();
    out_.clear();
    wantsToWrite_ = false;
    for (const auto& [which, answered] : std::exchange(waiting_, {}))
        answered(fail(Errc::UNAVAILABLE, "{}", why));
    hooks_.lost(why);
}

} // namespace stint::bench
