// The machine's sleep, by logind or elogind (linux.md §A.5): told before it begins and after it has ended. A delay
// inhibitor is held always, so that the login manager waits for us, as long as it waits for anybody
// (InhibitDelayMaxUSec); it is let go when the core says so, and taken again for the next sleep.
#include <fcntl.h>

#include "base/fd.hpp"
#include "device/sensor.hpp"
#include "services/service.hpp"

namespace stint {
namespace {

using services::Service;
using services::Signal;

constexpr const char* sleeperName = "org.freedesktop.login1";
constexpr const char* sleeperPath = "/org/freedesktop/login1";
constexpr const char* sleeperManager = "org.freedesktop.login1.Manager";

class SleepSensor final : public Sensor {
public:
    explicit SleepSensor(const SensorSources& sources)
        : changed_(sources.changed), service_(sources.system, sleeperName, Service::Start::No, [this] { settle(); }),
          manager_(*this), told_(service_, sleeperPath, sleeperManager, "PrepareForSleep",
                                 [this](const wire::Message& signal) { hear(signal); }) {}

    std::string_view name() const override { return "login manager"; }
    bool isAsking() const override { return service_.isAsking() || inhibiting_; }
    std::string_view topic() const override { return "sleep"; }
    std::string_view wants() const override { return "logind or elogind, on the system bus"; }
    std::string reads() const override {
        if (!service_.isThere()) return "";
        return delay_ ? "logind's word before a sleep, which waits until transfers have stopped"
                      : "logind's word before a sleep, which does not wait for us";
    }

    std::vector<std::string_view> tell(Device& device) const override {
        if (!service_.isThere()) return {};
        device.sleeping = isSleeping_;
        return {"sleeping"};
    }

    void delaySleep(bool on) override {
        wanted_ = on;
        if (!on) delay_ = Fd();
        settle();
    }

private:
    /// Told of each owner of the name: what the last one said, and gave, holds no more.
    class Manager final : services::Followed {
    public:
        explicit Manager(SleepSensor& sensor) : Followed(sensor.service_), sensor_(sensor) { beginNow(); }

    private:
        void begin() override { sensor_.inhibit(); }
        void end() override {
            sensor_.isSleeping_ = false;
            sensor_.inhibiting_.reset();
            sensor_.delay_ = Fd();
        }
        SleepSensor& sensor_;
    };

    void inhibit() {
        if (wanted_ && !delay_ && !inhibiting_)
            service_.call(inhibiting_, sleeperPath, sleeperManager, "Inhibit", inhibited, this, "ssss", "sleep",
                          "Stint", "transfers stop first, and go on afterwards", "delay");
    }

    void settle() {
        inhibit();
        changed_();
    }

    void hear(const wire::Message& signal) {
        int begins = 0;
        if (sd_bus_message_read(signal.get(), "b", &begins) <= 0) return;
        isSleeping_ = begins != 0;
        settle();
    }

    static int inhibited(sd_bus_message* answer, void* self, sd_bus_error*) {
        auto& sensor = *static_cast<SleepSensor*>(self);
        const wire::Slot ended = std::move(sensor.inhibiting_);
        int given = -1; // the message's own
        if (!sd_bus_message_is_method_error(answer, nullptr) && sd_bus_message_read(answer, "h", &given) > 0 &&
            sensor.wanted_)
            sensor.delay_ = Fd(::fcntl(given, F_DUPFD_CLOEXEC, 3));
        sensor.changed_();
        return 0;
    }

    std::function<void()> changed_;
    Service service_;
    bool isSleeping_ = false;
    bool wanted_ = true;
    wire::Slot inhibiting_;
    Fd delay_; ///< the sleep waits while it is open
    Manager manager_;
    Signal told_;
};

} // namespace

std::unique_ptr<Sensor> sleepSensor(const SensorSources& sources) { return std::make_unique<SleepSensor>(sources); }

} // namespace stint
