#include "cli/daemon/ask.hpp"

namespace stint::cli {
namespace {

/// The daemon answers a turn later, after one fsync; a disk that is busy takes its time.
constexpr Duration patience = 30s;

} // namespace

Result<wire::Message> ask(sd_bus* bus, const char* interface, const char* member,
                          const std::function<void(wire::Writer&)>& write,
                          const std::function<void(wire::DictionaryWriter&)>& options) {
    wire::Message message = STINT_TRY(wire::newCall(bus, interface, member));
    wire::Writer writer(message);
    write(writer);
    {
        wire::DictionaryWriter dictionary(writer);
        options(dictionary);
    }
    STINT_TRY(writer.done());
    return wire::call(bus, message, patience);
}

} // namespace stint::cli
