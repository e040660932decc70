#include "push/line/asking.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"

namespace stint::push {
namespace {

constexpr Duration longestAnswer = 10s, lingering = 30s;
constexpr Duration longest = 20s; ///< PROPOSAL: of all, also where the connection comes late, and is lost

} // namespace

void Asking::ask(std::string subject, std::string question, Answered answered) {
    lingers_.clear();
    const std::uint64_t number = ++number_;
    Question& made = open_.try_emplace(number, loop_).first->second;
    made.subject = std::move(subject);
    made.text = std::move(question);
    made.answered = std::move(answered);
    made.until = steadyNow() + longest;
    if (const auto held = fetching_.hold(); !held.ok()) return end(number, held.error());
    awaits(number, made, longest);
    if (fetching_.isConnected()) send(number, made);
}

void Asking::send(std::uint64_t number, Question& question) {
    question.isSent = true;
    awaits(number, question, longestAnswer);
    fetching_.askBeside(question.subject, question.text, longestAnswer,
                        [this, number](const Result<std::string>& answer) {
                            if (answer.ok()) return end(number, answer);
                            if (const auto its = open_.find(number); its != open_.end()) unsent(number, its->second);
                        });
}

void Asking::connected() {
    for (auto& [number, question] : open_)
        if (!question.isSent) send(number, question);
}

void Asking::lost(const std::string& why, bool isOver) {
    std::vector<std::uint64_t> numbers;
    for (auto& [number, question] : open_) {
        unsent(number, question);
        if (isOver) numbers.push_back(number);
    }
    for (const std::uint64_t number : numbers)
        end(number, fail(Errc::UNAVAILABLE, "{}", why));
}

void Asking::unsent(std::uint64_t number, Question& question) {
    question.isSent = false;
    awaits(number, question, longest);
}

void Asking::awaits(std::uint64_t number, Question& question, Duration time) {
    const Duration left = std::max(question.until - steadyNow(), Duration(0));
    question.late.set(std::min(time, left), [this, number] { late(number); });
}

// One that was sent, and that nobody answers, may have gone into a connection that is none any more.
void Asking::late(std::uint64_t number) {
    const bool wasSent = open_.at(number).isSent;
    end(number, fail(Errc::UNAVAILABLE, "{} in time", wasSent ? "no answer came" : "the server was not reached"));
    if (wasSent) fetching_.doubt();
}

// An answer that comes too late is for nobody.
void Asking::end(std::uint64_t number, const Result<std::string>& answer) {
    const auto ended = open_.extract(number);
    if (!ended) return;
    if (open_.empty()) lingers_.set(lingering, [this] { fetching_.letGo(); });
    ended.mapped().answered(answer);
}

} // namespace stint::push
