#include "fleet/office/door.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>
#include <sodium.h>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "base/text/open_metrics.hpp"
#include "fleet/document/document.hpp"
#include "fleet/office/shown.hpp"

namespace stint::fleet {
namespace {

using http::refusal;
using Json = nlohmann::ordered_json;

constexpr std::size_t longestBody = 2 * longestSigned; ///< it is a text in JSON: each quote has two bytes
constexpr auto unknown = Errc::REFUSED;                ///< there is no such thing

http::Answer jsonAnswer(const std::string& text, int status = 200) { return {status, "application/json", text + "\n"}; }
http::Answer jsonAnswer(const Json& json, int status = 200) { return jsonAnswer(json.dump(), status); }

http::Answer refusalOf(const Error& error) {
    switch (error.code) {
    case Errc::ILLEGAL_ARGUMENT:
        return refusal(400, error.message);
    case Errc::SECURITY:
        return refusal(403, error.message);
    case Errc::ILLEGAL_STATE:
    case Errc::LIMIT_EXCEEDED:
        return refusal(409, error.message);
    case unknown:
        return refusal(404, error.message);
    default:
        break;
    }
    auto answer = refusal(503, error.message);
    answer.headers.emplace_back("Retry-After", "2");
    return answer;
}

std::vector<std::string> textsMember(const Json& object, const char* name) {
    std::vector<std::string> texts;
    if (object.is_object() && object.contains(name) && object[name].is_array())
        for (const Json& each : object[name])
            if (each.is_string()) texts.push_back(each.get<std::string>());
    return texts;
}

constexpr std::string_view startPath = "/v1/campaigns", instructPath = "/v1/instructions",
                           operatorsPath = "/v1/operators", removePath = "/v1/remove", labelPath = "/v1/label",
                           invitePath = "/v1/invitations", setPath = "/v1/desired", metricsPath = "/metrics",
                           pagePath = "/v1/page", eventsPath = "/v1/events", enterPath = "/enter";
constexpr std::array posts{startPath, instructPath, operatorsPath, removePath, labelPath, invitePath, setPath};

/// Whoever has the page's cookie may look, and no more.
std::string_view methodOf(std::string_view path) {
    if (path == enterPath) return "POST";
    return path == eventsPath || isShown(path) ? "GET" : "";
}

/// IllegalArgument: it names no invitation.
Result<Office::Wanted> wantedIn(const Json& said) {
    const auto uses = countMember(said, "uses"), expires = countMember(said, "expires");
    const auto labels = textMember(said, "labels");
    if (!uses || !expires || !labels || !std::in_range<std::uint32_t>(*uses) || !std::in_range<std::int64_t>(*expires))
        return fail(Errc::ILLEGAL_ARGUMENT, "labels, uses and expires are wanted: a text and two numbers");
    Office::Wanted wanted{{}, static_cast<std::uint32_t>(*uses), Duration(static_cast<std::int64_t>(*expires))};
    if (!labels->empty()) wanted.labels = STINT_TRY(labelsIn(*labels));
    return wanted;
}
Json invitationJson(const Invitation& made) {
    return {{"invitation", made.id}, {"secret", made.secret}, {"until", made.until.time_since_epoch().count()}};
}

} // namespace

const entrance::House house{.cookie = "stint-fleet", .command = "stint fleet ui", .api = "/v1/", .methodOf = methodOf};

Door::Door(Office& office, std::shared_ptr<push::Handover> handover, Place place)
    : office_(office), handover_(std::move(handover)), place_(std::move(place)),
      pages_(embeddedFiles(), "/fleet/index.html", place_.webRoot), board_(place_.loop, office_, handover_) {}

std::shared_ptr<const http::Caller> Door::met(int socket) { return place_.peers.met(socket); }

bool Door::hasToken(const http::Request& head) const {
    constexpr std::string_view bearer = "Bearer ";
    const std::string_view given = head.value("Authorization");
    return given.starts_with(bearer) && given.size() == bearer.size() + place_.token.size() &&
           sodium_memcmp(given.data() + bearer.size(), place_.token.data(), place_.token.size()) == 0;
}

http::Judged Door::judged(const http::Request& head) {
    if (head.values("Authorization").empty()) {
        const entrance::Request request = entrance::requestOf(head, house.cookie);
        return {.isKnown = place_.entry.hasCookie(request),
                .refused = place_.entry.refused(request),
                .longestBody = request.path == enterPath ? std::size_t{1} << 10 : 0};
    }
    if (!hasToken(head))
        return {.refused = refusal(401, "the token in the file `door` of the server's directory is wanted")};
    const bool isPost = std::ranges::find(posts, head.path) != posts.end();
    const bool isPage = head.path == metricsPath || head.path == pagePath || isShown(head.path);
    if (head.method == "POST" && isPost) return {.isKnown = true, .longestBody = longestBody};
    if (head.method == "GET" && isPage) return {.isKnown = true};
    if (isPost || isPage) return {.isKnown = true, .refused = refusal(405, "it takes another method")};
    return {.isKnown = true, .refused = refusal(404, "there is nothing of that name")};
}

std::unique_ptr<http::Viewer> Door::stream(const http::Request& request, std::function<void()> wake) {
    if (request.path != eventsPath || request.method != "GET") return nullptr;
    return board_.join(std::string(request.value("Last-Event-ID")), std::move(wake));
}

void Door::answer(http::Request request, std::function<void(http::Answer)> done) {
    if (request.path == enterPath) {
        const entrance::Request asked = entrance::requestOf(request, house.cookie);
        return done(place_.entry.enter(asked, [&] { return makers_.includeNoJob(asked.peer); }));
    }
    if (request.path == pagePath) return done(jsonAnswer(Json{{"address", place_.page}}));
    const bool isMetrics = request.path == metricsPath;
    const bool isGet = request.method != "POST";
    if (isGet && request.path == eventsPath) return done({200, "text/event-stream"}); // HEAD of the stream
    if (isGet && !isMetrics && !isShown(request.path))
        return done(pages_.answer(entrance::requestOf(request, house.cookie)));
    // Answers come from the office's thread, and are sent by this one.
    const auto later = [done = std::move(done), handover = handover_](http::Answer answer) {
        handover->leave([done, answer = std::move(answer)] { done(answer); });
    };
    if (isGet) {
        office_.look([request = std::move(request), isMetrics, later](Office::View& view) {
            if (isMetrics) return later({200, std::string(OpenMetrics::type), metrics(view)});
            const auto text = shown(view, request.path, request.query);
            if (!text.ok()) view.failed(text.error());
            later(text.ok() ? jsonAnswer(*text) : refusalOf(text.error()));
        });
        return;
    }
    const Json said = Json::parse(request.body, nullptr, false);
    const auto doneOr = [later](const Result<void>& result) {
        later(result.ok() ? jsonAnswer(Json::object()) : refusalOf(result.error()));
    };
    if (request.path == invitePath) {
        const auto wanted = wantedIn(said);
        if (!wanted.ok()) return later(refusalOf(wanted.error()));
        return office_.invite(*wanted, [later](const Result<Invitation>& made) {
            later(made.ok() ? jsonAnswer(invitationJson(*made), 201) : refusalOf(made.error()));
        });
    }
    if (request.path == removePath) return office_.remove(textMember(said, "device").value_or(""), doneOr);
    if (request.path == labelPath)
        return office_.label(textMember(said, "device").value_or(""), textsMember(said, "labels"), doneOr);
    auto document = signedIn(textMember(said, "signed").value_or(""));
    if (!document.ok()) return later(refusalOf(document.error()));
    if (request.path == instructPath) return office_.instruct(std::move(*document), doneOr);
    if (request.path == operatorsPath) return office_.takeOperators(std::move(*document), doneOr);
    const bool all = said.contains("all") && said["all"].is_boolean() && said["all"].get<bool>();
    if (request.path == setPath)
        return office_.set(std::move(*document), all, [later](const Result<Office::Set>& set) {
            if (!set.ok()) return later(refusalOf(set.error()));
            later(jsonAnswer(Json{{"version", set->version}, {"devices", set->devices}}, 201));
        });
    office_.start(std::move(*document), all, [later](const Result<Office::Started>& started) {
        if (!started.ok()) return later(refusalOf(started.error()));
        later(jsonAnswer(Json{{"campaign", started->id}, {"devices", started->devices}}, 201));
    });
}

const http::Headers& Door::commonHeaders() const { return entrance::commonHeaders(); }

} // namespace stint::fleet
