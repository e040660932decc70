#include <doctest/doctest.h>

#include <map>
#include <set>

#include "base/text/words.hpp"
#include "base/time/time.hpp"
#include "contract/model/job_fields.hpp"
#include "faces/cli/program.hpp"
#include "faces/screen/text.hpp"
#include "words.hpp"

using namespace stint;
using namespace stint::cli;
using namespace stint::cli::test;

namespace {

Invocation parsed(const Words& line) {
    auto made = parse(line);
    CAPTURE(line.front());
    REQUIRE(made.ok());
    return *made;
}

std::string refusal(const Words& line) {
    auto made = parse(line);
    REQUIRE(!made.ok());
    CHECK(made.error().code == Errc::ILLEGAL_ARGUMENT); // 64
    return made.error().message;
}

/// "-c,--continue"
Words namesIn(std::string_view names) {
    Words all(1);
    for (const char sign : names)
        sign == ',' ? (void)all.emplace_back() : all.back().push_back(sign);
    return all;
}
} // namespace

TEST_CASE("words and options are told apart, in any order") {
    for (const Words& line : {Words{"get", "-o", "x.iso", "--charging", "http://h/f", "--size=1GiB"},
                              Words{"get", "http://h/f", "--size", "1GiB", "--charging", "-ox.iso"},
                              Words{"get", "--output=x.iso", "--charging", "--size", "1GiB", "--", "http://h/f"}}) {
        auto made = parsed(line);
        CHECK(made.verb->name == "get");
        CHECK(made.arguments.words == Words{"http://h/f"});
        CHECK(made.arguments.value("output") == "x.iso");
        CHECK(made.arguments.value("size") == "1GiB");
        CHECK(made.arguments.has("charging"));
        CHECK(!made.arguments.has("force"));
    }
}

TEST_CASE("a dashed word is an option with any CLI11, but as an option's value and behind --") {
    for (const std::string word : {"--\x1b[2J", "-\x1b[2J", "--!x", "---x", "-7", "- x"}) {
        CAPTURE(word);
        CHECK(has(refusal({"sim", "f", word}), "`stint sim` takes no " + printable(word)));
        CHECK(has(refusal({"get", word, "-o", "x", "--", "u"}), "`stint get` takes no " + printable(word)));
        CHECK(parsed({"get", "u", "-o", word}).arguments.value("output") == word);
        CHECK(parsed({"sim", "f", "--", word, "--"}).arguments.words == Words{"f", word, "--"});
        CHECK(parsed({"run", "--", word}).arguments.words == Words{word});
    }
}

TEST_CASE("an option of curl or wget is answered with what is right here") {
    struct Row {
        Words line;
        std::string_view says;
    };
    // clang-format off
    for (const auto& r : {Row{{"get", "-c", "URL"},                  "takes no -c: a download goes on where it was"},
                          Row{{"get", "-C", "-", "URL"},             "takes no -C: a download goes on where it was"},
                          Row{{"get", "--continue=1", "URL"},        "goes on where it was"},
                          Row{{"get", "--dir", "/tmp", "URL"},       "takes no --dir: write -o DIR/"},
                          Row{{"get", "-P/tmp", "URL"},              "takes no -P: write -o DIR/"},
                          Row{{"get", "-N", "URL"},                  "takes no -N: a file that is there is not replaced"},
                          Row{{"get", "-nc", "URL"},                 "takes no -nc: a file that is there is not replaced without --force"},
                          Row{{"get", "-sSL", "URL"},                "takes no -s: write -q"},
                          Row{{"get", "--retry", "3", "URL"},        "as --retries says"},
                          Row{{"put", "-T", "FILE", "URL"},          "write stint put FILE URL"},
                          Row{{"put", "-c", "FILE", "URL"},          "with --tus an upload goes on"}}) {
        // clang-format on
        CAPTURE(r.says);
        const std::string said = refusal(r.line);
        CHECK(said.find(r.says) != std::string::npos);
        CHECK(said.ends_with("; see `stint help " + r.line.front() + "`"));
    }
    CHECK(refusal({"get", "--contnue", "URL"}).find("takes no --contnue") != std::string::npos);
}

