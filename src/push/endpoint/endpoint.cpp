#include "push/endpoint/endpoint.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/open_metrics.hpp"
#include "base/time/clock.hpp"
#include "push/webpush/encryption.hpp"

namespace stint::push {
namespace {

using http::Answer;
using http::refusal;

constexpr std::string_view metricsPath = "/metrics", notKnownYet = "this server does not know the registration yet";

/// The address at the other end.
struct Sender : http::Caller {
    explicit Sender(std::string its) : Caller(true), address(std::move(its)) {}
    std::string address;
};

std::string addressOf(int socket) {
    sockaddr_storage other{};
    socklen_t length = sizeof other;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&other), &length) != 0) return {};
    const void* const address = other.ss_family == AF_INET6
                                    ? static_cast<const void*>(&reinterpret_cast<sockaddr_in6*>(&other)->sin6_addr)
                                    : &reinterpret_cast<sockaddr_in*>(&other)->sin_addr;
    return ::inet_ntop(other.ss_family, address, text.data(), text.size()) ? text.data() : "";
}

Answer wrongMethod(std::string_view allowed) {
    auto answer = refusal(405, fmt::format("it takes these methods: {}", allowed));
    answer.headers.emplace_back("Allow", allowed);
    return answer;
}

} // namespace

Endpoint::Endpoint(Settings settings, PostOffice& office, std::shared_ptr<Handover> handover,
                   std::unique_ptr<Devices> devices, std::unique_ptr<Servers> servers, std::unique_ptr<Files> files,
                   ServerKeys keys)
    : settings_(std::move(settings)), broker_(office.broker()), keeper_(office.keeper()),
      registrations_(office.registrations()), replicas_(office.replicas()), handover_(std::move(handover)),
      devices_(std::move(devices)), servers_(std::move(servers)), files_(std::move(files)), keys_(keys) {}

std::shared_ptr<const http::Caller> Endpoint::met(int socket) {
    return std::make_shared<const Sender>(addressOf(socket));
}

std::string Endpoint::senderOf(const http::Request& head) const {
    const auto& its = static_cast<const Sender&>(*head.caller).address; // it was made by met()
    if (!settings_.behindProxy) return its;
    const auto forwarded = head.values("X-Forwarded-For");
    if (forwarded.empty()) return its;
    const std::string_view list = forwarded.back();
    const auto comma = list.rfind(',');
    std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
    last.remove_prefix(std::min(last.find_first_not_of(' '), last.size()));
    return std::string(last.substr(0, INET6_ADDRSTRLEN));
}

http::Judged Endpoint::judged(const http::Request& head) {
    auto judged = judgedHere(head);
    if (judged.refused) ++answers_[judged.refused->status];
    return judged;
}

// The order is that of push.md §3. Whatever is too long for a body is refused before it is asked whose it is.
http::Judged Endpoint::judgedHere(const http::Request& head) {
    const bool isGet = head.method == "GET";
    // A proxy forwards what strangers ask: the figures are for who stands beside this process.
    if (head.path == metricsPath && isGet && head.values("X-Forwarded-For").empty()) return {.isKnown = true};
    const bool isPost = head.method == "POST";
    if (devices_ && head.path == devicesPath) {
        if (isPost) return {.longestBody = longestDeviceQuestion};
        return {.refused = wrongMethod("POST")};
    }
    if (servers_ && head.path == serversPath) {
        if (!isPost) return {.refused = wrongMethod("POST")};
        return {.refused = servers_->refused(senderOf(head), bootNow()), .longestBody = longestDeviceQuestion};
    }
    if (files_ && head.path.starts_with(filesPath)) {
        if (isGet || head.method == "HEAD") return {};
        return {.refused = wrongMethod("GET, HEAD")};
    }
    if (head.path.starts_with(locationPath)) {
        if (head.method == "DELETE") return {};
        return {.refused = wrongMethod("DELETE")};
    }
    const auto token = tokenIn(head.path);
    const auto name = token ? registrationOf(*token) : std::nullopt;
    if (!isGet && !isPost) return {.refused = wrongMethod("POST, GET")};
    if (!name) return {.refused = refusal(404, "there is no such registration")};
    if (isGet) return {};
    const auto length = numberIn<std::uint64_t>(head.value("Content-Length"));
    if (length && *length > webpush::mostBody) return {.longestBody = webpush::mostBody}; // 413 is the server's word
    return {.refused = judgedPost(head, *name).refused, .longestBody = webpush::mostBody};
}

