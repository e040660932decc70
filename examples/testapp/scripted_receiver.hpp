// A receiver that notes what it is handed: "TAG alarm count=1 late=0", "message high original=high DATA", of one from
// elsewhere "message normal original=normal for NAME: BYTES"; "endpoint NAME URL", "unregistered NAME". Of an alarm
// whose tag, or a message whose data, is "hang" or "crash" it makes just that.
#pragma once
#include <string>

#include <stint/receiver.hpp>

namespace testapp {

class ScriptedReceiver : public stint::BroadcastReceiver {
public:
    explicit ScriptedReceiver(std::string log) : log_(std::move(log)) {}

    void onAlarm(const stint::AlarmParameters& alarm) override;
    void onMessage(const stint::RemoteMessage& message) override;
    void onDeletedMessages() override;
    void onNewEndpoint(const std::string& registration, const std::string& endpoint) override;
    void onUnregistered(const std::string& registration) override;

private:
    std::string log_;
};

} // namespace testapp
