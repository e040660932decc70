#include "push/line/timer.hpp"

#include <ctime>

namespace stint::push {

void Timer::set(Duration after, std::function<void()> then) {
    then_ = std::move(then);
    source_.reset();
    const auto wait = std::chrono::duration_cast<std::chrono::microseconds>(after);
    sd_event_source* made = nullptr;
    if (sd_event_add_time_relative(loop_, &made, CLOCK_BOOTTIME, static_cast<std::uint64_t>(wait.count()), 0, rang,
                                   this) < 0)
        return;
    source_.reset(made);
}

int Timer::rang(sd_event_source*, std::uint64_t, void* it) {
    auto& self = *static_cast<Timer*>(it);
    self.source_.reset();
    const auto then = std::exchange(self.then_, nullptr);
    then();
    return 0;
}

} // namespace stint::push
