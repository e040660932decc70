#include "contract/model/effect.hpp"

namespace stint {

// scenario.md, trace: the words for `what`.
std::string_view nameOf(Trace::What what) {
    switch (what) {
    case Trace::What::Scheduled:
        return "scheduled";
    case Trace::What::Replaced:
        return "replaced";
    case Trace::What::Refused:
        return "refused";
    case Trace::What::Cancelled:
        return "cancelled";
    case Trace::What::Started:
        return "started";
    case Trace::What::Stopped:
        return "stopped";
    case Trace::What::Finished:
        return "finished";
    case Trace::What::Rescheduled:
        return "rescheduled";
    case Trace::What::Dropped:
        return "dropped";
    case Trace::What::Notified:
        return "notified";
    case Trace::What::NotificationRemoved:
        return "notification_removed";
    case Trace::What::NetworkChanged:
        return "network_changed";
    case Trace::What::Unresponsive:
        return "unresponsive";
    case Trace::What::Killed:
        return "killed";
    case Trace::What::Work:
        return "work";
    case Trace::What::Alarm:
        return "alarm";
    case Trace::What::Arrived:
        return "arrived";
    case Trace::What::Message:
        return "message";
    case Trace::What::Taken:
        return "taken";
    case Trace::What::NotTaken:
        return "not_taken";
    case Trace::What::Line:
        return "line";
    case Trace::What::Registration:
        return "registration";
    case Trace::What::Network:
        return "network";
    case Trace::What::Bucket:
        return "bucket";
    case Trace::What::HeldBack:
        return "held_back";
    case Trace::What::Doze:
        return "doze";
    case Trace::What::Sleep:
        return "sleep";
    case Trace::What::Wake:
        return "wake";
    case Trace::What::Frozen:
        return "frozen";
    case Trace::What::Thawed:
        return "thawed";
    case Trace::What::Digest:
        return "digest";
    case Trace::What::Survived:
        return "survived";
    }
    return "unknown";
}

} // namespace stint
