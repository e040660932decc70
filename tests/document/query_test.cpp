// The query of fleet.md §8: read, printed and asked.
#include "fleet/document/query.hpp"

#include <functional>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <rapidcheck.h>

#include "base/time/time.hpp"
#include "document/given.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

const std::string someDevice = "4TQ0123456789ABCDEFGHJKMNP";

/// The query as it is printed, or why it is none.
std::string printed(std::string_view text) {
    const auto query = Query::parse(text);
    return query.ok() ? query->text() : query.error().message;
}

Answer asked(std::string_view text, const Facts& facts) {
    const auto query = Query::parse(text);
    REQUIRE(query.ok());
    return ask(*query, facts);
}

bool holds(Answer answer) { return answer == Answer::Yes; }

/// A query that was written beside its meaning: the reference that ask() has to agree with.
struct Meant {
    std::string text;
    std::function<bool(const Facts&)> holds;
};

template <class T> const T& oneOf(const std::vector<T>& all) { return all[below(all.size())]; }
std::string blank(bool must) { return std::string(below(3) + (must ? 1 : 0), ' '); }

Meant term() {
    switch (below(5)) {
    case 0: {
        const std::string name = oneOf<std::string>({"site", "model", "and"}),
                          value = oneOf<std::string>({"a", "or", "ä.b"});
        return {"label" + blank(true) + name + blank(false) + "=" + blank(false) + value, [=](const Facts& facts) {
                    const auto found = facts.labels.find(name);
                    return found != facts.labels.end() && found->second == value;
                }};
    }
    case 1: {
        // Versions of the facts and here have two numbers below ten: 4.2 is 42.
        const int major = static_cast<int>(below(3)), minor = static_cast<int>(below(3)), mine = 10 * major + minor;
        const std::string sign = oneOf<std::string>({" ", "<", "<=", "=", ">=", ">"});
        return {fmt::format("version{}{}.{}", sign, major, minor), [=](const Facts& facts) {
                    const auto& numbers = facts.version->numbers;
                    const int its = static_cast<int>(10 * numbers[0] + (numbers.size() > 1 ? numbers[1] : 0));
                    return sign == "<"    ? its < mine
                           : sign == "<=" ? its <= mine
                           : sign == ">=" ? its >= mine
                           : sign == ">"  ? its > mine
                                          : its == mine;
                }};
    }
    case 2: {
        const auto days = static_cast<int>(below(3)) + 1;
        const bool isLess = below(2) == 0;
        return {fmt::format("seen{}{}h", isLess ? "<" : ">", 24 * days), [=](const Facts& facts) {
                    const Duration ago = 24h * days;
                    return isLess ? *facts.lastSeen < ago : *facts.lastSeen > ago;
                }};
    }
    case 3:
        return {"id " + someDevice, [](const Facts& facts) { return facts.id == someDevice; }};
    default:
        return {"all", [](const Facts&) { return true; }};
    }
}

/// `and` binds closer than `or`: at `level` 0 there may be either, at 1 `and` alone, at 2 neither.
Meant meant(int depth, int level = 0) {
    if (level < 2) {
        Meant all = meant(depth, level + 1);
        for (std::size_t more = below(3); more > 0; --more) {
            const Meant other = meant(depth, level + 1);
            all = level == 0 ? Meant{all.text + " or " + other.text,
                                     [=](const Facts& facts) { return all.holds(facts) || other.holds(facts); }}
                             : Meant{all.text + " and " + other.text,
                                     [=](const Facts& facts) { return all.holds(facts) && other.holds(facts); }};
        }
        return all;
    }
    const std::size_t kind = depth > 0 ? below(4) : 3;
    if (kind == 0) {
        const Meant other = meant(depth - 1, 2);
        return {"not " + other.text, [=](const Facts& facts) { return !other.holds(facts); }};
    }
    if (kind > 1) return term();
    const Meant inner = meant(depth - 1);
    return {"(" + blank(false) + inner.text + blank(false) + ")", inner.holds};
}

