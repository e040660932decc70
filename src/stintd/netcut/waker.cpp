#include "stintd/netcut/waker.hpp"

#include <utility>

#include "base/result/check.hpp"
#include "base/result/try.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/reader.hpp"
#include "stintd/netcut/guard_call.hpp"

namespace stint {

void Waker::want(std::optional<Wish> wish) {
    if (wish == wish_) return;
    wish_ = std::move(wish);
    pump();
}

void Waker::servedAnew() {
    arming_.reset();
    told_.reset();
    alarm_ = 0;
    askAgain();
}

void Waker::askAgain() {
    refusal_.clear();
    pump();
}

void Waker::pump() {
    if (!guard_.isThere() || arming_ || !refusal_.empty() || wish_ == told_) return;
    disarm();
    if (auto asked = wish_ ? arm() : Result<void>(); !asked) refuse(asked.error());
}

/// Disarms without waiting for the answer: an alarm that has gone off needs no disarming.
void Waker::disarm() {
    told_.reset();
    const std::uint32_t alarm = std::exchange(alarm_, 0);
    if (!alarm) return;
    if (auto call = guardCall(guard_, "Disarm"); call && sd_bus_message_append(call->get(), "u", alarm) >= 0)
        (void)wire::send(guard_.bus(), *call);
}

Result<void> Waker::arm() {
    STINT_CHECK(!arming_);
    STINT_CHECK(alarm_ == 0); // one alarm at a time
    const wire::Message call = STINT_TRY(guardCall(guard_, "ArmWake"));
    int result = sd_bus_message_append(call.get(), "ts", wish_->when, wish_->reason.c_str());
    sd_bus_slot* slot = nullptr;
    if (result >= 0) result = sd_bus_call_async(guard_.bus(), &slot, call.get(), armed, this, UINT64_MAX);
    arming_.reset(slot);
    if (result < 0) return wire::errorFromErrno(-result);
    told_ = wish_;
    return {};
}

void Waker::refuse(const Error& error) {
    refusal_ = error.message;
    told_.reset();
    tell_("alarms do not wake a machine that sleeps: " + refusal_);
}

int Waker::armed(sd_bus_message* answer, void* data, sd_bus_error*) {
    auto& self = *static_cast<Waker*>(data);
    STINT_CHECK(self.arming_);
    const wire::Slot ended = std::move(self.arming_);
    const auto message = wire::Message::sharing(answer);
    const auto alarm = message.isError() ? Result<std::uint32_t>(message.error()) : wire::Reader(message).uint32();
    if (alarm)
        self.alarm_ = *alarm;
    else
        self.refuse(alarm.error());
    self.pump();
    return 0;
}

} // namespace stint
