#include "work/manager/publisher.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <poll.h>
#include <systemd/sd-bus.h>

#include "base/text/printable.hpp"
#include "base/time/clock.hpp"
#include "work/engine/constraints.hpp"

namespace stint::work {

namespace {

constexpr const char* workPath = "/org/stint/work";
constexpr const char* workInterface = "org.stint.Work1";
constexpr std::size_t mostListed = 1000;
constexpr int mostAnswered = 16;

void putText(sd_bus_message* to, const char* key, const std::string& value) {
    sd_bus_message_append(to, "{sv}", key, "s", printable(value).c_str());
}

void putTexts(sd_bus_message* to, const char* key, const std::vector<std::string>& values) {
    sd_bus_message_open_container(to, 'e', "sv");
    sd_bus_message_append(to, "s", key);
    sd_bus_message_open_container(to, 'v', "as");
    sd_bus_message_open_container(to, 'a', "s");
    for (const auto& value : values)
        sd_bus_message_append(to, "s", printable(value).c_str());
    for (int container = 0; container < 3; ++container)
        sd_bus_message_close_container(to);
}

std::vector<std::string> wordsOf(const Constraints& constraints) {
    std::vector<std::string> words;
    constexpr const char* networks[] = {"",           "a network",          "an unmetered network",
                                        "no roaming", "a cellular network", "a network that is unmetered for now"};
    if (constraints.getRequiredNetworkRequest()) words.emplace_back("a network of its own choice");
    const auto type = static_cast<std::size_t>(constraints.getRequiredNetworkType());
    if (type > 0 && type < std::size(networks)) words.emplace_back(networks[type]);
    for (const ConstraintFlag& flag : constraintFlags)
        if ((constraints.*flag.get)()) words.emplace_back(flag.want);
    for (const auto& trigger : constraints.getContentUriTriggers())
        words.push_back("a change of " + trigger.uri);
    return words;
}

std::string wordOf(const Value& value) {
    return std::visit(
        []<class Held>(const Held& held) -> std::string {
            if constexpr (std::is_same_v<Held, std::string>) {
                return held;
            } else if constexpr (std::is_same_v<Held, std::int8_t>) {
                return std::to_string(held);
            } else if constexpr (std::is_arithmetic_v<Held>) {
                return fmt::format("{}", held);
            } else {
                return fmt::format("{} values", held.size());
            }
        },
        value);
}

/// The worker's progress, in words.
std::vector<std::string> wordsOf(const Data& progress) {
    std::vector<std::string> words;
    for (const auto& [key, value] : progress.getKeyValueMap())
        words.push_back(key + "=" + wordOf(value));
    return words;
}

void putInfo(sd_bus_message* to, const WorkInfo& info) {
    sd_bus_message_open_container(to, 'a', "{sv}");
    putText(to, "id", info.getId().toString());
    putText(to, "worker", info.getWorkerClassName());
    putText(to, "state", std::string(nameOf(info.getState())));
    putText(to, "name", info.getUniqueWorkName());
    std::vector<std::string> tags(info.getTags().begin(), info.getTags().end());
    std::erase(tags, info.getWorkerClassName()); // it is there already
    putTexts(to, "tags", tags);
    std::vector<std::string> follows;
    for (const UUID& id : info.getPrerequisites())
        follows.push_back(id.toString());
    putTexts(to, "follows", follows);
    const auto next = info.getNextScheduleTime();
    const auto period = info.getPeriodicityInfo();
    constexpr std::int64_t none = -1;
    sd_bus_message_append(to, "{sv}", "attempts", "i", info.getRunAttemptCount());
    sd_bus_message_append(to, "{sv}", "generation", "i", info.getGeneration());
    sd_bus_message_append(to, "{sv}", "job", "i", info.getJobId().value_or(-1));
    sd_bus_message_append(to, "{sv}", "nextRun", "x", next ? std::int64_t{next->time_since_epoch().count()} : none);
    sd_bus_message_append(to, "{sv}", "periodic", "x", period ? std::int64_t{period->repeatInterval.count()} : none);
    putTexts(to, "constraints", wordsOf(info.getConstraints()));
    sd_bus_message_append(to, "{sv}", "expedited", "b", static_cast<int>(info.isExpedited()));
    sd_bus_message_append(to, "{sv}", "stopReason", "i", info.getStopReason());
    putText(to, "why", info.getReason());
    putTexts(to, "progress", wordsOf(info.getProgress()));
    sd_bus_message_close_container(to);
}

/// The option `from`; 0 where it is absent.
std::size_t firstAsked(sd_bus_message* call) {
    std::size_t first = 0;
    sd_bus_message_enter_container(call, 'a', "{sv}");
    while (sd_bus_message_enter_container(call, 'e', "sv") > 0) {
        const char* key = nullptr;
        std::int32_t number = 0;
        sd_bus_message_read(call, "s", &key);
        if (key != nullptr && std::string_view(key) == "from" && sd_bus_message_read(call, "v", "i", &number) > 0) {
            first = static_cast<std::size_t>(std::max(number, 0));
        } else {
            sd_bus_message_skip(call, "v");
        }
        sd_bus_message_exit_container(call);
    }
    return first;
}

} // namespace

void Publisher::Close::operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }

