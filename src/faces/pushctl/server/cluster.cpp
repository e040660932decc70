#include "faces/pushctl/server/cluster.hpp"

#include <algorithm>
#include <thread>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "faces/pushctl/server/post.hpp"
#include "faces/pushctl/server/serving.hpp"

namespace stint::pushctl {

using cli::Arguments;
using cli::Screen;

namespace {

using namespace std::chrono_literals;

constexpr Duration betweenAsks = 5s, longestTurn = 10min; ///< of a server that waits until others have joined
constexpr std::size_t longestServerAnswer = 4 * push::longestBeside;

/// The address and the port of --cluster; empty: it is not given.
Result<std::string> routeOf(const Arguments& given, std::uint16_t brokerPort) {
    const auto text = given.value("cluster");
    if (!text) return std::string();
    const std::string port = ":" + std::to_string(brokerPort + 1);
    for (const std::string& one : {*text, *text + port, "[" + *text + "]" + port})
        if (push::routeIn(one)) return one;
    return fail(Errc::ILLEGAL_ARGUMENT,
                "--cluster is an address of this machine that the others reach, as in 192.0.2.7 "
                "or 192.0.2.7:7750");
}

} // namespace

Result<push::Serving::Settings> clusterServingOf(const Arguments& given, const std::filesystem::path& data) {
    push::Serving::Settings settings = STINT_TRY(servingOf(given, data));
    settings.route = STINT_TRY(routeOf(given, settings.brokerPort));
    if (given.has("join") != !given.words.empty() || (given.has("join") && settings.route.empty()))
        return fail(Errc::ILLEGAL_ARGUMENT, "--join URL, its CODE and --cluster ADDRESS stand together");
    return settings;
}

namespace {

/// The answer of the server that --join names: it lets servers in one after another.
Result<Answer> askToJoin(const std::string& origin, const push::ServerQuestion& question, const Screen& screen) {
    for (auto waited = Duration{0};;) {
        const Answer answer = STINT_TRY(post({.url = origin + std::string(push::serversPath),
                                              .headers = {"Content-Type: application/json"},
                                              .body = textOf(question),
                                              .longestAnswer = longestServerAnswer}));
        if (answer.status == 201) return answer;
        const bool isLater = answer.status == 503 || answer.status == 429;
        if (!isLater || waited >= longestTurn)
            return fail(answer.status == 403 ? Errc::SECURITY : Errc::UNAVAILABLE, "{}: {}", origin,
                        sentenceOf(answer));
        if (waited == Duration{0}) screen.tell(fmt::format("{}: {}; it is asked again", origin, sentenceOf(answer)));
        const Duration pause =
            std::clamp<Duration>(secondsIn(answer.retryAfter).value_or(0s), betweenAsks, longestTurn);
        waited += pause;
        std::this_thread::sleep_for(pause);
    }
}

} // namespace

Result<push::ServerAnswer> joinCluster(const Arguments& given, const push::Serving::Settings& settings,
                                       const Screen& screen) {
    STINT_TRY(push::checkUnused(settings.data));
    const std::string origin = STINT_TRY(serverOf(*given.value("join")));
    const push::Asking asking = push::Asking::make();
    const Answer answer = STINT_TRY(askToJoin(origin, {given.words[0], asking.key}, screen));
    auto said = push::serverAnswerIn(answer.text, asking);
    if (!said.ok()) return within("the server's answer is none", said.error());
    STINT_TRY(push::adopt(settings.data, settings.route, *said));
    return said;
}

void tellFirst(const std::filesystem::path& data, std::string_view verbs, const Screen& screen) {
    const auto line = push::serverInvitation(data, wallNow() + usualServerInvitation, verbs);
    screen.tell(fmt::format("it takes messages when there is a second server; that joins within {}, by",
                            formatDuration(usualServerInvitation)));
    screen.tell(line.ok() ? *line : line.error().message);
}

} // namespace stint::pushctl
