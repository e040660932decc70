#include "contract/record/happening.hpp"

#include <nlohmann/json.hpp>

#include "base/result/containers.hpp"
#include "base/text/printable.hpp"

namespace stint::record {
namespace {

using OrderedJson = nlohmann::ordered_json;

// scenario.md's table says which fields an effect has, and in which order.
std::vector<Field> fieldsOf(const Trace& trace, Instant zero) {
    std::vector<Field> fields;
    fields.reserve(3); // few have more
    const auto add = [&](std::string_view key, auto value) { fields.emplace_back(key, FieldValue(value)); };
    const auto say = [&](std::string_view key, std::string_view word) {
        fields.emplace_back(key, FieldValue(std::in_place_type<std::string>, word));
    };
    using enum Trace::What;
    switch (trace.what) {
    case Scheduled:
    case Replaced:
    case Refused:
    case Cancelled:
        if (!trace.result.empty()) say("result", trace.result);
        if (!trace.because.empty()) say("because", trace.because);
        break;
    case Started:
        add("overdue", trace.overdue.value_or(false));
        if (trace.kind) say("kind", nameOf(*trace.kind));
        break;
    case Stopped:
        say("reason", nameOf(trace.reason.value_or(STOP_REASON_UNDEFINED)));
        add("asked", trace.asked.value_or(false));
        break;
    case Finished:
        add("rescheduled", trace.rescheduled.value_or(false));
        break;
    case Rescheduled:
        if (trace.earliest) add("earliest", *trace.earliest - zero);
        if (trace.failures) add("failures", std::int64_t{*trace.failures});
        break;
    case Dropped:
        say("reason", nameOf(trace.reason.value_or(STOP_REASON_UNDEFINED)));
        break;
    case Notified:
    case NotificationRemoved:
        if (trace.notification) add("id", std::int64_t{*trace.notification});
        if (trace.userInitiated) add("user_initiated", *trace.userInitiated);
        break;
    case NetworkChanged:
        break;
    case Work:
        if (!trace.item) break;
        say("item", trace.item->extras.getString(itemName));
        add("count", std::int64_t{trace.item->deliveries});
        break;
    case Unresponsive:
        say("during", trace.during);
        break;
    case Killed:
        say("reason", trace.during);
        break;
    case Alarm:
        say("tag", trace.tag);
        add("late_by", trace.lateBy.value_or(Duration{0}));
        add("count", trace.count.value_or(1));
        break;
    case Arrived:
        say("original", nameOf(trace.original.value_or(Urgency::Normal)));
        say("via", trace.from);
        if (!trace.tag.empty()) say("topic", trace.tag);
        break;
    case Taken:
    case NotTaken:
        say("original", nameOf(trace.original.value_or(Urgency::Normal)));
        if (trace.earliest) add("again", *trace.earliest - zero);
        break;
    case Message:
        if (trace.urgency) say("priority", nameOf(*trace.urgency));
        say("original", nameOf(trace.original.value_or(Urgency::Normal)));
        for (const std::string_view end : {"expired", "replaced", "deleted", "unregistered", "deleted_note"})
            if (trace.result == end) add(end, true);
        if (!trace.because.empty()) say("held_by", trace.because);
        if (trace.lateBy) add("late_by", *trace.lateBy);
        break;
    case Line:
        if (trace.result == "anew") {
            add("anew", true);
            break;
        }
        trace.because.empty() ? say("subscribed", trace.to) : say("wake", trace.because);
        if (!trace.result.empty()) say("closed", trace.result);
        break;
    case Registration:
        say("is", trace.result);
        break;
    case Network:
        say("is", trace.allowed.value_or(true) ? "allowed" : "blocked");
        say("because", trace.because);
        break;
    case Bucket:
        say("from", trace.from);
        say("to", trace.to);
        say("because", trace.because);
        if (!trace.until.empty()) say("until", trace.until);
        break;
    case HeldBack:
        say("because", trace.because);
        break;
    case Doze:
        say("machine", trace.machine);
        say("from", trace.from);
        say("to", trace.to);
        break;
    case Sleep:
        say("to", trace.to);
        break;
    case Wake:
    case Frozen:
        say("because", trace.because);
        break;
    case Survived:
        add("count", trace.count.value_or(0));
        break;
    case Digest:
        add("count", trace.count.value_or(0));
        say("because", trace.because);
        break;
    case Thawed:
        break;
    }
    return fields;
}

// PROPOSAL: a field that is a time is written as a scenario writes it: "10min30s".
OrderedJson jsonOf(const FieldValue& value) {
    return std::visit(Overloaded{[](Duration time) -> OrderedJson { return formatDuration(time); },
                                 [](const auto& plain) -> OrderedJson { return plain; }},
                      value);
}

} // namespace

Happening happeningOf(const Trace& trace, Now now, Instant zero) {
    return {.at = now.elapsed - zero,
            .wall = now.wall,
            .what = nameOf(trace.what),
            .app = trace.app.name.empty() ? std::nullopt : std::optional(trace.app),
            .job = trace.job,
            .fields = fieldsOf(trace, zero)};
}

bool isMessage(const Happening& happening, std::string_view with) {
    return happening.what == nameOf(Trace::What::Message) &&
           std::ranges::find(happening.fields, with, &Field::key) != happening.fields.end();
}

std::string traceJson(const Happening& happening) {
    OrderedJson json{{"at_ms", happening.at.count()}, {"wall", formatWall(happening.wall)}, {"what", happening.what}};
    if (happening.app) json["app"] = happening.app->name;
    if (happening.job) {
        json["job"] = happening.job->id.value;
        if (!happening.job->space.empty()) json["namespace"] = happening.job->space;
    }
    for (const Field& field : happening.fields)
        json[std::string(field.key)] = jsonOf(field.value);
    return printableJson(json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
}

} // namespace stint::record
