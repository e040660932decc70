// The machine's sleep, by logind or elogind (linux.md §A.5), which report it before it begins and after it has ended. A
// delay inhibitor is always held, so that the login manager waits for us, no longer than InhibitDelayMaxUSec; it is
// released when the core says so, and taken again for the next sleep.
//
// A block inhibitor is held, too, while the core wants the machine to stay awake. The login manager refuses it to a
// user without an active session at a seat (polkit), so it is asked for again when the user's sessions change.
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/unix/fd.hpp"
#include "stintd/device/sensor.hpp"
#include "stintd/services/bus.hpp"

namespace stint {
namespace {

using services::Properties;
using services::Service;
using services::Signal;

constexpr const char* sleeperName = "org.freedesktop.login1";
constexpr const char* sleeperPath = "/org/freedesktop/login1";
constexpr const char* sleeperManager = "org.freedesktop.login1.Manager";
constexpr const char* sleeperUser = "org.freedesktop.login1.User";

/// A lock of the login manager's that delays or blocks sleep while its descriptor is open.
class Inhibitor {
public:
    /// `settled`: called when the lock is granted, or refused.
    Inhibitor(Service& service, const char* mode, const char* why, bool wanted, std::function<void()> settled)
        : service_(service), mode_(mode), why_(why), wanted_(wanted), settled_(std::move(settled)) {}

    bool isHeld() const { return static_cast<bool>(descriptor_); }
    bool isRefused() const { return refused_; }
    bool isAsking() const { return call_ != nullptr; }

    void want(bool on) {
        wanted_ = on;
        if (!on) forget();
        tryAgain();
    }
    void tryAgain() {
        refused_ = false;
        if (!wanted_ || isHeld() || isAsking()) return;
        service_.call(call_, sleeperPath, sleeperManager, "Inhibit", answered, this, "ssss", "sleep", "Stint", why_,
                      mode_);
    }
    /// The login manager is gone, and the lock with it.
    void forget() {
        call_.reset();
        descriptor_ = Fd();
        refused_ = false;
    }

private:
    static int answered(sd_bus_message* answer, void* self, sd_bus_error*) {
        auto& inhibitor = *static_cast<Inhibitor*>(self);
        const wire::Slot ended = std::move(inhibitor.call_);
        int given = -1; // the message's own
        if (!sd_bus_message_is_method_error(answer, nullptr) && sd_bus_message_read(answer, "h", &given) > 0)
            inhibitor.descriptor_ = Fd(::fcntl(given, F_DUPFD_CLOEXEC, 3));
        inhibitor.refused_ = !inhibitor.isHeld();
        inhibitor.settled_();
        return 0;
    }

    Service& service_;
    const char *mode_, *why_;
    bool wanted_;
    std::function<void()> settled_;
    wire::Slot call_;
    Fd descriptor_;
    bool refused_ = false;
};

class SleepSensor final : public Sensor {
public:
    explicit SleepSensor(const SensorSources& sources)
        : changed_(sources.changed),
          service_(sources.system, sleeperName, Service::Start::No, [this] { sessionsChanged(); }),
          delay_(service_, "delay", "transfers stop first, and go on afterwards", true, sources.changed),
          block_(service_, "block", "a transfer that a person started is under way", false, sources.changed),
          manager_(*this), told_(service_, sleeperPath, sleeperManager, "PrepareForSleep",
                                 [this](const wire::Message& signal) { hear(signal); }),
          user_(service_, fmt::format("{}/user/_{}", sleeperPath, ::getuid()), sleeperUser),
          came_(service_, sleeperPath, sleeperManager, "SessionNew",
                [this](const wire::Message&) { block_.tryAgain(); }),
          went_(service_, sleeperPath, sleeperManager, "SessionRemoved",
                [this](const wire::Message&) { block_.tryAgain(); }) {}

    std::string_view name() const override { return "login manager"; }
    bool isAsking() const override { return service_.isAsking() || delay_.isAsking(); }
    std::string_view topic() const override { return "sleep"; }
    std::string_view wants() const override { return "logind or elogind, on the system bus"; }
    std::string reads() const override {
        if (!service_.isThere()) return "";
        std::string reads = delay_.isHeld() ? "logind's word before a sleep, which waits until transfers have stopped"
                                            : "logind's word before a sleep, which does not wait for us";
        if (block_.isHeld()) reads += "; a transfer keeps the machine awake";
        if (block_.isRefused())
            reads += "; no transfer may keep the machine awake: this user has no active session at a seat";
        return reads;
    }

    std::vector<std::string_view> tell(Device& device) const override {
        if (!service_.isThere()) return {};
        device.sleeping = isSleeping_;
        return {"sleeping"};
    }

    void delaySleep(bool on) override { delay_.want(on); }
    void keepAwake(bool on) override { block_.want(on); }

private:
    /// Begins anew with each owner of the name: the last one's reports and locks hold no more.
    class Manager final : services::Followed {
    public:
        explicit Manager(SleepSensor& sensor) : Followed(sensor.service_), sensor_(sensor) { beginNow(); }

    private:
        void begin() override {
            sensor_.delay_.tryAgain();
            sensor_.block_.tryAgain();
        }
        void end() override {
            sensor_.isSleeping_ = false;
            sensor_.delay_.forget();
            sensor_.block_.forget();
        }
        SleepSensor& sensor_;
    };

    void sessionsChanged() {
        const std::string state = user_.get<std::string>("State").value_or("");
        if (state != userState_) { // "online" has become "active", or the other way round
            userState_ = state;
            block_.tryAgain();
        }
        changed_();
    }

    void hear(const wire::Message& signal) {
        int begins = 0;
        if (sd_bus_message_read(signal.get(), "b", &begins) <= 0) return;
        isSleeping_ = begins != 0;
        changed_();
    }

    std::function<void()> changed_;
    Service service_;
    bool isSleeping_ = false;
    std::string userState_;
    Inhibitor delay_, block_;
    Manager manager_;
    Signal told_;
    Properties user_;
    Signal came_, went_;
};

} // namespace

std::unique_ptr<Sensor> sleepSensor(const SensorSources& sources) { return std::make_unique<SleepSensor>(sources); }

} // namespace stint
