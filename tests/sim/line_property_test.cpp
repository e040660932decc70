// Messages from elsewhere through anything that may happen to the device, its daemon, its line and the server: each
// comes once (push.md §4.1).
#include <map>

#include <fmt/core.h>
#include <rapidcheck.h>

#include "stage.hpp"

using namespace stint;
using namespace stint::sim;

namespace {

/// One thing that happens, and minutes after the one before it.
struct LineEvent {
    int what = 0;
    int pause = 0;
};

std::ostream& operator<<(std::ostream& out, const LineEvent& event) {
    return out << "{" << event.what << " after " << event.pause << "min}";
}

constexpr std::array<std::string_view, 16> lineEvents{
    "line: {up: false}",
    "line: {up: true}",
    "line: {keepalive: 28min}",
    "server: down",
    "server: up",
    "restart_daemon: {}",
    "reboot: {off_for: 3min}",
    "device: {doze: idle}",
    "device: {doze: idle_maintenance}",
    "device: {doze: light_idle}",
    "device: {doze: auto, screen: on}",
    "device: {screen: off, motion: still}",
    "device: {charging: true}",
    "device: {charging: false, battery: 10}",
    "device: {network: {transport: cellular, metered: true}}",
    "device: {network: {transport: wifi}}",
};
/// Events beyond those are messages, of each urgency.
constexpr int lineKinds = static_cast<int>(lineEvents.size()) + 8;

struct Posted {
    std::string timeline;
    std::multiset<Duration> when;
};

Posted postedBy(const std::vector<LineEvent>& events) {
    Posted posted;
    std::int64_t at = 0;
    const auto post = [&](std::size_t kind) {
        posted.when.insert(std::chrono::minutes{at});
        posted.timeline +=
            fmt::format("  - {{at: {}min, message: {{app: com.example.chat, priority: {}, via: line}}}}\n", at,
                        urgencyWords.at(kind % urgencyWords.size()));
    };
    for (const LineEvent& event : events) {
        at += event.pause;
        const auto kind = static_cast<std::size_t>(event.what);
        if (kind < lineEvents.size()) {
            posted.timeline += fmt::format("  - {{at: {}min, {}}}\n", at, lineEvents.at(kind));
            if (!lineEvents.at(kind).starts_with("reboot")) continue;
            at += 1;
            post(static_cast<std::size_t>(at)); // while it is off
            at += 2;
        } else {
            post(kind);
        }
    }
    for (const char* last : {"line: {up: true}", "server: up", "device: {network: {transport: wifi}}",
                             "device: {charging: true}", "device: {doze: auto, screen: on}"})
        posted.timeline += fmt::format("  - {{at: {}min, {}}}\n", at + 10, last);
    return posted;
}

} // namespace

TEST_CASE("whatever happens, each message that the server has taken comes once") { // push.md §4.1
    const bool held = rc::check([] {
        const auto event =
            rc::gen::build<LineEvent>(rc::gen::set(&LineEvent::what, rc::gen::inRange(0, lineKinds)),
                                      rc::gen::set(&LineEvent::pause, rc::gen::element(0, 1, 1, 5, 30, 70)));
        const Posted posted = postedBy(*rc::gen::container<std::vector<LineEvent>>(80, event));
        const Played run =
            played("constants: {push.min_messages: 3}\napps: {com.example.chat: {push: {registrations: 1}}}\n"
                   "timeline:\n" +
                   posted.timeline);
        std::multiset<Duration> came;
        for (const Happening& one : run.history) {
            if (one.what != "message") continue;
            const auto late = std::ranges::find(one.fields, "late_by", &Field::key);
            RC_ASSERT(late != one.fields.end()); // none has run out, was replaced or is lost
            came.insert(one.at - std::get<Duration>(late->value));
        }
        RC_ASSERT(came == posted.when);
    });
    CHECK(held);
}
