#include "base/text/shared_text.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace stint {

TEST_CASE("a shared text is one text, however often it is copied, and empty without one") {
    const SharedText text("com.example.mail");
    SharedText copy = text;
    CHECK(&copy.str() == &text.str());
    const SharedText moved = std::move(copy);
    CHECK(&moved.str() == &text.str());
    copy = "com.example.news"; // NOLINT(bugprone-use-after-move): what was moved from may be given another
    CHECK(copy == "com.example.news");
    CHECK(text == "com.example.mail");
    CHECK(SharedText().empty());
    CHECK(SharedText("").empty());
    CHECK(SharedText() == SharedText(""));
}

TEST_CASE("shared texts compare by what they say, whoever holds it") {
    CHECK(SharedText("a") == SharedText("a"));
    CHECK(SharedText("a") < SharedText("b"));
    CHECK(SharedText() < SharedText("a"));
}

TEST_CASE("a shared text outlives the owner it was copied from") {
    SharedText last;
    {
        const SharedText first("kept");
        last = first;
        const SharedText& itself = last;
        last = itself;
    }
    CHECK(last == "kept");
}

TEST_CASE("threads may copy and let go of one text at the same time") {
    const SharedText text("com.example.mail");
    {
        std::vector<std::jthread> threads;
        for (int n = 0; n < 4; ++n)
            threads.emplace_back([copy = text] {
                for (int times = 0; times < 10'000; ++times)
                    SharedText(SharedText(copy)).str();
            });
    }
    CHECK(text == "com.example.mail");
}

} // namespace stint