TEST_CASE("what is called another program's option is none of ours, and stands there once") {
    for (const Verb& verb : verbs()) {
        std::set<std::string> seen;
        for (const OptionElsewhere& row : verb.optionsElsewhere)
            for (const std::string& name : namesIn(row.names)) {
                CAPTURE(verb.name);
                CAPTURE(name);
                CHECK(row.isCalled(name));
                CHECK(seen.insert(name).second);
                CHECK(std::ranges::none_of(verb.options, [&](const Option& option) { return option.isCalled(name); }));
            }
    }
    CHECK(!verbNamed("get")->optionsElsewhere.empty());
}

TEST_CASE("a verb of two words is not the one of its first word") {
    CHECK(parsed({"tasks"}).verb->name == "tasks");
    CHECK(parsed({"tasks", "stop", "com.example.mail"}).verb->name == "tasks stop");
    CHECK(parsed({"device", "set", "charging=false", "battery=12"}).arguments.words ==
          Words{"charging=false", "battery=12"});
    CHECK(parsed({"device", "reset"}).verb->name == "device reset");
}

TEST_CASE("a verb's help names those of two words that begin with it, and the word help asks for it") {
    for (const Verb& verb : verbs()) {
        const auto space = verb.name.find(' ');
        if (space == std::string_view::npos) continue;
        CAPTURE(verb.name);
        const std::string first(verb.name.substr(0, space));
        if (const Verb* const shorter = verbNamed(first))
            CHECK(has(helpFor(*shorter, 80), "\n  " + std::string(verb.name)));
        if (verbNamed(first)) CHECK(parsed({first, "help"}).wantsHelp);
    }
}

TEST_CASE("each verb's help can be asked for before it and behind it") { // `stint help VERB` does the former
    for (const Verb& verb : verbs()) {
        if (verb.passes == Verb::Passes::Everything) continue;
        CAPTURE(verb.name);
        const std::string name(verb.name);
        Words words{name.substr(0, name.find(' '))};
        if (name.find(' ') != std::string::npos) words.push_back(name.substr(name.find(' ') + 1));
        Words before = words, behind = words;
        before.insert(before.begin(), "--help");
        behind.emplace_back("--help");
        CHECK(parsed(before).wantsHelp);
        if (verb.passes != Verb::Passes::BehindFirstWord) CHECK(parsed(behind).wantsHelp);
    }
}

TEST_CASE("what stands behind the package of start is the program's own") {
    auto made = parsed({"start", "--quiet", "com.example.mail", "--json", "-h", "--", "x"});
    CHECK(made.output.quiet);
    CHECK(!made.output.json);
    CHECK(!made.wantsHelp);
    CHECK(made.arguments.words == Words{"com.example.mail", "--json", "-h", "--", "x"});
}

TEST_CASE("how to print may be said before the verb and behind it") {
    CHECK(parsed({"--json", "jobs"}).output.json);
    CHECK(parsed({"jobs", "--json", "--plain", "-q"}).output.plain);
    CHECK(parsed({"jobs", "-q"}).output.quiet);
    CHECK(parsed({"get", "--help"}).wantsHelp); // whatever is missing
}

