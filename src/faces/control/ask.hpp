// One call of the daemon's methods: its arguments in, its answer out.
#pragma once
#include <functional>

#include "base/result/try.hpp"
#include "base/time/time.hpp"
#include "faces/control/calls.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/message.hpp"
#include "link/wire/writer.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// The daemon answers a turn later, after one fsync; a busy disk takes its time.
inline constexpr Duration patience = 30s;

/// Blocks until the daemon answers. `write` writes the arguments, `options` the trailing options.
inline Result<wire::Message> ask(sd_bus* bus, const char* interface, const char* member,
                                 const std::function<void(wire::Writer&)>& write,
                                 const std::function<void(wire::DictionaryWriter&)>& options = noOptions) {
    wire::Message message = STINT_TRY(messageOf(bus, Call<void>{interface, member, nullptr, write, options}));
    return wire::call(bus, std::move(message), patience);
}

/// Likewise, and reads the answer.
template <class Answer> Result<Answer> answerOf(sd_bus* bus, const Call<Answer>& asked) {
    wire::Message message = STINT_TRY(messageOf(bus, asked));
    const auto answer = STINT_TRY(wire::call(bus, std::move(message), patience));
    wire::Reader reader(answer);
    return asked.read(reader);
}

} // namespace stint::cli
