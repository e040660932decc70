#include "link/wire/limits.hpp"

#include <algorithm>

#include "base/text/printable.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"

namespace stint::wire {

// Alarms: requested, listed and delivered; messages: delivered.

namespace {

std::int64_t number(Instant instant) { return instant.time_since_epoch().count(); }
Instant instantOf(std::int64_t milliseconds) { return Instant(Duration(milliseconds)); }
WallTime wallOf(std::int64_t milliseconds) { return WallTime(Duration(milliseconds)); }

std::string_view priorityOf(bool high) { return high ? "high" : "normal"; }

Result<bool> isHigh(const std::string& priority) {
    if (priority == priorityOf(true)) return true;
    if (priority == priorityOf(false)) return false;
    return fail(Errc::ILLEGAL_ARGUMENT, "message: priority \"{}\" is neither high nor normal", priority);
}

/// The characters of UTF-8 text, which sd-bus has checked.
std::size_t charactersIn(std::string_view text) {
    return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continuesCharacter));
}

/// The keys of a requested alarm.
struct AlarmWords {
    std::optional<std::string> tag, kind, type;
    std::optional<std::int64_t> time, window, interval;
    std::string receiver;
    bool wakeup = true;
    bool persisted = false;

    static constexpr auto fields = [](auto& field, auto& words) {
        field("tag", words.tag);
        field("kind", words.kind);
        field("type", words.type);
        field("time", words.time);
        field("window", words.window);
        field("interval", words.interval);
        field.some("receiver", words.receiver);
        field("wakeup", words.wakeup);
        field.some("persisted", words.persisted);
    };
};

Result<AlarmWords> readWords(Reader& reader) {
    auto words = STINT_TRY(readFields<AlarmWords>(reader, "alarm", AlarmWords::fields, UnknownKeys::Refuse));
    if (!words.tag) return fail(Errc::ILLEGAL_ARGUMENT, "alarm: tag, a string (s), is missing");
    if (!words.kind) return fail(Errc::ILLEGAL_ARGUMENT, "alarm: kind, a string (s), is missing");
    if (!words.type) return fail(Errc::ILLEGAL_ARGUMENT, "alarm: type, a string (s), is missing");
    if (!words.time) return fail(Errc::ILLEGAL_ARGUMENT, "alarm: time, an int64 (x), is missing");
    return words;
}

Result<AlarmKind> kindOf(const std::string& word) {
    if (const auto kind = alarmKindNamed(word)) return *kind;
    return fail(Errc::ILLEGAL_ARGUMENT,
                "alarm: kind \"{}\" is unknown; it is inexact, window, exact, while_idle, exact_while_idle or clock",
                word);
}

/// A length that only some kinds have is refused for the others: ignoring it would set another alarm than was meant.
Result<void> checkLengths(const AlarmWords& words, AlarmKind kind) {
    if (words.window && kind != AlarmKind::Window)
        return fail(Errc::ILLEGAL_ARGUMENT, "alarm: an alarm of kind {} takes no window; kind window does",
                    *words.kind);
    if (!words.window && kind == AlarmKind::Window)
        return fail(Errc::ILLEGAL_ARGUMENT, "alarm: window, an int64 (x), is missing for an alarm of kind window");
    if (words.interval && kind != AlarmKind::Inexact)
        return fail(Errc::ILLEGAL_ARGUMENT, "alarm: an alarm of kind {} does not repeat; kind inexact may",
                    *words.kind);
    if (words.interval && *words.interval <= 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "alarm: interval is {}; it must be above 0 ms", *words.interval);
    if (words.window && *words.window < 0)
        return fail(Errc::ILLEGAL_ARGUMENT, "alarm: window is {}; it must be at least 0 ms", *words.window);
    return {};
}

} // namespace

Result<void> checkTag(const std::string& tag) {
    if (tag.empty()) return fail(Errc::ILLEGAL_ARGUMENT, "the tag is empty; it names the alarm within its app");
    const std::size_t length = charactersIn(tag);
    if (length <= longestTag) return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "the tag has {} characters; at most {} are allowed", length, longestTag);
}

void writeAlarm(Writer& writer, const Alarm& alarm) {
    AlarmWords words;
    words.tag = alarm.tag;
    words.kind = nameOf(alarm.kind);
    words.type = clockWord(alarm);
    words.time = alarm.byWall ? wallNumber(alarm.requestedWall) : number(alarm.requested);
    words.wakeup = alarm.wakeup;
    words.receiver = alarm.receiver;
    if (alarm.kind == AlarmKind::Window) words.window = alarm.window.count();
    if (alarm.interval != Duration{0}) words.interval = alarm.interval.count();
    words.persisted = alarm.persisted;
    writeRow(writer, words);
}

Result<Alarm> readAlarm(Reader& reader) {
    AlarmWords words = STINT_TRY(readWords(reader));
    Alarm alarm;
    alarm.kind = STINT_TRY(kindOf(*words.kind));
    STINT_TRY(checkLengths(words, alarm.kind));
    STINT_TRY(checkTag(*words.tag));
    if (*words.type != wallWord && *words.type != elapsedWord)
        return fail(Errc::ILLEGAL_ARGUMENT, "alarm: type \"{}\" is unknown; it is {} or {}", *words.type, wallWord,
                    elapsedWord);
    alarm.tag = *std::move(words.tag);
    alarm.receiver = std::move(words.receiver);
    alarm.wakeup = words.wakeup;
    alarm.persisted = words.persisted;
    alarm.byWall = *words.type == wallWord;
    if (alarm.byWall) {
        alarm.requestedWall = wallOf(*words.time);
    } else {
        alarm.requested = instantOf(*words.time);
    }
    alarm.window = Duration(words.window.value_or(0));
    alarm.interval = Duration(words.interval.value_or(0));
    return alarm;
}

void writeAlarmCall(Writer& writer, const AlarmCall& call) {
    writeRow(writer.string(call.receiver).string(call.tag).int64(call.count), call);
}

Result<AlarmCall> readAlarmCall(Reader& reader) {
    AlarmCall call;
    STINT_TRY(reader.read(call.receiver));
    STINT_TRY(reader.read(call.tag));
    STINT_TRY(reader.read(call.count));
    STINT_TRY(readInto(reader, call, AlarmCall::noun, AlarmCall::fields));
    return call;
}

void writeMessageCall(Writer& writer, const MessageCall& call) {
    writer.string(call.receiver).string(std::string(priorityOf(call.high)));
    writeRow(writer.string(std::string(priorityOf(call.original))).string(call.data), call);
}

Result<MessageCall> readMessageCall(Reader& reader) {
    MessageCall call;
    STINT_TRY(reader.read(call.receiver));
    const std::string priority = STINT_TRY(reader.string());
    call.high = STINT_TRY(isHigh(priority));
    const std::string originally = STINT_TRY(reader.string());
    call.original = STINT_TRY(isHigh(originally));
    STINT_TRY(reader.read(call.data));
    STINT_TRY(readInto(reader, call, MessageCall::noun, MessageCall::fields));
    return call;
}

} // namespace stint::wire
