// The sensors of the screen (linux.md §A.5): the user's session by logind, and the desktop's screen saver. Both say
// whether a person sees the screen; logind also has its lock and the lid.
#include <algorithm>
#include <map>

#include <sys/epoll.h>
#include <unistd.h>

#include "base/unix/event_source.hpp"
#include "stintd/device/sensor.hpp"
#include "stintd/services/bus.hpp"

namespace stint {
namespace {

using services::Followed;
using services::Properties;
using services::Service;
using services::Signal;

constexpr const char* loginName = "org.freedesktop.login1";
constexpr const char* loginPath = "/org/freedesktop/login1";
constexpr const char* loginManager = "org.freedesktop.login1.Manager";
constexpr const char* loginSession = "org.freedesktop.login1.Session";
constexpr const char* lidName = "org.freedesktop.UPower";
constexpr const char* lidPath = "/org/freedesktop/UPower";

// limits.md §13: nobody sees the screen after so long without an active session.
constexpr std::uint64_t awayAfter = 60'000'000; // µs

/// The session's screen and lock, and the lid, by logind or elogind. A session counts that is this user's, of class
/// "user", and on a seat: a person who comes by ssh looks at another screen.
///
/// The signals Lock and Unlock are requests to the desktop, which may do nothing; LockedHint is what it has done.
/// logind does not report a change of the lid or the dock, but UPower reports the lid: then both are read again.
class Logind final : public Sensor {
public:
    explicit Logind(const SensorSources& sources)
        : changed_(sources.changed), service_(sources.system, loginName, Service::Start::No, [this] { settle(); }),
          manager_(service_, loginPath, loginManager), sessionsOf_(*this),
          came_(service_, loginPath, loginManager, "SessionNew", [this](const wire::Message&) { list(); }),
          went_(service_, loginPath, loginManager, "SessionRemoved", [this](const wire::Message&) { list(); }),
          lidService_(sources.system, lidName, Service::Start::No, [this] { manager_.refresh(); }),
          lid_(lidService_, lidPath, lidName) {
        sd_event_source* timer = nullptr;
        sd_event_add_time(sources.loop, &timer, CLOCK_MONOTONIC, 0, 0, away, this);
        away_.reset(timer);
        sd_event_source_set_enabled(timer, SD_EVENT_OFF);
    }

    std::string_view name() const override { return "logind"; }
    bool isAsking() const override { return service_.isAsking() || listing_; }
    std::string_view topic() const override { return "screen"; }
    std::string_view wants() const override { return "logind or elogind, on the system bus"; }
    std::string reads() const override {
        if (!isKnown()) return "";
        const Session* const session = atTheSeat();
        if (!session) return "logind on the system bus; no session of this user is active on a seat";
        return "logind on the system bus, session " + session->id + " on " + session->seat;
    }

    std::vector<std::string_view> tell(Device& device) const override {
        if (!isKnown()) return {};
        bool isSeen = false, isOpen = false, isActive = false;
        for (const auto& [path, session] : sessions_) {
            if (!session.isActive()) continue;
            isActive = true;
            isSeen |= !session.properties->get<bool>("IdleHint").value_or(false);
            isOpen |= !session.properties->get<bool>("LockedHint").value_or(false);
        }
        std::vector<std::string_view> keys;
        if (isLidClosed()) { // false may also mean that there is no lid
            device.lidClosed = true;
            keys.emplace_back("lid");
        }
        if (!isActive) {
            device.screenOn = !isAway_;
            keys.emplace_back("screen");
            return keys;
        }
        device.screenOn = isSeen && (!isLidClosed() || isDocked());
        device.locked = !isOpen;
        keys.insert(keys.end(), {"screen", "locked"});
        return keys;
    }

    std::vector<DeviceValue> more(const Device&) const override {
        if (!isKnown()) return {};
        std::vector<DeviceValue> more;
        const Session* const session = atTheSeat();
        more.push_back({"session", session ? session->id + " on " + session->seat : "none", std::string(name())});
        if (isDocked()) more.push_back({"docked", "true", std::string(name())});
        return more;
    }

private:
    struct Session {
        std::string id, seat;
        std::unique_ptr<Properties> properties;

        bool isActive() const {
            return properties->get<bool>("Active").value_or(false) && properties->get<std::string>("Class") == "user";
        }
    };

    /// Asks each new owner of the name for the list of sessions.
    class SessionsOf final : Followed {
    public:
        explicit SessionsOf(Logind& logind) : Followed(logind.service_), logind_(logind) { beginNow(); }

    private:
        void begin() override { logind_.list(); }
        void end() override { logind_.listing_.reset(); } // their properties are unknown until the next owner answers
        Logind& logind_;
    };

