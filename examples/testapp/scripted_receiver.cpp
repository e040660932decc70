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

} // namespace

void ScriptedReceiver::onAlarm(const stint::AlarmParameters& alarm) {
    const auto late = stint::AlarmManager::elapsedRealtime() - alarm.getTriggerElapsedRealtime();
    note(log_,
         alarm.getTag() + " alarm count=" + std::to_string(alarm.getCount()) + " late=" + std::to_string(late.count()));
    misbehave(alarm.getTag());
}

void ScriptedReceiver::onMessage(const stint::RemoteMessage& message) {
    note(log_, "message " + nameOf(message.getPriority()) + " original=" + nameOf(message.getOriginalPriority()) + " " +
                   message.getData());
    misbehave(message.getData());
}

void ScriptedReceiver::onDeletedMessages() { note(log_, "deleted messages"); }

} // namespace testapp
