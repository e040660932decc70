// Memory pressure, by the kernel's pressure stall information: a trigger for each level of jobs.md §3.6, which the
// kernel makes readable when tasks stall for longer than that in a window.
//
// A trigger fires once a window as long as its level lasts, and is silent when it ends. So one timer is armed after an
// event, and only then: a level whose trigger has been silent for `silence` is over. A machine that is not short of
// memory never wakes for this.
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/unix/event_source.hpp"
#include "base/unix/fd.hpp"
#include "stintd/device/sensor.hpp"

namespace stint {
namespace {

constexpr const char* pressureAt = "/proc/pressure/memory";

struct PressureLevel {
    Memory memory;
    /// "some": one task stalls; "full": all do at once. Behind it the stall and its window, in µs.
    // LINUX: the kernel accepts from a user without CAP_SYS_RESOURCE only windows that are multiples of 2 s.
    std::string_view trigger;
};
// From the mildest to the worst: tasks wait for 5 % and for 30 % of the time; none can run for 20 % of it.
constexpr std::array pressureLevels{PressureLevel{Memory::Moderate, "some 100000 2000000"},
                                    PressureLevel{Memory::Low, "some 600000 2000000"},
                                    PressureLevel{Memory::Critical, "full 400000 2000000"}};
constexpr std::uint64_t silence = 6'000'000; // µs: three windows

class Pressure final : public Sensor {
public:
    Pressure(const SensorSources& sources, const std::filesystem::path& file)
        : changed_(sources.changed), loop_(sources.loop) {
        for (std::size_t n = 0; n < pressureLevels.size(); ++n)
            if (!open(n, file)) {
                close();
                return;
            }
        sd_event_source* timer = nullptr;
        sd_event_add_time(loop_, &timer, CLOCK_MONOTONIC, 0, 0, silent, this);
        timer_.reset(timer);
        sd_event_source_set_enabled(timer, SD_EVENT_OFF);
    }

    std::string_view name() const override { return "memory pressure"; }
    std::string_view topic() const override { return "memory"; }
    std::string_view wants() const override { return "a kernel that tells of memory pressure, and lets users ask"; }
    std::string reads() const override { return isThere() ? pressureAt : ""; }

    std::vector<std::string_view> tell(Device& device) const override {
        if (!isThere()) return {};
        device.memory = memory_;
        return {"memory"};
    }

private:
    struct Trigger {
        Pressure* owner = nullptr;
        Fd file;
        EventSource source;
        std::uint64_t lastsUntil = 0; ///< µs of CLOCK_MONOTONIC, unless it fires again
    };

    bool isThere() const { return timer_ != nullptr; }

    void close() {
        for (Trigger& trigger : triggers_) {
            trigger.source.reset();
            trigger.file = Fd();
        }
    }

    bool open(std::size_t n, const std::filesystem::path& file) {
        Trigger& trigger = triggers_[n];
        const std::string_view words = pressureLevels[n].trigger;
        trigger.owner = this;
        trigger.file = Fd(::open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
        // The kernel reads the zero byte, too.
        const auto length = static_cast<ssize_t>(words.size() + 1);
        if (!trigger.file || ::write(trigger.file.get(), words.data(), words.size() + 1) != length) return false;
        sd_event_source* source = nullptr;
        // A file that is not the kernel's pressure file cannot be polled, and is refused here. Nothing polls it before
        // the loop does: asking for an event takes it away.
        if (sd_event_add_io(loop_, &source, trigger.file.get(), EPOLLPRI, spoke, &trigger) < 0) return false;
        trigger.source.reset(source);
        return true;
    }

    static int spoke(sd_event_source*, int, std::uint32_t events, void* self) {
        auto& trigger = *static_cast<Trigger*>(self);
        Pressure& pressure = *trigger.owner;
        if (events & EPOLLERR) { // the file is gone: with its cgroup, or its mount
            pressure.close();
            pressure.timer_.reset();
            pressure.changed_();
            return 0;
        }
        trigger.lastsUntil = loopTime(pressure.loop_) + silence;
        pressure.settle();
        return 0;
    }

    static int silent(sd_event_source*, std::uint64_t, void* self) {
        static_cast<Pressure*>(self)->settle();
        return 0;
    }

    void settle() {
        Memory memory = Memory::Normal;
        std::uint64_t until = 0;
        for (std::size_t n = 0; n < triggers_.size(); ++n) {
            if (triggers_[n].lastsUntil <= loopTime(loop_)) continue;
            memory = pressureLevels[n].memory; // later levels are worse
            until = triggers_[n].lastsUntil;
        }
        sd_event_source_set_time(timer_.get(), until);
        sd_event_source_set_enabled(timer_.get(), until ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
        if (memory == memory_) return;
        memory_ = memory;
        changed_();
    }

    std::function<void()> changed_;
    sd_event* loop_;
    std::array<Trigger, pressureLevels.size()> triggers_;
    EventSource timer_; ///< null: the kernel offers no triggers
    Memory memory_ = Memory::Normal;
};

} // namespace

std::unique_ptr<Sensor> pressure(const SensorSources& sources) { return pressure(sources, pressureAt); }
std::unique_ptr<Sensor> pressure(const SensorSources& sources, const std::filesystem::path& file) {
    return std::make_unique<Pressure>(sources, file);
}

} // namespace stint
