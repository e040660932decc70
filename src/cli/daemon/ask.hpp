// One call of the daemon's methods: its arguments in, its answer out.
#pragma once
#include <functional>

#include "base/time.hpp"
#include "base/try.hpp"
#include "stint/result.hpp"
#include "wire/connect.hpp"
#include "wire/message.hpp"
#include "wire/writer.hpp"

namespace stint::cli {

/// The daemon answers a turn later, after one fsync; a busy disk takes its time.
inline constexpr Duration patience = 30s;

/// Blocks until it is answered. `write` writes the arguments, `options` the trailing options.
inline Result<wire::Message> ask(
    sd_bus* bus, const char* interface, const char* member, const std::function<void(wire::Writer&)>& write,
    const std::function<void(wire::DictionaryWriter&)>& options = [](wire::DictionaryWriter&) {}) {
    const wire::Message message = STINT_TRY(wire::newCall(bus, interface, member));
    wire::Writer writer(message);
    write(writer);
    {
        wire::DictionaryWriter dictionary(writer);
        options(dictionary);
    }
    STINT_TRY(writer.done());
    return wire::call(bus, message, patience);
}

/// No arguments.
inline void nothing(wire::Writer&) {}

} // namespace stint::cli
