// The machine woken by stint-netguard.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "stintd/services/service.hpp"

namespace stint {

/// The one time at which stint-netguard is to have this machine awake, for a daemon that may not wake it itself. Each
/// new helper is asked; one that refuses is not asked again until something changes.
class Waker {
public:
    /// A time, in µs since the boot, suspended time included, and its reason.
    struct Wish {
        std::uint64_t when = 0;
        std::string reason; ///< for the journal
        bool operator==(const Wish&) const = default;
    };
    using Tell = std::function<void(const std::string&)>;

    Waker(const services::Service& guard, Tell tell) : guard_(guard), tell_(std::move(tell)) {}

    void want(std::optional<Wish> wish);
    const std::optional<Wish>& wants() const { return wish_; }
    /// To be called when there is another helper, or none.
    void servedAnew();
    /// Asks again after a refusal.
    void askAgain();
    /// The reason that the helper refuses; empty where it has not.
    const std::string& refusal() const { return refusal_; }

private:
    void pump();
    void disarm();
    Result<void> arm();
    void refuse(const Error& error);
    static int armed(sd_bus_message* answer, void* self, sd_bus_error*);

    const services::Service& guard_;
    Tell tell_;
    std::optional<Wish> wish_;
    std::optional<Wish> told_; ///< the wish the helper was sent last
    std::uint32_t alarm_ = 0;  ///< the helper's number for it; 0: none
    std::string refusal_;
    wire::Slot arming_;
};

} // namespace stint