Answer Endpoint::wrong(const http::Request& head, Answer answer) {
    const std::string sender = senderOf(head);
    const Instant now = bootNow();
    if (const auto wait = wrong_.mustWait(sender, now))
        return retryLater(429, *wait, "too many registrations, or signatures, that are none");
    wrong_.count(sender, now);
    return answer;
}

Endpoint::Judgement Endpoint::judgedPost(const http::Request& head, const std::string& name) {
    const auto found = registrations_.find(name);
    if (!found.ok()) return {.refused = retryLater(503, untilBack, "the store is away")};
    if (!*found && mayBeNew(name)) return {.refused = retryLater(503, untilBack, notKnownYet)};
    Judgement judgement = judgedPost(head, name, *found);
    if (judgement.refused && *found && !(*found)->gone) noteRefused(name);
    return judgement;
}

Endpoint::Judgement Endpoint::judgedPost(const http::Request& head, const std::string& name,
                                         const std::optional<Registered>& registered) {
    if (auto refused = refusalOf(head, registered, settings_.origin, wallNow())) {
        const bool isWrong = !registered || refused->status == 401 || refused->status == 403;
        return {.refused = isWrong ? wrong(head, *std::move(refused)) : *std::move(refused)};
    }
    auto [isNone, posting] = understood(head);
    if (isNone) return {.refused = std::move(isNone)};
    if (const auto wait = rates_.mustWait(name, posting.urgency, bootNow()))
        return {.refused = retryLater(429, *wait, "too many messages for this registration")};
    return {.refused = {}, .posting = std::move(posting), .registered = *registered};
}

// A sender that got 404 would never post to it again (RFC 8030 §7.3).
bool Endpoint::mayBeNew(const std::string& name) { return servers_ && unknown_.mayBeNew(name, bootNow()); }

// Once for each thousand: what cannot be noted now is with the next.
void Endpoint::noteRefused(const std::string& name) {
    if (refused_.count(name, bootNow()) % refusedInDay.most == 0) (void)registrations_.noteMisused(name);
}

void Endpoint::answer(http::Request request, std::function<void(Answer)> done) {
    const auto last = [this, done = std::move(done)](Answer answer) {
        ++answers_[answer.status];
        done(std::move(answer));
    };
    if (request.path == metricsPath) return last({200, std::string(OpenMetrics::type), metrics()});
    if (devices_ && request.path == devicesPath)
        return last(devices_->answer(request.body, senderOf(request), wallNow(), bootNow()));
    if (servers_ && request.path == serversPath) return last(servers_->answer(request.body, wallNow()));
    if (files_ && request.path.starts_with(filesPath)) {
        auto file = files_->answer(request, senderOf(request), bootNow());
        return last(file ? *std::move(file) : wrong(request, refusal(404, "there is no such file")));
    }
    if (request.method == "DELETE") return takeBack(request, last);
    if (request.method == "GET") return last({200, "application/json", "{\"unifiedpush\":{\"version\":1}}\n"});
    post(std::move(request), last);
}

