#include "push/line/asking.hpp"

#include <utility>
#include <vector>

#include "base/result/errors.hpp"

namespace stint::push {
namespace {

constexpr Duration longestAnswer = 10s, lingering = 30s;

} // namespace

void Asking::ask(std::string subject, std::string question, Answered answered) {
    lingers_.clear();
    const std::uint64_t number = ++number_;
    Question& made = open_.try_emplace(number, loop_).first->second;
    made.subject = std::move(subject);
    made.text = std::move(question);
    made.answered = std::move(answered);
    if (const auto held = fetching_.hold(); !held.ok()) return end(number, held.error());
    made.late.set(longestAnswer, [this, number] { late(number); });
    if (fetching_.isConnected()) send(number, made);
}

void Asking::send(std::uint64_t number, Question& question) {
    question.isSent = true;
    fetching_.askBeside(question.subject, question.text, longestAnswer,
                        [this, number](const Result<std::string>& answer) {
                            if (answer.ok()) return end(number, answer);
                            if (const auto its = open_.find(number); its != open_.end()) its->second.isSent = false;
                        });
}

void Asking::connected() {
    for (auto& [number, question] : open_)
        if (!question.isSent) send(number, question);
}

void Asking::lost(const std::string& why, bool isOver) {
    std::vector<std::uint64_t> numbers;
    for (auto& [number, question] : open_) {
        question.isSent = false;
        if (isOver) numbers.push_back(number);
    }
    for (const std::uint64_t number : numbers)
        end(number, fail(Errc::UNAVAILABLE, "{}", why));
}

// One that was sent, and that nobody answers, may have gone into a connection that is none any more.
void Asking::late(std::uint64_t number) {
    const bool wasSent = open_.at(number).isSent;
    end(number, fail(Errc::UNAVAILABLE, "{} within {} s", wasSent ? "no answer came" : "the server was not reached",
                     std::chrono::duration_cast<std::chrono::seconds>(longestAnswer).count()));
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