TEST_CASE("what is wrong is named, with what was likely meant") {
    struct Row {
        Words line;
        std::string_view says;
    };
    // clang-format off
    for (auto& r : {Row{{"gte", "http://h"},               "no verb \"gte\" (did you mean \"get\"?)"},
                    Row{{"jbos"},                          "did you mean \"jobs\"?"},
                    Row{{"frobnicate"},                    "no verb \"frobnicate\"; `stint help` lists them"},
                    Row{{"ls"},                            "no verb \"ls\"; here it is `stint jobs`: list jobs"},
                    Row{{"kill", "7"},                     "here it is `stint cancel`: take jobs away"},
                    Row{{"htop"},                          "here it is `stint top`"},
                    Row{{"--json"},                        "no verb given"},
                    Row{{"--verison"},                     "takes no --verison (did you mean \"--version\"?)"},
                    Row{{"-V"},                            "no option -V: write `stint --version`"},
                    Row{{"version"},                       "write `stint --version`"},
                    Row{{"7"},                             "no verb \"7\"; of job 7: stint why 7"},
                    Row{{""},                              "no verb \"\"; `stint help` lists them"},
                    Row{{"xx"},                            "no verb \"xx\"; `stint help` lists them"},
                    Row{{"crontab", "-l"},                 "here it is `stint run`"},
                    Row{{"run", "ls", "-l", "a b"},        "goes after --: write stint run -- ls -l 'a b'"},
                    Row{{"run", "--charging", "ls"},       "write stint run [OPTIONS] -- COMMAND"},
                    Row{{"edit", "7", "--charging"},       "takes no --charging: a condition has no dashes here: charging=no"},
                    Row{{"guard", "--charging", "--", "x"}, "takes no --charging: what it is held to is one condition: --while"},
                    Row{{"put"},                           "needs more arguments: stint put FILE URL"},
                    Row{{"why", "7", "8"},                   "does not take \"8\""},
                    Row{{"get", "http://a", "--forc"},     "takes no --forc (did you mean \"--force\"?)"},
                    Row{{"get", "http://a", "--forc=1"},   "(did you mean \"--force\"?)"},
                    Row{{"get", "http://a", "-o"},         "-o needs a value: -o FILE; see `stint help get`"},
                    Row{{"get", "http://a", "--output", "--force"}, "--output needs a value: --output FILE"},
                    Row{{"get", "http://a", "-o", "a", "--output=b"}, "--output is given twice: it takes one FILE"},
                    Row{{"get", "http://a", "--force=yes"}, "--force takes no value: write --force alone"},
                    Row{{"jobs", "--json=3"},              "--json takes no value"},
                    Row{{"why", ""},                       "`stint why` does not take \"\": write stint why JOB"},
                    Row{{"start", "", "x"},                "`stint start` does not take \"\""},
                    Row{{"get", "u", "--network", "wifi"}, "--network is one of any|unmetered|not-roaming|cellular, not \"wifi\""},
                    Row{{"app", "p", "--state", "front"},  "--state is one of top|visible|background|auto"},
                    Row{{"tasks", "stpo", "p"},            "does not take \"stpo\""},
                    Row{{"push"},                          "needs more arguments: stint push PACKAGE, or stint push "},
                    Row{{"push", "bogus"},                 "does not take \"bogus\", which is no package: stint push PACKAGE, or "},
                    Row{{"push", "bogus"},                 "or stint push messages|"},
                    Row{{"why", "7", "--finished"},        "takes no --finished"},
                    Row{{"\x1b[2J"},                       "no verb \"�[2J\""}}) {
        // clang-format on
        std::string message = refusal(r.line);
        CAPTURE(message);
        CHECK(message.find(r.says) != std::string::npos);
    }
}

TEST_CASE("an option has one spelling and one set of words on all verbs that schedule a job") {
    std::map<std::string_view, std::string_view> values;
    for (const char* verb : {"get", "put", "run"})
        for (const Option& option : verbNamed(verb)->options)
            CHECK_MESSAGE(values.emplace(option.longName(), option.value).first->second == option.value, option.names);
    for (const JobField& row : jobFields) // of these one name is told, and Android's is understood
        CHECK_MESSAGE(row.option.find(',') == std::string_view::npos, row.option);
}

TEST_CASE("Android's setters and its joints are understood, and mean what ours do") {
    for (const char* verb : {"get", "run"})
        for (const char* said : {"--battery-not-low", "--requires-battery-not-low"}) {
            const bool runs = verb == std::string_view("run");
            const Words line = runs ? Words{verb, said, "--network", "not_roaming", "--", "true"}
                                    : Words{verb, said, "--network", "not_roaming", "http://h/"};
            const Arguments given = parsed(line).arguments;
            CHECK(given.has("battery-not-low"));
            CHECK(given.value("network") == "not-roaming");
        }
    CHECK(parsed({"app", "p", "--bucket", "working-set"}).arguments.value("bucket") == "working_set");
    CHECK(helpFor(*verbNamed("run"), 80).find("--requires-") == std::string::npos);
}

TEST_CASE("an empty word of another program is passed on") {
    CHECK(parsed({"start", "p", ""}).arguments.words == Words{"p", ""});
    CHECK(parsed({"run", "--", "true", ""}).arguments.words == Words{"true", ""});
}

TEST_CASE("a message about a setter names the option beside it, as a whole word") { // jobs.md §1.2
    const Verb& run = *verbNamed("run");
    CHECK(withOptionsOf(run, "V11: an expedited job may not have setPeriodic; leave it out") ==
          "V11: an expedited job may not have --every (setPeriodic); leave it out");
    CHECK(withOptionsOf(run, "leave setBackoffCriteria or setRequiresDeviceIdle out") ==
          "leave --backoff (setBackoffCriteria) or --device-idle (setRequiresDeviceIdle) out");
    CHECK(withOptionsOf(run, "call setPeriodically(setClipData)") == "call setPeriodically(setClipData)");
    for (const Verb& verb : verbs())
        for (const Option& option : verb.options)
            CHECK((option.setter.empty() || std::ranges::count(jobFields, option.setter, &JobField::method) == 1));
}

