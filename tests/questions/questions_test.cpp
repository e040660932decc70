// The words between a device and its fleet's server (fleet.md §2): one text for each value, and nothing else is taken.
#include <functional>
#include <random>

#include <doctest/doctest.h>

#include "questions/given.hpp"

namespace stint::fleet {
namespace {

/// A text, and what reads it: the text that it would be written as, or the error.
struct Words {
    std::string_view name;
    std::string text;
    std::function<Result<std::string>(std::string_view)> reread;
};
template <class T> auto rereadBy(Result<T> (*read)(std::string_view), std::string (*write)(const T&)) {
    return [=](std::string_view text) -> Result<std::string> {
        const auto value = read(text);
        if (!value.ok()) return value.error();
        return write(*value);
    };
}
std::vector<Words> all() {
    return {{"order", textOf(anOrder()), rereadBy<OrderMessage>(orderIn, textOf)},
            {"hello", textOf(aHello()), rereadBy<Hello>(helloIn, textOf)},
            {"hello's answer", textOf(aHelloAnswer()), rereadBy<HelloAnswer>(helloAnswerIn, textOf)},
            {"slot", textOf(aSlotQuestion()), rereadBy<SlotQuestion>(slotQuestionIn, textOf)},
            {"doc", textOf(DocQuestion{campaignId}), rereadBy<DocQuestion>(docQuestionIn, textOf)},
            {"doc's answer", textOf(DocAnswer{paperOf("{}"), paperOf("[]")}), rereadBy<DocAnswer>(docAnswerIn, textOf)},
            {"reply", textOf(Reply{Reply::Word::Later, 10min}), rereadBy<Reply>(replyIn, textOf)},
            {"news of a desired state", textOf(OrderMessage{.campaign = {}, .enrolment = 3, .desired = 12}),
             rereadBy<OrderMessage>(orderIn, textOf)},
            {"state", documentOf(aState()), rereadBy<DeviceState>(deviceStateIn, documentOf)},
            {"report", documentOf(aReport()), rereadBy<DeviceReport>(deviceReportIn, documentOf)}};
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

} // namespace

TEST_CASE("words over the line read as the value that they were written of") { // fleet.md §2
    CHECK(*orderIn(textOf(anOrder())) == anOrder());
    CHECK(*helloIn(textOf(aHello())) == aHello());
    CHECK(*helloIn(textOf(Hello{.version = "4.2"})) == Hello{.version = "4.2"});
    CHECK(*helloAnswerIn(textOf(aHelloAnswer())) == aHelloAnswer());
    CHECK(*helloAnswerIn(textOf(HelloAnswer{})) == HelloAnswer{});
    CHECK(*slotQuestionIn(textOf(aSlotQuestion())) == aSlotQuestion());
    for (const std::uint32_t round : {0U, 2U})
        CHECK(*docQuestionIn(textOf(DocQuestion{campaignId, round})) == DocQuestion{campaignId, round});
    for (const DocAnswer& answer : {DocAnswer{paperOf("{}"), {}}, DocAnswer{paperOf("{}"), paperOf("[]")}})
        CHECK(*docAnswerIn(textOf(answer)) == answer);
    for (const Reply& reply : {Reply{Reply::Word::Begin, 23h + 59min + 12s + 345ms}, Reply{Reply::Word::Begin, 0s},
                               Reply{Reply::Word::Later, 10min}, Reply{Reply::Word::Over, 0s},
                               Reply{Reply::Word::Over, 0s, Outcome::Unreachable}})
        CHECK(*replyIn(textOf(reply)) == reply);
}

TEST_CASE("an order is short, and says no more than that there is one") { // fleet.md §2
    CHECK(textOf(anOrder()) == R"({"again":true,"campaign":"20261123-nvc38b7g","enrolment":3,"format":1,"round":2})");
    CHECK(textOf(anOrder()).size() < longestOrder);
    CHECK_FALSE(orderIn(textOf(anOrder()) + std::string(longestOrder, ' ')).ok());
}

TEST_CASE("a state says whose it is, and its words fit") { // fleet.md §4.3
    CHECK(commentOf(aState()) == "stint state 4TQ0000000000000000000000A 3.12");
    CHECK(*deviceStateIn(documentOf(aState())) == aState());
    DeviceState wordy = aState();
    wordy.words = std::string(2'000, 'x') + "\n";
    const auto read = deviceStateIn(documentOf(wordy));
    REQUIRE(read.ok());
    CHECK(read->words == std::string(1'024, 'x'));
    CHECK(documentOf(*read) == documentOf(wordy));
}

TEST_CASE("words with a mistake are refused, and it is named") { // fleet.md §2
    const std::string order = textOf(anOrder()), hello = textOf(aHello()), slot = textOf(aSlotQuestion());
    std::string tooMany = R"({"format":1,"open":{)";
    for (int n = 0; n <= 200; ++n)
        tooMany += fmt::format("{}\"20261123-{:08}\":1", n == 0 ? "" : ",", n);
    tooMany += R"(},"version":"4.2"})";
    // clang-format off
    struct Row { Result<std::string> read; std::string_view error; };
    const auto rereadOrder = rereadBy<OrderMessage>(orderIn, textOf);
    const auto rereadHello = rereadBy<Hello>(helloIn, textOf);
    const auto rereadSlot = rereadBy<SlotQuestion>(slotQuestionIn, textOf);
    const auto rereadState = rereadBy<DeviceState>(deviceStateIn, documentOf);
    const std::string state = documentOf(aState());
    for (const Row& row : {
             Row{rereadOrder(" " + order), "the order: it is not in the one form"},
             Row{rereadOrder(replaced(order, "\"round\":2", "\"round\":256")), "round is 256; write a number from 0 to 255"},
             Row{rereadOrder(replaced(order, "\"round\":2", "\"round\":0")), "not in the one form"},
             Row{rereadOrder(replaced(order, "true", "false")), "not in the one form"},
             Row{rereadOrder(replaced(order, "nvc", "NVC")), "a campaign's id"},
             Row{rereadOrder(replaced(order, "\"format\":1", "\"format\":2")), "format is not 1"},
             Row{rereadOrder(replaced(order, "round", "rounds")), "unknown key \"rounds\""},
             Row{rereadOrder(R"({"enrolment":3,"format":1})"), "a campaign is wanted, or a desired state"},
             Row{rereadOrder(replaced(order, "\"enrolment\"", "\"desired\":1,\"enrolment\"")), "a campaign is wanted, or"},
             Row{rereadState(replaced(state, "refused", "kept")), "one of applied, waiting, refused"},
             Row{rereadState(replaced(state, "aaaa", "AAAA")), "hash"},
             Row{rereadState(replaced(state, "\"version\":12", "\"version\":0")), "version is 0"},
             Row{rereadOrder("[]"), "a list in place of a table"},
             Row{rereadOrder(""), "no JSON"},
             Row{rereadHello(replaced(hello, "https://", "ftp://")), "a URL: https://HOST/PATH"},
             Row{rereadHello(replaced(hello, "https://", "https://u:p@")), "a URL without a password"},
             Row{rereadHello(replaced(hello, "push.example", "push.example" + std::string(1'100, 'x'))), "write 1 to 1024"},
             Row{rereadHello(replaced(hello, "0.12.3", "\\u001b[2J")), "readable text"},
             Row{rereadHello(replaced(hello, "4294967295", "4294967296")), "the number of 20261123-nvc38b7g is 4294967296"},
             Row{rereadHello(replaced(hello, "4294967295", "-1")), "the number of 20261123-nvc38b7g is -1"},
             Row{rereadHello(replaced(hello, "20261122-aaaaaaaa", "20261122-")), "it has no campaign's id"},
             Row{rereadHello(replaced(hello, "l.", "m.")), "a letter from a to l"},
             Row{rereadHello(replaced(hello, "l.", "L.")), "a letter from a to l"},
             Row{rereadHello(replaced(hello, "l.", "ll.")), "days has 1345 bytes"},
             Row{rereadHello(replaced(hello, "l.", ".")), "days has 1343 bytes"},
             Row{rereadHello(tooMany), "campaigns are to be a table of at most 200"},
             Row{rereadSlot(replaced(slot, "\"slot\":9", "\"slot\":0")), "slot is 0"},
             Row{rereadSlot(replaced(slot, "\"enrolment\":3", "\"enrolment\":0")), "enrolment is 0"},
         }) {
        // clang-format on
        REQUIRE_FALSE(row.read.ok());
        CHECK(row.read.error().code == Errc::ILLEGAL_ARGUMENT);
        CHECK_MESSAGE(row.read.error().message.find(row.error) != std::string::npos, row.read.error().message);
    }
}

TEST_CASE("a server's refusal is told as its words, and what is no answer as none") { // fleet.md §2
    const auto refused = replyIn(errorAnswer("no campaign\x1b[2J of that name"));
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(refused.error().message == "no campaign\xEF\xBF\xBD[2J of that name"); // it steers no terminal
    CHECK(docAnswerIn(errorAnswer(std::string(5'000, 'x'))).error().message == std::string(1'024, 'x'));
    CHECK(helloAnswerIn(errorAnswer("x")).error().code == Errc::ILLEGAL_ARGUMENT);
    const std::string greeted = textOf(aHelloAnswer());
    for (const auto& [what, by] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {"\"documents\":{\"20261123", "\"documents\":{\"2026112x"},
             {"\"documents\":{", "\"documents\":{\"20261123-00000000\":{},"},
             {"\"documents\":{", "\"documents\":[],\"unknown\":{"}})
        CHECK_MESSAGE(helloAnswerIn(replaced(greeted, what, by)).error().code == Errc::UNAVAILABLE, by);
    for (const std::string_view text :
         {"", "{}", "{\"error\":\"\",\"format\":1}", "{\"error\":\"\\u001b\",\"format\":1}",
          "{\"format\":1,\"reply\":\"begin\",\"outcome\":\"failed\"}",
          "{\"format\":1,\"outcome\":\"failed\",\"reply\":\"begin\"}",
          "{\"format\":1,\"reply\":\"over\",\"time\":\"1min\"}", "{\"format\":1,\"reply\":\"begin\",\"time\":\"60s\"}",
          "{\"format\":1,\"reply\":\"begin\",\"time\":\"91d\"}", "{\"format\":1,\"reply\":\"begin\",\"time\":\"-1s\"}"})
        CHECK_MESSAGE(replyIn(text).error().code == Errc::UNAVAILABLE, text);
}

TEST_CASE("ten thousand changes of each text: refused, or the text of another value") { // fleet.md §2, §6.1
    std::mt19937 chance(7);
    const auto below = [&](std::size_t bound) { return bound == 0 ? 0 : chance() % bound; };
    const auto words = all();
    for (const Words& each : words) {
        CAPTURE(each.name);
        REQUIRE(*each.reread(each.text) == each.text);
        int taken = 0;
        for (int n = 0; n < 10'000; ++n) {
            std::string text = each.text;
            for (std::size_t times = 1 + below(3); times > 0 && !text.empty(); --times) {
                const std::size_t at = below(text.size());
                const std::string& other = words[below(words.size())].text;
                switch (below(5)) {
                case 0:
                    text[at] = static_cast<char>(below(256));
                    break;
                case 1:
                    text[at] = "{}[]\",:0129-\\\n"[below(14)];
                    break;
                case 2:
                    text.erase(at, 1 + below(20));
                    break;
                case 3:
                    text.insert(at, other.substr(below(other.size()), below(40)));
                    break;
                default:
                    text.insert(at, text.substr(at, below(30)));
                }
            }
            const auto again = each.reread(text);
            if (!again.ok()) continue;
            ++taken;
            REQUIRE(*again == text);
        }
        CHECK(taken > 0); // a digit of a number, at least: the changes are not all too coarse
    }
}

} // namespace stint::fleet
