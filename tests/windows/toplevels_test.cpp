// A Wayland compositor's reports of windows are counted, and not trusted (linux.md §A.5).
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <doctest/doctest.h>

#include "stintd/device/windows/wayland/compositor.hpp"

using namespace stint;
using stint::windows::Toplevels;

namespace {

constexpr std::uint32_t maximized = 0, activated = 2, fullscreen = 3;
constexpr std::array<char, Toplevels::most + 1> handles{};

void state(Toplevels& all, Toplevels::Handle window, const std::vector<std::uint32_t>& states) {
    all.stated(window, std::as_bytes(std::span(states)));
}

void open(Toplevels& all, Toplevels::Handle window, std::string_view name, const std::vector<std::uint32_t>& states) {
    CHECK(all.opened(window));
    all.named(window, name);
    state(all, window, states);
    all.done(window);
}

} // namespace

TEST_CASE("the window that is activated is in front, whatever else it is") {
    Toplevels all;
    open(all, &handles[0], "org.example.Editor", {maximized, activated});
    open(all, &handles[1], "foot", {fullscreen});
    CHECK(all.inFront() == WindowNames{"org.example.Editor"});
    state(all, &handles[0], {maximized});
    state(all, &handles[1], {activated});
    CHECK(all.inFront() == WindowNames{"org.example.Editor"}); // told, and not done yet
    all.done(&handles[0]);
    all.done(&handles[1]);
    CHECK(all.inFront() == WindowNames{"foot"});
    all.closed(&handles[1]);
    CHECK(all.inFront().empty());
}

TEST_CASE("two seats have a window in front each") {
    Toplevels all;
    open(all, &handles[0], "a", {activated});
    open(all, &handles[1], "b", {activated});
    open(all, &handles[2], "b", {activated});
    CHECK(all.inFront() == WindowNames{"a", "b"});
}

TEST_CASE("a window that changes its name is known by the new one alone") {
    Toplevels all;
    open(all, &handles[0], "a", {activated});
    all.named(&handles[0], "b");
    all.done(&handles[0]);
    CHECK(all.inFront() == WindowNames{"b"});
    for (const std::string& none : {std::string(), std::string("a\nb"), std::string("\x7f"), std::string(256, 'a')}) {
        CAPTURE(none);
        all.named(&handles[0], none);
        all.done(&handles[0]);
        CHECK(all.inFront().empty());
    }
    all.named(&handles[0], std::string(255, 'a'));
    all.done(&handles[0]);
    CHECK(all.inFront().size() == 1);
}

TEST_CASE("half a state is none") {
    Toplevels all;
    open(all, &handles[0], "a", {});
    const std::array<std::byte, 7> cut{std::byte{3}, {}, {}, {}, std::byte{2}, {}, {}};
    all.stated(&handles[0], cut);
    all.done(&handles[0]);
    CHECK(all.inFront().empty());
}

TEST_CASE("of more windows than anybody has, nothing is kept") {
    Toplevels all;
    for (std::size_t i = 0; i < Toplevels::most; ++i)
        REQUIRE(all.opened(&handles[i]));
    const Toplevels::Handle beyond = &handles[Toplevels::most];
    CHECK_FALSE(all.opened(beyond));
    all.named(beyond, "a");
    state(all, beyond, {activated});
    all.done(beyond);
    CHECK(all.inFront().empty());
    all.closed(&handles[0]);
    CHECK(all.opened(beyond));
    all.clear();
    CHECK(all.opened(&handles[0]));
}
