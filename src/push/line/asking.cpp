#include "push/line/asking.hpp"

#include <utility>
#include <vector>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"

namespace stint::push {
namespace {

// PROPOSALs: of a server's end that another one takes the place of nobody says what became of a question. Where none
// can answer all who ask, each time that they ask again is more to do.
constexpr Duration longest = 15s, untilSentAgain = 3s, untilDoubt = 8s, lingering = 30s;

} // namespace

void Asking::ask(std::string subject, std::string question, Answered answered) {
    lingers_.clear();
    const std::uint64_t number = ++number_;
    Question& made = open_.try_emplace(number, loop_).first->second;
    made.subject = std::move(subject);
    made.text = std::move(question);
    made.answered = std::move(answered);
    made.asked = steadyNow();
    made.patience = untilSentAgain;
    made.late.set(longest, [this, number] { late(number); });
    if (const auto held = fetching_.hold(); !held.ok()) return end(number, held.error());
    if (fetching_.isConnected()) send(number, made);
}

void Asking::send(std::uint64_t number, Question& question) {
    question.isSent = true;
    question.silent.set(question.patience, [this, number] { hears(number); });
    question.patience *= 2;
    fetching_.askBeside(question.subject, question.text, longest, [this, number](const Result<std::string>& answer) {
        if (answer.ok()) end(number, answer);
    });
}

/// Nothing, and the connection may be none any more.
void Asking::hears(std::uint64_t number) {
    Question& question = open_.at(number);
    if (steadyNow() - question.asked >= untilDoubt) fetching_.doubt();
    if (question.isSent) send(number, question);
}

void Asking::connected() {
    for (auto& [number, question] : open_)
        if (!question.isSent) send(number, question);
}

void Asking::lost(const std::string& why, bool isOver) {
    std::vector<std::uint64_t> numbers;
    for (auto& [number, question] : open_) {
        question.isSent = false;
        question.silent.clear();
        if (isOver) numbers.push_back(number);
    }
    for (const std::uint64_t number : numbers)
        end(number, fail(Errc::UNAVAILABLE, "{}", why));
}

void Asking::late(std::uint64_t number) {
    end(number, fail(Errc::UNAVAILABLE, "{} within {} s",
                     open_.at(number).isSent ? "no answer came" : "the server was not reached",
                     std::chrono::duration_cast<std::chrono::seconds>(longest).count()));
}

// An answer that comes too late is for nobody.
void Asking::end(std::uint64_t number, const Result<std::string>& answer) {
    const auto ended = open_.extract(number);
    if (!ended) return;
    if (open_.empty()) lingers_.set(lingering, [this] { fetching_.letGo(); });
    ended.mapped().answered(answer);
}

} // namespace stint::push
