// A program that is kept running (push.md §5).
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "push/serving/kept.hpp"

using namespace stint;
using namespace stint::push;

namespace {

struct Loop {
    Loop() { REQUIRE(sd_event_new(&it) >= 0); }
    ~Loop() { sd_event_unref(it); }
    void until(const std::function<bool()>& isSo) {
        while (!isSo())
            REQUIRE(sd_event_run(it, 20'000'000) > 0); // guards against a hang
    }
    sd_event* it = nullptr;
};

struct Heard {
    std::vector<std::string> lines, ends;
    Kept::Hooks hooks() {
        return {[this](std::string_view line) { lines.emplace_back(line); },
                [this](const std::string& sentence) { ends.push_back(sentence); }};
    }
};

} // namespace

TEST_CASE("what it prints is heard by lines, to the last before its end") {
    Loop loop;
    Heard heard;
    Kept kept(loop.it, "a program", {"/bin/sh", "-c", "echo one; echo two >&2; printf three; exit 3"}, 2,
              heard.hooks());
    kept.start();
    loop.until([&] { return !heard.ends.empty(); });
    CHECK(heard.lines == std::vector<std::string>{"one", "two"});
    CHECK(heard.ends == std::vector<std::string>{"a program has ended, with 3; it is started again in 1s"});
    loop.until([&] { return heard.ends.size() == 2; });
    CHECK(heard.ends[1] == "a program has ended, with 3; it is started again in 2s");
}

TEST_CASE("one that is not there is told of, and tried again") {
    Loop loop;
    Heard heard;
    Kept kept(loop.it, "a program", {"/nowhere/program"}, 2, heard.hooks());
    kept.start();
    loop.until([&] { return !heard.ends.empty(); });
    CHECK(heard.ends[0].find("started again in 1s") != std::string::npos);
}

TEST_CASE("one that is asked to end ends, and is not started again") {
    Loop loop;
    Heard heard;
    Kept kept(loop.it, "a program", {"/bin/sh", "-c", "echo ready; exec sleep 1000"}, 2, heard.hooks());
    kept.start();
    loop.until([&] { return !heard.lines.empty(); });
    bool isGone = false;
    kept.end([&] { isGone = true; });
    loop.until([&] { return isGone; });
    CHECK(heard.ends.empty());
    kept.end([&] { isGone = false; }); // there is none
    CHECK_FALSE(isGone);
}

TEST_CASE("a line without an end is not kept for ever") {
    Loop loop;
    Heard heard;
    Kept kept(loop.it, "a program", {"/bin/sh", "-c", "yes | tr -d '\\n' | head -c 1000000; echo; echo last"}, 2,
              heard.hooks());
    kept.start();
    loop.until([&] { return !heard.ends.empty(); });
    REQUIRE(heard.lines.size() == 2);
    CHECK(heard.lines[0].size() < 40'000);
    CHECK(heard.lines[1] == "last");
}
