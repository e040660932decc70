// Calls of others over the session bus: who asks, what they are answered, and how many wait for that.
#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "link/wire/message.hpp"
#include "link/wire/writer.hpp"
#include "stint/result.hpp"

namespace stint::push {

/// The connection's name on the bus.
std::string senderOf(const wire::Message& call);
void reply(const wire::Message& call, const std::function<void(wire::Writer&)>& write);

/// Calls that are not answered yet. One caller has not all the places.
class WaitingCalls {
public:
    /// Busy: there are too many already.
    Result<void> begin(const wire::Message& call);
    void end(const wire::Message& call);
    std::size_t count() const { return all_; }

private:
    std::map<std::string, std::size_t> of_; ///< by who asks
    std::size_t all_ = 0;
};

} // namespace stint::push
