// A campaign's document (fleet.md §6.1): one campaign has one text, and no other text is one.
#include "fleet/document/document.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/time/time.hpp"
#include "document/given.hpp"

using namespace stint;
using namespace stint::fleet;

namespace {

Campaign night() {
    auto read = campaignFromFile(nightFile, "night.toml", madeThen);
    REQUIRE_MESSAGE(read.ok(), read.error().message);
    return *read;
}

std::string whyNot(std::string_view document) {
    const auto read = campaignIn(document);
    return read.ok() ? "accepted" : read.error().message;
}

std::string replaced(std::string text, std::string_view part, std::string_view with) {
    const auto found = text.find(part);
    REQUIRE(found != std::string::npos);
    return text.replace(found, part.size(), with);
}

bool maybe() { return below(2) == 0; }
std::string one(std::initializer_list<std::string> all) { return all.begin()[below(all.size())]; }

/// A file that keeps the rules, with any of what a file may have.
std::string someFile() {
    const auto line = [](const std::string& key, const std::string& value) {
        return maybe() ? key + " = " + value + "\n" : std::string();
    };
    std::string file = "name = " + one({"\"n\"", "\"größer: \\\"4.2\\\"\"", "'a\\b/c'"}) + "\n";
    if (maybe())
        file +=
            "targets = " + one({"\"all\"", "'label a=b and (seen<7d or version>=4)'"}) + "\n" + line("open", "true");
    else
        file += "ids = [\"4TQ0123456789ABCDEFGHJKMNP\", \"0TQ0123456789ABCDEFGHJKMNP\"]\n";
    file += "expires = " + one({"\"14d\"", "\"720h\"", "\"90d\""}) + "\n" + line("seal-output", one({"true", "false"}));
    file += "[job]\n" + line("charging", one({"true", "false"})) + line("device-idle", "true");
    file += line("network", one({"\"any\"", "\"none\"", "\"unmetered\"", "\"not-roaming\""}));
    file += line("latency", one({"\"0s\"", "\"90min\""})) + line("deadline", "\"5d\"");
    if (maybe())
        file += "wait-max = \"3d\"\n" + line("late", one({"\"fail\"", "\"degrade: network=any,  bytes<=50M\""}));
    const std::string remote = "url = \"https://a/f?b=c\", sha256 = \"" + std::string(64, '7') + "\", size = 4096";
    if (maybe()) file += "[[step]]\nget = {" + remote + ", to = \"f\"}\n";
    file += "[[step]]\nrun = [\"/bin/a\", \"ä\\n\\u0001\"" + one({"", ", \"\""}) + "]\n";
    file += line("timeout", one({"\"1h\"", "\"3600s\""})) + line("commit", one({"true", "false"})) +
            line("idempotent", "true");
    for (const char* kind : {"policy", "app", "settings"})
        if (maybe())
            file += "[[step]]\n" + std::string(kind) + " = {" + (maybe() ? "text = \"x = 1\\n\"" : remote) + "}\n";
    if (maybe()) file += "[[step]]\nverify = [\"/bin/b\"]\n" + line("after", "\"restart\"") + line("within", "\"2h\"");
    file += "[rollout]\n" + line("at-a-time", one({"1", "1000000"})) +
            line("wave", one({"[\"100%\"]", "[1, \"0.5%\", \"33.33%\", 9, \"100%\"]"}));
    file += line("ok", one({"\"99.9%\"", "\"90.10%\""})) + line("soak", one({"\"0s\"", "\"1d\""}));
    file += line("stop", one({"{failures = \"none\"}", "{min = 3, types = [\"expired\", \"failed\"]}"}));
    file += line("spread", "\"2h\"") + line("begin-within", "\"10d\"") + line("end-within", "\"12h\"") +
            line("retries", "3");
    return file + line("retry-after", one({"\"0s\"", "\"5min\""}));
}

} // namespace

TEST_CASE("a campaign's document is the text of the law, and its id is a hash of that") { // fleet.md §2, §6.1
    const std::string document = documentOf(night());
    CHECK(document ==
          R"({"expires":"30d","format":1,"job":{"charging":true,"late":"degrade: network=any, bytes<=50M",)"
          R"("network":"unmetered","wait-max":"7d"},"made":1795428000000,"name":"firmware 4.2","rollout":{)"
          R"("at-a-time":200,"begin-within":"14d","end-within":"1d","ok":"95%","retries":2,"retry-after":"1h",)"
          R"("soak":"1h","spread":"2h","stop":{"failures":"2%","min":50,"of":"ended","types":["failed","rejected",)"
          R"("timed-out"]},"wave":[10,100,"1%","10%","100%"]},"step":[{"get":{"sha256":)"
          R"("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","size":41234567,"to":"fw.img",)"
          R"("url":"https://files.example/fw.img"}},{"commit":true,"run":["/usr/bin/apply-fw","fw.img"],)"
          R"("timeout":"10min"},{"after":"restart","verify":["/usr/bin/fw-version","--is","4.2"],"within":"1h"}],)"
          R"("targets":"label site=berlin and label model=p1 and not label lab=yes"})");
    CHECK(campaignIn(document).value() == night());
    // By Python's hashlib, and the first 40 bits of its digest in base32.
    CHECK(idOf(night()) == "20261123-nvc38b7g");
    CHECK(isCampaignId(idOf(night())));
    CHECK_FALSE(isCampaignId("20261123-k3v7qa2l")); // no l in Crockford's
    CHECK_FALSE(isCampaignId("20261123k3v7qa2mm"));
}