// Judged a second time, now that the body is here: the registration may have ended meanwhile.
void Endpoint::post(http::Request request, const std::function<void(Answer)>& done) {
    const auto name = registrationOf(tokenIn(request.path).value_or(""));
    STINT_CHECK(name); // judged() lets no other pass
    auto [refused, posting, registered] = judgedPost(request, *name);
    if (refused) return done(*std::move(refused));
    if (registered.encrypted && !webpush::codingOf(request.body).ok()) {
        noteRefused(*name);
        return done(refusal(400, "the body is not encrypted as its Content-Encoding says (RFC 8188)"));
    }
    rates_.count(*name, posting.urgency, bootNow());
    const Envelope envelope = envelopeOf(posting, registered, std::move(request.body), wallNow());
    const Headers headers = headersOf(envelope, registered.lineKey);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(envelope.ttl).count();
    const std::string location = locationOf({*name, posting.urgency, envelope.id}, keys_);
    const Answer kept{201, "", "", {{"Location", location}, {"TTL", std::to_string(seconds)}}};
    if (envelope.ttl == Duration{0}) { // RFC 8030 §5.2: for who listens now, or for nobody
        (void)broker_.tell(liveSubject(envelope.to), headers, envelope.body);
        return done(kept);
    }
    keeper_.keep(storedSubject(envelope.to), headers, envelope.body,
                 [done, kept, handover = handover_](const Result<void>& result) {
                     const bool isKept = result.ok();
                     handover->leave([done, kept, isKept] {
                         done(isKept ? kept : retryLater(503, untilBack, "it cannot be kept now"));
                     });
                 });
}

void Endpoint::takeBack(const http::Request& request, const std::function<void(Answer)>& done) {
    const auto none = [] { return refusal(404, "there is no such message"); };
    const auto located = locatedAt(request.path, keys_);
    if (!located) return done(wrong(request, none()));
    const auto found = registrations_.find(located->registration);
    if (!found.ok()) return done(retryLater(503, untilBack, "the store is away"));
    if (!*found && mayBeNew(located->registration)) return done(retryLater(503, untilBack, notKnownYet));
    if (!*found || (*found)->gone) return done(none());
    const Registered& its = **found;
    if (const auto wait = taken_.mustWait(its.device, bootNow()))
        return done(retryLater(429, *wait, "too many messages of this device are taken back"));
    taken_.count(its.device, bootNow());
    const Address from{its.shard, its.device, located->urgency, its.name};
    keeper_.takeBack({storedSubject(from), located->id},
                     [done, none, handover = handover_](const Result<bool>& result) {
                         const Answer answer = !result.ok() ? retryLater(503, untilBack, "there is no room for it")
                                               : *result    ? Answer{204, ""}
                                                            : none();
                         handover->leave([done, answer] { done(answer); });
                     });
}

namespace {

void addGauge(OpenMetrics& text, const OpenMetrics::Family& family, std::int64_t value) {
    text.begin(family);
    text.add("", {}, value);
}

} // namespace

// push.md §3.
std::string Endpoint::metrics() const {
    OpenMetrics text;
    text.begin({"stint_endpoint_requests", "counter", "Requests, by the status of their answer."});
    for (const auto& [status, count] : answers_)
        text.add("_total", {{"status", std::to_string(status)}}, static_cast<std::int64_t>(count));
    const auto latencies = keeper_.latencies();
    text.begin({"stint_endpoint_store_seconds", "histogram", "How long until a message was kept.", "seconds"});
    text.addHistogram({{"in", "outbox"}}, latencies.outbox);
    text.addHistogram({{"in", "stream"}}, latencies.stream);
    const auto held = keeper_.held();
    addGauge(text, {"stint_endpoint_registrations", "gauge", "Registrations of all devices."},
             static_cast<std::int64_t>(registrations_.count()));
    addGauge(text, {"stint_endpoint_outbox_bytes", "gauge", "What the outbox keeps.", "bytes"}, held.bytes);
    addGauge(text, {"stint_endpoint_unacknowledged", "gauge", "Messages that the streams have not acknowledged."},
             static_cast<std::int64_t>(held.waiting));
    addGauge(text, {"stint_endpoint_open", "gauge", "1: the broker is there."}, held.isOpen);
    addGauge(text, {"stint_endpoint_replicated", "gauge", "1: three servers keep each message."}, held.isReplicated);
    const auto standings = replicas_.standings();
    if (!standings.empty())
        text.begin({"stint_endpoint_replicas", "gauge", "Streams of each server, by how its replicas stand."});
    for (const auto& [server, counts] : standings)
        for (const auto& [standing, count] : counts)
            text.add("", {{"server", server}, {"is", std::string(nameOf(standing))}}, std::int64_t{count});
    return text.text();
}

const http::Headers& Endpoint::commonHeaders() const {
    static const http::Headers headers{{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}};
    return headers;
}

} // namespace stint::push