Facts someFacts() {
    Facts facts;
    facts.id = oneOf<std::string>({someDevice, "0000000000000000000000000A"});
    for (const char* name : {"site", "model", "and"})
        if (below(2) == 0) facts.labels.emplace(name, oneOf<std::string>({"a", "or", "ä.b"}));
    Version version;
    for (std::size_t n = below(2) + 1; n > 0; --n)
        version.numbers.push_back(static_cast<std::uint32_t>(below(3)));
    facts.version = version;
    facts.lastSeen = oneOf<Duration>({0ms, 24h, 36h, 48h, 24h * 30, Facts::never});
    return facts;
}

} // namespace

TEST_CASE("a query is printed in one form, which is read as the same") { // fleet.md §8
    struct Row {
        std::string_view text, same;
    };
    for (const auto& [text, same] : {
             Row{"label site=berlin and label model=p1 and not label lab=yes", ""},
             Row{" label  site = berlin", "label site=berlin"},
             Row{"version 4.2", ""},
             Row{"version=4.2", "version 4.2"},
             Row{"version < 04.2", "version<4.2"},
             Row{"version>=4 or version<=1.2.3.4", ""},
             Row{"seen<168h", "seen<7d"},
             Row{"seen > 1d", "seen>1d"},
             Row{"id 4TQ0123456789ABCDEFGHJKMNP", ""},
             Row{"((all))", "all"},
             Row{"(all and (all and all))and(all)", "all and all and all and all"},
             Row{"all and (all or all)", ""},
             Row{"(all and all) or all", "all and all or all"},
             Row{"not(all)", "not all"},
             Row{"not (all and all)", ""},
             Row{"not not (all or all)", ""},
             Row{"label site=and", ""},
             Row{"label site=münchen/2:b@x+1", ""},
         })
        CHECK(printed(text) == (same.empty() ? text : same));
}

