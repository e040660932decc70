#include <doctest/doctest.h>

#include "faces/control/lookup.hpp"

using namespace stint;
using namespace stint::cli;

TEST_CASE("a job is named by its number, with its package, or with its namespace too") {
    struct Row {
        std::string_view text;
        JobName name;
    };
    // clang-format off
    for (auto& r : {Row{"7",                        {std::nullopt, "", 7}},
                    Row{"-3",                       {std::nullopt, "", -3}},
                    Row{"2147483647",               {std::nullopt, "", 2147483647}},
                    Row{"com.example.mail/7",       {AppId{"com.example.mail"}, "", 7}},
                    Row{"com.example.mail/sync#7",  {AppId{"com.example.mail"}, "sync", 7}},
                    Row{"com.example.mail/a/b#c#7", {AppId{"com.example.mail"}, "a/b#c", 7}}}) {
        // clang-format on
        auto name = parseJobName(r.text);
        REQUIRE(name.ok());
        CHECK(*name == r.name);
    }
}

TEST_CASE("what names no job is refused with the forms there are") {
    for (std::string_view text :
         {"", "seven", "7x", "/7", "com.example.mail", "com.example.mail/", "com.example.mail/x", "com.example.mail/#7",
          "com.example.mail/sync#", "2147483648", "7 ", "+7"}) {
        CAPTURE(text);
        auto name = parseJobName(text);
        REQUIRE(!name.ok());
        CHECK(name.error().code == Errc::ILLEGAL_ARGUMENT);
        CHECK(name.error().message.find("PACKAGE/namespace#7") != std::string::npos);
    }
}

TEST_CASE("a bare number is looked for in both built-in packages, a full name in one") {
    auto own = candidates({std::nullopt, "", 7});
    REQUIRE(own.size() == 2);
    CHECK(textOf(own[0]) == "org.stint.transfer/7");
    CHECK(textOf(own[1]) == "org.stint.shell/7");
    auto named = candidates({AppId{"com.example.mail"}, "sync", 7});
    REQUIRE(named.size() == 1);
    CHECK(textOf(named[0]) == "com.example.mail/sync#7");
}

TEST_CASE("the short name of a job is taken back as the same job") {
    for (const JobKey& key : {JobKey{AppId{"org.stint.transfer"}, "", 7}, JobKey{AppId{"org.stint.shell"}, "", 7},
                              JobKey{AppId{"com.example.mail"}, "sync", 7}}) {
        auto back = parseJobName(shortTextOf(key));
        REQUIRE(back.ok());
        const auto meant = candidates(*back);
        CHECK(std::ranges::find(meant, key) != meant.end());
    }
    CHECK(shortTextOf({AppId{"org.stint.shell"}, "", 7}) == "7");
    CHECK(shortTextOf({AppId{"org.stint.shell"}, "own", 7}) == "org.stint.shell/own#7");
    CHECK(shortTextOf({AppId{"org.stint.transfer"}, "", 7}) == "7");
}
