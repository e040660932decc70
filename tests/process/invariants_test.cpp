// The checks before a process is started: somebody encloses it, and no other does.
#include <array>

#include "last_words.hpp"
#include "process/world.hpp"
#include "stintd/process/children.hpp"

namespace stint {
namespace {

struct Nobody final : Processes::Listener {
    void gone(ProcessId, const AppId&, const Processes::End&) override {}
};

struct Unkept {
    Unkept() { sd_event_new(&loop); }
    sd_event* loop = nullptr;
    Nobody nobody;
    Children children{loop, nobody, {helper()}, "", [](const AppId&) {}, {}};
};

constexpr std::array mistakes{
    Mistake{"enclosure_", [] { static_cast<void>(Unkept().children.start(shell("true"))); }},
    Mistake{"enclosure", [] { Unkept().children.keepIn(nullptr); }},
};

} // namespace

TEST_CASE("nothing is started that nobody would end") { CHECK(unnoticed(mistakes) == ""); }

} // namespace stint