TEST_CASE("what a verb is called elsewhere is a name of no other") {
    std::set<std::string_view> known;
    for (const Verb& verb : verbs())
        CHECK(known.insert(verb.name).second);
    for (const Verb& verb : verbs())
        for (const std::string_view word : verb.elsewhere)
            CHECK_MESSAGE(known.insert(word).second, word);
}

TEST_CASE("every verb is run by something, and its help names all that it takes") {
    std::set<std::string_view> names;
    for (const auto& verb : verbs()) {
        CAPTURE(verb.name);
        CHECK(names.insert(verb.name).second);
        // In this program or in another of ours; in both where the words decide it.
        CHECK((verb.run && !verb.program.empty()) == bool(verb.isForProgram));
        CHECK((verb.run || !verb.program.empty()));
        CHECK(verb.fewest <= verb.most);
        const std::string help = helpFor(verb, 80);
        CHECK(help.find(verb.summary) != std::string::npos);
        for (const auto& option : verb.options)
            CHECK(help.find(option.longName()) != std::string::npos);
        CHECK(overview(80).find(verb.name) != std::string::npos);
    }
}

TEST_CASE("a verb with words of its own may have a command behind --, whose words are no option of ours") {
    const auto both = parsed({"fleet", "send", "fw.img", "--to", "all", "--", "/bin/x", "--to", "--", ""}).arguments;
    CHECK(both.words == Words{"fw.img"});
    CHECK(both.command == Words{"/bin/x", "--to", "--", ""});
    CHECK(both.value("to") == "all");
    CHECK(parsed({"fleet", "send", "--to", "all", "--", "/bin/x"}).arguments.words.empty());
    CHECK(parsed({"fleet", "send", "fw.img", "--to", "all"}).arguments.command.empty());
    CHECK(has(refusal({"fleet", "send", "a", "b", "--", "/bin/x"}), "does not take \"b\""));
    CHECK(has(refusal({"fleet", "send", "--too", "all", "--", "/bin/x"}), "--to"));
}

TEST_CASE("the examples of the help are command lines that the parser takes") {
    for (const auto& verb : verbs())
        for (const auto& example : verb.examples) {
            CAPTURE(example.line);
            Words line;
            for (std::string_view rest = example.line.substr(0, example.line.find(" && ")); !rest.empty();) {
                const bool quoted = rest.starts_with('\'');
                if (quoted) rest.remove_prefix(1);
                auto end = std::min(rest.find(quoted ? '\'' : ' '), rest.size());
                line.emplace_back(rest.substr(0, end));
                rest.remove_prefix(std::min(end + (quoted ? 2 : 1), rest.size()));
            }
            REQUIRE(line.front() == "stint");
            line.erase(line.begin());
            CHECK(parsed(line).verb == &verb);
        }
}

TEST_CASE("help is as wide as the terminal, unless one word is wider") {
    for (const std::size_t columns : {60U, 80U, 200U}) {
        std::vector<std::string> texts{overview(columns)};
        for (const Verb& verb : verbs())
            texts.push_back(helpFor(verb, columns));
        for (const std::string& text : texts)
            for (const std::string_view line : splitAt(text, "\n")) {
                CAPTURE(std::string(line));
                const std::string_view last = line.substr(line.find_last_of("  ") + 1);
                const bool isTyped =
                    line.starts_with("  stint ") || line.starts_with("stint ") || line.starts_with("  -");
                const bool isOneWord = line.substr(0, line.size() - last.size()).ends_with("  ");
                CHECK((widthOf(line) <= columns || isTyped || isOneWord));
            }
    }
}

TEST_CASE("durations that help names can be typed so") {
    std::size_t seen = 0;
    for (const Verb& verb : verbs())
        for (const Option& option : verb.options) {
            if (option.value != "DURATION") continue;
            for (std::string_view word : splitAt(option.help, " ")) {
                while (!word.empty() && std::string_view("(),;:").find(word.back()) != std::string_view::npos)
                    word.remove_suffix(1);
                while (word.starts_with('('))
                    word.remove_prefix(1);
                if (word.empty() || word.front() < '0' || word.front() > '9') continue;
                CAPTURE(std::string(word));
                CHECK(parseDuration(word).ok());
                ++seen;
            }
        }
    CHECK(seen > 5);
}