int Publisher::answer(sd_bus_message* call) {
    const std::size_t first = firstAsked(call);
    told_ = false;
    const auto infos = list_();
    sd_bus_message* reply = nullptr;
    if (const int made = sd_bus_message_new_method_return(call, &reply); made < 0) return made;
    sd_bus_message_open_container(reply, 'a', "a{sv}");
    for (std::size_t nth = first; nth < std::min(infos.size(), first + mostListed); ++nth)
        putInfo(reply, infos[nth]);
    sd_bus_message_close_container(reply);
    const int sent = sd_bus_send(nullptr, reply, nullptr);
    sd_bus_message_unref(reply);
    return sent;
}

Publisher::Publisher(const std::string& package, List list) : list_(std::move(list)) {
    static const auto answered = [](sd_bus_message* call, void* self, sd_bus_error*) {
        return static_cast<Publisher*>(self)->answer(call);
    };
    static const sd_bus_vtable methods[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("List", "a{sv}", "aa{sv}", +answered, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_SIGNAL("Changed", "", 0),
        SD_BUS_VTABLE_END,
    };
    sd_bus* opened = nullptr;
    if (sd_bus_open_user(&opened) < 0) return;
    bus_.reset(opened);
    // Queued behind another process of the app where there is one: this one takes over when that ends.
    const std::string name = std::string(workInterface) + "." + package;
    const bool shown =
        sd_bus_add_object_vtable(opened, nullptr, workPath, workInterface, methods, this) >= 0 &&
        sd_bus_request_name_async(opened, nullptr, name.c_str(), SD_BUS_NAME_QUEUE, nullptr, nullptr) >= 0;
    if (!shown) bus_.reset();
}

Publisher::~Publisher() = default;

int Publisher::fd() const { return bus_ ? sd_bus_get_fd(bus_.get()) : -1; }

short Publisher::events() const {
    const int events = bus_ ? sd_bus_get_events(bus_.get()) : 0;
    return static_cast<short>(std::max(events, 0));
}

std::optional<Duration> Publisher::timeout() const {
    std::uint64_t until = 0;
    if (!bus_ || sd_bus_get_timeout(bus_.get(), &until) <= 0 || until == UINT64_MAX) return std::nullopt;
    const auto at = std::chrono::duration_cast<Duration>(std::chrono::microseconds(until));
    return std::max<Duration>(at - steadyNow(), Duration(0));
}

void Publisher::dispatch() {
    // At most so many calls in a turn: a peer that asks without end does not block the app's loop. timeout() is 0 for
    // the rest.
    for (int nth = 0; bus_ && nth < mostAnswered; ++nth) {
        const int more = sd_bus_process(bus_.get(), nullptr);
        if (more < 0) bus_.reset();
        if (more <= 0) return;
    }
}

void Publisher::changed() {
    if (!bus_ || std::exchange(told_, true)) return;
    sd_bus_emit_signal(bus_.get(), workPath, workInterface, "Changed", "");
}

} // namespace stint::work