TEST_CASE("a document in any other form is refused") { // fleet.md §6.1
    const std::string right = documentOf(night());
    struct Row {
        std::string document, why;
    };
    const std::string form = "document: it is not in the one form that a campaign has, from byte ";
    for (const auto& [document, why] : {
             Row{" " + right, form + "1 on"},
             Row{right + "\n", form + "818 on"},
             Row{replaced(right, "\"30d\"", "\"720h\""), form + "13 on"},
             Row{replaced(right, "firmware", "f\\u0069rmware"), form},
             Row{replaced(right, "200", "2e2"),
                 "document: it has a number with a fraction, which a document has nowhere"},
             Row{replaced(right, "200", "200.0"),
                 "document: it has a number with a fraction, which a document has nowhere"},
             Row{replaced(right, "200", "-0"), "document: rollout.at-a-time is 0; write a number from 1 to 1000000"},
             Row{replaced(right, "41234567", "9007199254740993"),
                 "document: it has a number beyond 2^53, which a document has nowhere"},
             Row{replaced(right, "41234567", "-9007199254740993"),
                 "document: it has a number beyond 2^53, which a document has nowhere"},
             Row{replaced(right, "true", "null"), "document: it has null, which a document has nowhere"},
             Row{replaced(right, "\"charging\":true", "\"charging\":false"), form},
             Row{replaced(right, "\"charging\"", "\"requires-charging\""), form},
             Row{replaced(right, "{\"expires\"", "{\"expires\":\"30d\",\"expires\""),
                 "document: it has a key for the second time, which a document has nowhere"},
             Row{replaced(right, "\"format\":1", "\"format\":2"), "document: format is 2; write a number from 1 to 1"},
             Row{replaced(right, "\"format\":1,", ""), "document: format is missing"},
             Row{replaced(right, "\"at-a-time\":200,", ""),
                 "document: rollout.at-a-time is missing: how many devices may have begun and not ended"},
             Row{replaced(right, "\"of\":\"ended\",", ""), form},
             Row{replaced(right, "\"made\":", "\"mad\":"), "document: made is missing"},
             Row{replaced(right, "firmware", "firm\xffware"), "document: it is no JSON from byte "},
             Row{right.substr(0, right.size() - 1), "document: it is no JSON from byte "},
             Row{right + right, "document: it is no JSON from byte "},
             Row{"[]", "document: it has a list in place of a table, which a document has nowhere"},
             Row{"1", "document: it has a value that is no table, which a document has nowhere"},
             Row{replaced(right, "200", "[[[[[[[[1]]]]]]]]"),
                 "document: it has too many brackets inside each other, which a document has nowhere"},
             Row{std::string(65'537, ' '), "document: it is longer than 65536 bytes"},
             Row{"", "document: it is no JSON from byte "},
         }) {
        const std::string message = whyNot(document);
        CHECK_MESSAGE(message.starts_with(why), message, " should be ", why);
    }
    CHECK(whyNot(right) == "accepted");
}

TEST_CASE("a file's campaign is its document's, to the last value") { // fleet.md §4, §6.1
    CHECK(rc::check([] {
        const std::string file = someFile();
        const auto read = campaignFromFile(file, "some.toml", madeThen + Duration(below(1'000)));
        RC_LOG() << file << (read.ok() ? "" : read.error().message) << '\n';
        RC_ASSERT(read.ok());
        const std::string document = documentOf(*read);
        const auto again = campaignIn(document);
        RC_LOG() << document << (again.ok() ? "" : again.error().message) << '\n';
        RC_ASSERT(again.ok());
        RC_ASSERT(*again == *read);
        RC_ASSERT(idOf(*again) == idOf(*read));
    }));
}

TEST_CASE("of 10,000 changed documents each is refused, or is its own text") { // fleet.md §6.1
    const std::string right = documentOf(night());
    std::size_t accepted = 0, tried = 0;
    CHECK(rc::check([&] {
        for (int n = 0; n < 100; ++n) {
            std::string text = right;
            for (std::size_t change = 0; change <= below(3); ++change) {
                const std::size_t place = below(text.size());
                const std::size_t length = below(4);
                const std::string with =
                    one({"",  "\"", "{", "}",  "[",       "]",    ",",    ":", "0", "1", "9",        "-",   ".",
                         "e", " ",  "a", "\\", "\\u0041", "true", "null", "d", "h", "%", "\xc3\xa4", "\xff"});
                text.replace(place, std::min(length, text.size() - place), with);
            }
            ++tried;
            const auto read = campaignIn(text);
            if (!read.ok()) continue;
            ++accepted;
            RC_ASSERT(documentOf(*read) == text);
            RC_ASSERT(text == right || idOf(*read) != idOf(night()));
        }
    }));
    CHECK(tried == 10'000);
    CHECK(accepted < tried);
}
