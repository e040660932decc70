// Completions are made from the table of verbs; what shells make of them is in tests/e2e/test_completions.py.
#include <doctest/doctest.h>

#include "faces/cli/complete/completions.hpp"
#include "words.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;
using Kind = Candidates::Kind;

TEST_CASE("every verb and every option of the table is in each shell's script") {
    const std::string bash = bash::completions(), zsh = zsh::completions(), fish = fish::completions();
    for (const Verb& verb : verbs()) {
        CAPTURE(verb.name);
        const std::string quoted = "'" + std::string(verb.name) + "')";
        CHECK(has(bash, quoted));
        CHECK(has(zsh, quoted));
        const std::string_view last = verb.name.substr(verb.name.rfind(' ') + 1); // npos + 1 is 0
        CHECK(has(fish, " -a " + std::string(last) + " -d "));
        for (const Option& option : verb.options) {
            CAPTURE(option.names);
            const std::string name(option.longName());
            CHECK(has(bash, "--" + name));
            CHECK(has(zsh, "'--" + name + ":"));
            CHECK(has(fish, " -l " + name + " "));
        }
    }
}

TEST_CASE("what a word may be is read from how the table writes it") {
    CHECK(candidatesFor("any|unmetered").choices == std::vector<std::string_view>{"any", "unmetered"});
    CHECK(candidatesFor("jobscheduler|alarm [PACKAGE]").choices ==
          std::vector<std::string_view>{"jobscheduler", "alarm"});
    CHECK(candidatesFor("FILE…").kind == Kind::Files);
    CHECK(candidatesFor("FILE…").repeats);
    CHECK(candidatesFor("FILE.toml").kind == Kind::Files);
    CHECK(candidatesFor("[PACKAGE]").kind == Kind::Packages);
    CHECK(!candidatesFor("PACKAGE [ARGS…]").repeats);
    CHECK(candidatesFor("JOB").kind == Kind::Jobs);
    CHECK(candidatesFor("[VERB]").kind == Kind::Verbs);
    CHECK(candidatesFor("VERB…").kind == Kind::None); // Android's verbs, not ours
    CHECK(candidatesFor("URL").kind == Kind::None);
    CHECK(candidatesFor("").kind == Kind::None);
}

TEST_CASE("a verb of two words is offered in two steps") {
    CHECK(secondWords("tasks") == std::vector<std::string_view>{"stop"});
    CHECK(secondWords("get").empty());
    for (const auto word : firstWords())
        CHECK(word.find(' ') == std::string_view::npos);
}
