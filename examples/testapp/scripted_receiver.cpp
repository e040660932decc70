#include "scripted_receiver.hpp"

#include <cstdlib>
#include <unistd.h>

#include <stint/alarm_manager.hpp>

#include "journal.hpp"

namespace testapp {
namespace {

void misbehave(const std::string& how) {
    if (how == "crash") std::abort();
    while (how == "hang")
        ::pause();
}

std::string nameOf(std::int32_t priority) {
    return priority == stint::RemoteMessage::PRIORITY_HIGH ? "high" : "normal";
}

/// The text of one that was sent here, or the bytes of one from elsewhere; what is not printed is a dot.
std::string textOf(const stint::RemoteMessage& message) {
    std::string text = message.getData();
    for (const std::uint8_t byte : message.getBytes())
        text += byte >= ' ' && byte < 0x7F ? static_cast<char>(byte) : '.';
    return text;
}

} // namespace

void ScriptedReceiver::onAlarm(const stint::AlarmParameters& alarm) {
    const auto late = stint::AlarmManager::elapsedRealtime() - alarm.getTriggerElapsedRealtime();
    note(log_,
         alarm.getTag() + " alarm count=" + std::to_string(alarm.getCount()) + " late=" + std::to_string(late.count()));
    misbehave(alarm.getTag());
}

void ScriptedReceiver::onMessage(const stint::RemoteMessage& message) {
    const std::string text = textOf(message);
    const std::string from = message.getRegistration().empty() ? "" : "for " + message.getRegistration() + ": ";
    note(log_, "message " + nameOf(message.getPriority()) + " original=" + nameOf(message.getOriginalPriority()) + " " +
                   from + text);
    misbehave(text);
}

void ScriptedReceiver::onNewEndpoint(const std::string& registration, const std::string& endpoint) {
    note(log_, "endpoint " + registration + " " + endpoint);
}

void ScriptedReceiver::onUnregistered(const std::string& registration) { note(log_, "unregistered " + registration); }

void ScriptedReceiver::onDeletedMessages() { note(log_, "deleted messages"); }

} // namespace testapp
