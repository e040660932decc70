// One call of the daemon's methods: its arguments in, its answer out.
#pragma once
#include <functional>

#include "stint/result.hpp"
#include "wire/message.hpp"
#include "wire/writer.hpp"

namespace stint::cli {

/// Blocks until it is answered. `write` puts the arguments in, without the trailing options, which `options` fills.
Result<wire::Message> ask(
    sd_bus* bus, const char* interface, const char* member, const std::function<void(wire::Writer&)>& write,
    const std::function<void(wire::DictionaryWriter&)>& options = [](wire::DictionaryWriter&) {});

/// No arguments.
inline void nothing(wire::Writer&) {}

} // namespace stint::cli