    bool isKnown() const { return manager_.areKnown(); }
    bool isLidClosed() const { return manager_.get<bool>("LidClosed").value_or(false); }
    /// True also if an external display is connected.
    bool isDocked() const { return manager_.get<bool>("Docked").value_or(false); }

    /// The active session at a seat; nullptr: none is.
    const Session* atTheSeat() const {
        const auto found = std::ranges::find_if(sessions_, [](const auto& entry) { return entry.second.isActive(); });
        return found == sessions_.end() ? nullptr : &found->second;
    }

    void list() { service_.call(listing_, loginPath, loginManager, "ListSessions", listed, this, ""); }

    void settle() {
        const bool isAlone = isKnown() && !isAsking() && !atTheSeat();
        if (!isAlone) isAway_ = isWaiting_ = false;
        if (isAlone && !isAway_ && !isWaiting_) {
            sd_event_source_set_time_relative(away_.get(), awayAfter);
            isWaiting_ = true;
        }
        sd_event_source_set_enabled(away_.get(), isWaiting_ ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
        changed_();
    }

    static int away(sd_event_source*, std::uint64_t, void* self) {
        auto& logind = *static_cast<Logind*>(self);
        logind.isWaiting_ = false;
        logind.isAway_ = true;
        logind.changed_();
        return 0;
    }

    void take(sd_bus_message* answer) {
        std::map<std::string, Session> sessions;
        const char *id = nullptr, *user = nullptr, *seat = nullptr, *path = nullptr;
        std::uint32_t uid = 0;
        if (sd_bus_message_enter_container(answer, 'a', "(susso)") <= 0) return;
        while (sd_bus_message_read(answer, "(susso)", &id, &uid, &user, &seat, &path) > 0) {
            if (uid != ::getuid() || *seat == '\0') continue;
            Session& session = sessions[path];
            session = {id, seat, nullptr};
            if (const auto known = sessions_.find(path); known != sessions_.end())
                session.properties = std::move(known->second.properties);
            else
                session.properties = std::make_unique<Properties>(service_, path, loginSession);
        }
        sessions_ = std::move(sessions);
    }

    static int listed(sd_bus_message* answer, void* self, sd_bus_error*) {
        auto& logind = *static_cast<Logind*>(self);
        const wire::Slot ended = std::move(logind.listing_);
        if (!sd_bus_message_is_method_error(answer, nullptr)) logind.take(answer);
        logind.settle();
        return 0;
    }

    std::function<void()> changed_;
    Service service_;
    Properties manager_;
    wire::Slot listing_;
    std::map<std::string, Session> sessions_; ///< this user's, on a seat; by their objects' paths
    EventSource away_;
    bool isWaiting_ = false; ///< away_ is armed
    bool isAway_ = false;
    SessionsOf sessionsOf_;
    Signal came_, went_;
    Service lidService_;
    Properties lid_;
};

} // namespace

std::unique_ptr<Sensor> logind(const SensorSources& sources) { return std::make_unique<Logind>(sources); }

namespace {

/// The desktop's screen saver, on the session bus: while it is active, nobody uses the screen. Each desktop has a name
/// of its own for it (linux.md §A.5), so its signal is followed by its member's name. It can only make the screen count
/// as off: a program that lies holds work back, and permits nothing.
class ScreenSaver final : public Sensor {
public:
    explicit ScreenSaver(const SensorSources& sources)
        : broadcast_(sources.session, "ActiveChanged", ".ScreenSaver", "GetActive",
                     {{"org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"},
                      {"org.gnome.ScreenSaver", "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"},
                      {"org.mate.ScreenSaver", "/org/mate/ScreenSaver", "org.mate.ScreenSaver"},
                      {"org.cinnamon.ScreenSaver", "/org/cinnamon/ScreenSaver", "org.cinnamon.ScreenSaver"},
                      {"org.xfce.ScreenSaver", "/org/xfce/ScreenSaver", "org.xfce.ScreenSaver"}},
                     sources.changed) {}

    std::string_view name() const override { return "screen saver"; }
    bool isAsking() const override { return broadcast_.isAsking(); }
    std::string_view topic() const override { return "screen"; }
    std::string_view wants() const override { return "a desktop's screen saver, on the session bus"; }
    std::string reads() const override {
        if (!broadcast_.wasHeard()) return "";
        return broadcast_.sayer().empty() ? "the screen saver on the session bus"
                                          : "the screen saver on the session bus, active";
    }

    std::vector<std::string_view> tell(Device& device) const override {
        if (broadcast_.sayer().empty()) return {};
        device.screenOn = false;
        return {"screen"};
    }

private:
    services::BooleanBroadcast broadcast_;
};

} // namespace

std::unique_ptr<Sensor> screenSaver(const SensorSources& sources) { return std::make_unique<ScreenSaver>(sources); }

} // namespace stint