TEST_CASE("what is no query is refused with its place, and what would be right") { // fleet.md §8
    struct Row {
        std::string text, why;
    };
    const std::string deep(32, '(');
    for (const auto& [text, why] : {
             Row{"", "at column 1: it is empty; write \"all\", or conditions such as \"label site=berlin and "
                     "version<4.2\""},
             Row{"all and label site", "at column 19: the end comes after a label's name; \"label site=VALUE\" would "
                                       "be right"},
             Row{"label Site=a", "at column 7: \"Site\" is no label's name; \"label NAME=VALUE\" would be right, the "
                                 "name in small letters, digits, -, _ and ."},
             Row{"label a=b*",
                 "at column 9: \"b*\" is no label's value; \"label a=VALUE\" would be right, the value at "
                 "most 63 letters, digits and . _ - : / @ +"},
             Row{"label a=ü or lable b=c", "at column 14: there is no \"lable\" (did you mean \"label\"?)"},
             Row{"all AND all", "at column 5: \"and\" or \"or\" is missing before \"AND\""},
             Row{"all and AND", "at column 9: there is no \"AND\" (did you mean \"and\"?)"},
             Row{"all all", "at column 5: \"and\" or \"or\" is missing before \"all\""},
             Row{"all)", "at column 4: \")\" closes no \"(\""},
             Row{"(all", "at column 5: a \")\" is missing"},
             Row{"(all seen<1d)", "at column 6: \"and\" or \"or\" is missing before \"seen\""},
             Row{"all and", "at column 8: the end stands where a condition should: \"label NAME=VALUE\", "
                            "\"version<NUMBER\", \"seen<DURATION\", \"id DEVICE\" or \"all\""},
             Row{"version<x", "at column 9: \"x\" is no version; write one to four numbers: \"version<4.2\", "
                              "\"version 4.2\""},
             Row{"version<1.2.3.4.5", "at column 9: \"1.2.3.4.5\" is no version; write one to four numbers: "
                                      "\"version<4.2\", \"version 4.2\""},
             Row{"version<4.", "at column 9: \"4.\" is no version; write one to four numbers: \"version<4.2\", "
                               "\"version 4.2\""},
             Row{"version >< 4", "at column 10: \"<\" is no version; write one to four numbers: \"version<4.2\", "
                                 "\"version 4.2\""},
             Row{"seen 7d", "at column 6: \"7d\" comes after \"seen\"; write \"seen<7d\" or \"seen>7d\""},
             Row{"seen<0s", "at column 6: \"0s\" is no time ago; write one up to 3650d"},
             Row{"id 4tq", "at column 4: \"4tq\" is no device; its id has 26 characters"},
             Row{deep + "(all" + std::string(33, ')'),
                 "at column 33: more than 32 of \"(\" and \"not\" are inside each "
                 "other"},
             Row{std::string(4097, ' '), "it is longer than 4096 bytes"},
         })
        CHECK(printed(text) == why);
    CHECK(printed(deep + "all" + std::string(32, ')')) == "all");
    CHECK(printed("seen<7").starts_with("at column 6: \"7\" is not a duration"));
    // A query that fits as it was written, and would not as it is printed, could not be read again.
    std::string tight = "(all or all)";
    while (tight.size() < 4'060)
        tight += "and(all or all)";
    CHECK(printed(tight) == "it is longer than 4096 bytes");
}

TEST_CASE("a fact that is not known makes the answer so, where it counts") { // fleet.md §8
    const Facts device{
        .id = someDevice, .labels = {{"site", "berlin"}}, .version = versionIn("4.2.1-7-gabc"), .lastSeen = {}};
    CHECK(asked("seen<7d", device) == Answer::Unknown);
    CHECK(asked("not seen<7d", device) == Answer::Unknown);
    CHECK(asked("seen<7d and label site=berlin", device) == Answer::Unknown);
    CHECK(asked("seen<7d and label site=bonn", device) == Answer::No);
    CHECK(asked("seen<7d or label site=berlin", device) == Answer::Yes);
    CHECK(asked("version>4.2", device) == Answer::Yes);
    CHECK(asked("version 4.2.1.0", device) == Answer::Yes);
    CHECK(asked("version<4.2.1", device) == Answer::No);
    const Facts absent{.id = someDevice, .labels = {}, .version = {}, .lastSeen = Facts::never};
    CHECK(asked("seen>3650d", absent) == Answer::Yes);
    CHECK(asked("seen<3650d", absent) == Answer::No);
    CHECK(asked("version<1", absent) == Answer::Unknown);
    CHECK(versionIn("x") == std::nullopt);
}

TEST_CASE("a query is answered as it was meant, and read again as it is printed") { // fleet.md §8
    CHECK(rc::check([] {
        const Meant query = meant(4);
        if (query.text.size() > longestQuery / 2) return;
        const auto read = Query::parse(query.text);
        RC_ASSERT(read.ok());
        const auto again = Query::parse(read->text());
        RC_ASSERT(again.ok());
        RC_ASSERT(*again == *read);
        Facts facts = someFacts();
        RC_ASSERT(holds(ask(*read, facts)) == query.holds(facts));
        // An answer without a fact is right whatever the fact is.
        const Answer full = ask(*read, facts);
        if (below(2) == 0) facts.version.reset();
        if (below(2) == 0) facts.lastSeen.reset();
        const Answer less = ask(*read, facts);
        RC_ASSERT(less == Answer::Unknown || less == full);
    }));
}

TEST_CASE("any text is a query or is refused; none crashes") { // fleet.md §8
    CHECK(rc::check([] {
        std::string text;
        for (std::size_t n = below(40); n > 0; --n)
            text += oneOf<std::string>({"label",   "version", "seen", "id",  "all",  "and", "or", "not",
                                        "(",       ")",       "<",    "=",   ">",    "<=",  " ",  " ",
                                        " ",       "7d",      "4.2",  "a=b", "\xff", "ä",   "\n", std::string("\0", 1),
                                        someDevice});
        const auto read = Query::parse(text);
        if (!read.ok()) return;
        const auto again = Query::parse(read->text());
        RC_ASSERT(again.ok());
        RC_ASSERT(*again == *read);
        RC_ASSERT(again->text() == read->text());
    }));
}
