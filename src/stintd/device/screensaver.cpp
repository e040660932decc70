// The desktop's screen saver (linux.md §A.5).
#include "stintd/device/sensor.hpp"
#include "stintd/services/broadcast.hpp"

namespace stint {
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
