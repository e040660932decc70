#include "push/mailbox/mailbox.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"

namespace stint::push {
namespace {

constexpr std::string_view group = "stint";
constexpr std::uint64_t farthest = std::uint64_t{1} << 62; ///< nothing of a subject is asked for (push.md §4.1)

/// A cursor as it is after the epochs that its device does not know.
std::uint64_t after(std::uint64_t cursor, const std::vector<Epoch>& epochs) {
    for (const Epoch& epoch : epochs)
        cursor = std::min(cursor, epoch.from);
    return cursor;
}

} // namespace

Result<void> Mailbox::answer(bool are) {
    if (answers_ == are) return {};
    broker_.answerNoMore(); // nor those of a try that failed
    answers_ = false;
    if (!are) return {};
    std::vector<std::string> boxes;
    for (const std::string_view shard : shards)
        boxes.push_back(subjectsOf(Service::Box, shard));
    STINT_TRY(broker_.answer(boxes, std::string(group), [this](const std::string& subject, std::string_view text) {
        return boxAnswered(subject, text);
    }));
    STINT_TRY(broker_.answer(
        {subjectsOf(Service::Registrations)}, std::string(group),
        [this](const std::string& subject, std::string_view text) { return registrationAnswered(subject, text); }));
    answers_ = true;
    return {};
}

// No answer says that the server cannot answer now: the device asks again.
std::string Mailbox::boxAnswered(const std::string& subject, std::string_view text) const {
    const auto asker = askerIn(subject);
    if (!asker || text.size() > limits::question || roster_.isRevoked(asker->device)) return {};
    const auto question = boxQuestionIn(text);
    if (!question.ok()) return {};
    const auto found = answer(*asker, *question);
    return found.ok() ? textOf(*found) : std::string();
}

std::string Mailbox::registrationAnswered(const std::string& subject, std::string_view text) {
    const auto asker = askerIn(subject);
    if (!asker || text.size() > limits::question) return {};
    const auto question = registrationQuestionIn(text);
    if (!question.ok()) return registrationAnswer(question.error().message);
    const auto changed = registrations_.change(*asker, *question, wallNow());
    if (changed.ok()) return registrationAnswer("");
    return changed.error().code == Errc::ILLEGAL_ARGUMENT ? registrationAnswer(changed.error().message) : std::string();
}

// High ones first: where there is no room for all, the rest is asked for next.
Result<BoxAnswer> Mailbox::answer(const Asker& asker, const BoxQuestion& question) const {
    STINT_TRY(mayRead(asker.device));
    const auto place = STINT_TRY(keeper_.placeOf(asker.shard));
    BoxAnswer answer{.store = place.store};
    const bool isSame = question.place.stream == place.store;
    for (const Epoch& epoch : place.epochs)
        if (!isSame || epoch.number > question.place.epoch) answer.epochs.push_back(epoch);
    auto registered = registrations_.of(asker.device);
    for (const Registered& one : registered)
        if (one.misused) answer.misused.push_back(one.name);
    // One that was replaced is fetched to its end, though its senders are told that it is gone (push.md §4.4).
    for (const auto& [prefix, cursors] : question.cursors) {
        const bool isAsked = std::ranges::any_of(cursors, [](std::uint64_t cursor) { return cursor < farthest; });
        auto gone = isAsked ? registrations_.goneOf(asker.device, prefix) : std::nullopt;
        if (gone) registered.push_back(*std::move(gone));
    }
    std::ranges::sort(registered, {}, &Registered::name);
    std::vector<Address> subjects;
    std::vector<Broker::From> asked;
    for (std::size_t n = urgencyWords.size(); n-- > 0;) {
        if (!question.wanted[n]) continue;
        for (const Registered& one : registered) {
            const auto at = question.cursors.find(std::string_view(one.name).substr(0, prefixLength));
            const std::uint64_t cursor =
                isSame && at != question.cursors.end() ? after(at->second.at(n), answer.epochs) : 0;
            if (cursor >= farthest) continue;
            subjects.push_back({one.shard, one.device, static_cast<Urgency>(n), one.name});
            asked.push_back({streamOf(one.shard), cursor + 1, storedSubject(subjects.back())});
        }
    }
    // At once: most have nothing, and where all devices come again each waits for those before it.
    auto firsts = STINT_TRY(broker_.nextOf(asked));
    Bytes left = limits::answer;
    for (std::size_t n = 0; n < subjects.size() && !answer.more; ++n) {
        const bool isAll = STINT_TRY(read(subjects[n], std::move(firsts[n]), question.most, left, answer.messages));
        answer.more = !isAll;
    }
    hasRead(asker.device, registered.size() * question.wanted.count() + answer.messages.size());
    std::ranges::sort(answer.messages, {}, &StoredMessage::sequence);
    return answer;
}

Result<void> Mailbox::mayRead(const std::string& device) const {
    const std::lock_guard lock(counting_);
    if (reads_.mustWait(device, bootNow())) return fail(Errc::UNAVAILABLE, "this device has asked too often");
    return {};
}

void Mailbox::hasRead(const std::string& device, std::size_t times) const {
    const std::lock_guard lock(counting_);
    reads_.count(device, bootNow(), static_cast<std::int64_t>(times));
}

Result<bool> Mailbox::read(const Address& subject, std::optional<Stored> first, std::size_t most, Bytes& left,
                           std::vector<StoredMessage>& into) const {
    for (auto found = std::move(first); found;) {
        left -= sizeOf(*found);
        if (into.size() >= most || left < 0) return false;
        const std::uint64_t from = found->sequence + 1;
        into.push_back(*std::move(found));
        found = STINT_TRY(broker_.next(streamOf(subject.shard), from, storedSubject(subject)));
    }
    return true;
}

} // namespace stint::push
