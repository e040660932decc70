// The checks of a writer on whoever writes: each container that was opened is closed, once.
#include <array>

#include "last_words.hpp"
#include "wire/loose_message.hpp"

namespace stint::wire {
namespace {

constexpr std::array mistakes{
    Mistake{"open_ > 0", [] { LooseMessage().writer().close(); }},
    Mistake{"open_ == 0 || problem_ != 0", [] { static_cast<void>(LooseMessage().writer().openArray("s").done()); }},
};

} // namespace

TEST_CASE("a container that is left open, or was none, is noticed before the message is sent") {
    CHECK(unnoticed(mistakes) == "");
}

} // namespace stint::wire
