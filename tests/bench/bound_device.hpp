// The device as the bound has it, with what follows from it by time: nobody uses it, and it counts as left alone.
#pragma once
#include <algorithm>
#include <utility>

#include "bench/bound_phone.hpp"

namespace stint::bench {

/// The parts of it that have changed.
struct DeviceNews {
    bool screen = false;
    bool power = false;
    bool network = false;
    bool idle = false; ///< nobody uses it, or will from another time on
    bool slots = false;

    bool any() const { return screen || power || network || idle || slots; }
};

class DeviceClock {
public:
    explicit DeviceClock(const DensePhone& phone) : c_(phone.constants), is_(phone.device) {
        batteryLow_ = isLow();
        if (!is_.screenOn) leave(0);
    }

    const DenseDevice& is() const { return is_; }
    bool awake() const { return is_.plugged || is_.screenOn; }
    bool hasNetwork() const { return is_.network >= 0; }
    std::size_t network() const { return static_cast<std::uint8_t>(is_.network); }
    bool batteryLow() const { return batteryLow_; }
    bool idle() const { return idle_; }
    bool interactive() const { return interactive_; }
    Ms due() const { return std::min(idle_ ? never : idleAt_, interactive_ ? quietAt_ : never); }

    DeviceNews age(Ms now) {
        DeviceNews news;
        if (idleAt_ <= now) news.idle = !std::exchange(idle_, true);
        if (quietAt_ <= now) news.slots = std::exchange(interactive_, false);
        return news;
    }

    DeviceNews change(const DenseDevice& is, Ms now) {
        const DenseDevice was = std::exchange(is_, is);
        DeviceNews news{.screen = was.screenOn != is.screenOn, .network = was.network != is.network};
        if (news.screen) {
            idle_ = false;
            interactive_ = true;
            idleAt_ = quietAt_ = never;
            if (!is.screenOn) leave(now);
            news.idle = news.slots = true;
        }
        const bool low = isLow();
        news.power = was.plugged != is.plugged || was.charging != is.charging || low != batteryLow_;
        batteryLow_ = low;
        return news;
    }

private:
    void leave(Ms now) {
        idleAt_ = now + (c_.idleThreshold + c_.idleSlop).count();
        quietAt_ = now + c_.screenOffSettle.count();
    }
    // limits.md §10.3.
    bool isLow() const {
        return !is_.plugged && (is_.battery <= c_.batteryLow || (batteryLow_ && is_.battery < c_.batteryOkay));
    }

    const Constants& c_;
    DenseDevice is_;
    bool batteryLow_ = false, idle_ = false, interactive_ = true;
    Ms idleAt_ = never, quietAt_ = never;
};

} // namespace stint::bench
