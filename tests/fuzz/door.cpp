// Questions at the door where devices and servers join (push.md §3.1, §3.3), the answers of a server that is none, and
// a message's Location (§3.2). A line "LOCATION CODE", then the question, or the answer.
#include <algorithm>

#include "fuzz/fuzz.hpp"
#include "push/endpoint/posting.hpp"
#include "push/joining/words.hpp"

using namespace stint;
using namespace stint::push;

namespace {

void isReadAgain(const DeviceQuestion& question) {
    const int kinds = question.join.has_value() + question.leave.has_value() + question.revoke.has_value() +
                      question.list.has_value();
    fuzz::must(kinds == 1, "a question is one of the four");
    const auto again = [](const auto& part, const auto& same) {
        const auto read = deviceQuestionIn(textOf(*part));
        fuzz::must(read.ok() && same(*read), "what is read is read again as it is written");
    };
    if (question.join) again(question.join, [&](const auto& read) { return read.join->user == question.join->user; });
    if (question.revoke)
        again(question.revoke, [&](const auto& read) { return read.revoke->device == question.revoke->device; });
    if (question.list) again(question.list, [&](const auto& read) { return read.list->after == question.list->after; });
    if (question.leave)
        fuzz::must(!leaverOf(*question.leave, "O" + std::string(55, 'A')).ok(), "nobody signs as that server");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const ServerKeys keys = {};
    static const Asking asking = {};
    fuzz::Input input(bytes, size);
    const std::string line = input.line();
    const std::string text = input.rest();
    const auto space = std::min(line.find(' '), line.size());
    const std::string location = line.substr(0, space), code = line.substr(std::min(space + 1, line.size()));
    fuzz::must(!locatedAt(location, keys) || location.starts_with(locationPath), "a Location is below its path");
    (void)checkCode(code, keys, WallTime(std::chrono::seconds(1'700'000'000)));
    if (const auto question = deviceQuestionIn(text); question.ok()) isReadAgain(*question);
    if (const auto question = serverQuestionIn(text); question.ok())
        fuzz::must(serverQuestionIn(textOf(*question)).ok(), "a server's question is read again");
    if (const auto answer = joinAnswerIn(text); answer.ok())
        fuzz::must(joinAnswerIn(textOf(*answer)).ok(), "a server's answer is read again");
    (void)serverAnswerIn(text, asking);
    return 0;
}
