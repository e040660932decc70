#include "push/line/reading.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "contract/model/agent.hpp"

namespace stint::push {
namespace {

constexpr std::uint64_t beyondAll = std::uint64_t{1} << 62; ///< no store numbers so far (push.md §4.1)
constexpr std::size_t mostEpochs = 1'000;

std::string prefixOf(std::string_view registration) { return std::string(registration.substr(0, prefixLength)); }

/// The only value of a header that is a number. nullopt: it is not there, or wrong.
std::optional<std::uint64_t> numberOf(const Headers& headers, std::string_view name) {
    std::optional<std::uint64_t> number;
    for (const auto& [its, text] : headers) {
        if (its != name) continue;
        if (number) return std::nullopt;
        number = numberIn<std::uint64_t>(text);
        if (!number) return std::nullopt;
    }
    return number;
}

bool hasHeader(const Headers& headers, std::string_view name) {
    return std::ranges::any_of(headers, [&](const auto& header) { return header.first == name; });
}

Subject subjectAt(const Address& address) { return {address.registration, address.urgency}; }

/// The order in which a server reads: of high urgency first, then by name.
bool isReadBefore(const Subject& one, const Subject& other) {
    if (one.urgency != other.urgency) return one.urgency > other.urgency;
    return one.registration < other.registration;
}

LineMessage messageOf(const Subject& subject, std::uint64_t sequence, Envelope envelope) {
    return {.of = subject,
            .sequence = sequence,
            .id = std::move(envelope.id),
            .sent = envelope.sent,
            .ttl = envelope.ttl,
            .topic = std::move(envelope.topic),
            .data = std::move(envelope.body)};
}

Result<void> check(const BoxAnswer& answer) {
    Bytes size = 0;
    for (const StoredMessage& message : answer.messages)
        size += std::ssize(message.body);
    const bool isOne = !answer.store.empty() && answer.messages.size() <= limits::messages && size <= limits::answer &&
                       answer.epochs.size() <= mostEpochs;
    if (!isOne) return fail(Errc::ILLEGAL_ARGUMENT, "the server's answer is none of our servers'");
    return {};
}

/// It is asked of the store. An order is of normal urgency (fleet.md §5.1), so nothing else is asked for the agent:
/// each is a question of its own to the broker, and a fleet's devices may all come again at once.
bool isAsked(const wire::LineEntry& one, std::size_t urgency) {
    return !one.ended && one.fetched[urgency] && (one.app != agentPackage || urgency == placeOf(Urgency::Normal));
}

} // namespace

void Reading::replace(wire::LineView line) {
    line_ = std::move(line);
    ahead_.clear();
    for (const wire::LineEntry& one : line_.entries)
        muted_.erase(prefixOf(one.name));
}

wire::LineEntry* Reading::entry(std::string_view name) {
    const auto found = std::ranges::find(line_.entries, name, &wire::LineEntry::name);
    return found == line_.entries.end() ? nullptr : &*found;
}

bool Reading::isWanted(const Subject& subject) const {
    const wire::LineEntry* const one = line_.find(subject.registration);
    return one && !one->ended && one->fetched[placeOf(subject.urgency)];
}

std::uint64_t Reading::cursorOf(const Subject& subject) const {
    if (const auto found = ahead_.find(subject); found != ahead_.end()) return found->second;
    const wire::LineEntry* const one = line_.find(subject.registration);
    return one ? one->cursors.at(placeOf(subject.urgency)) : 0;
}

BoxQuestion Reading::question() const {
    BoxQuestion question{.place = line_.place, .wanted = {}, .cursors = {}};
    for (const wire::LineEntry& one : line_.entries) {
        if (!isRegistration(one.name) || question.cursors.size() >= limits::registrations) continue;
        auto& cursors = question.cursors[prefixOf(one.name)];
        for (std::size_t n = 0; n < cursors.size(); ++n) {
            const bool isIt = isAsked(one, n);
            cursors.at(n) = isIt ? one.cursors.at(n) : beyondAll;
            if (isIt) question.wanted.set(n);
        }
    }
    for (const std::string& prefix : muted_)
        if (question.cursors.size() < limits::registrations) question.cursors[prefix].fill(beyondAll);
    return question;
}

// One subscription where every registration wants every urgency, for each is made anew on all servers whenever the
// device comes again; else one for each urgency that all want; of a downgraded sender (push.md §4.2) high ones are not
// wanted, and then it is one for each that does.
std::set<std::string> Reading::subjects() const {
    std::set<std::string> subjects;
    std::size_t whole = 0;
    for (std::size_t n = 0; n < urgencyWords.size(); ++n) {
        std::set<std::string> its;
        bool isAll = true;
        for (const wire::LineEntry& one : line_.entries) {
            if (one.ended || !isRegistration(one.name)) continue;
            const Address address{self_.shard, self_.device, static_cast<Urgency>(n), one.name};
            if (one.fetched[n])
                its.insert(liveSubject(address));
            else
                isAll = false;
        }
        if (isAll && !its.empty()) {
            its = {liveSubject({self_.shard, self_.device, static_cast<Urgency>(n), "*"})};
            ++whole;
        }
        subjects.merge(its);
    }
    return whole == urgencyWords.size() ? std::set{liveSubjects(self_.shard, self_.device)} : subjects;
}

// A subject comes whole, at most as much of it as the store keeps, so that it can be told whether that was all of it.
// Where there was no room for all, the last subject was cut: it waits for the next answer, unless it is the only one.
Result<Reading::Fetched> Reading::fetched(const BoxAnswer& answer) {
    STINT_TRY(check(answer));
    std::map<Subject, std::size_t> counts;
    for (const StoredMessage& message : answer.messages)
        if (const auto to = addressIn(message.subject)) ++counts[subjectAt(*to)];
    const auto last = std::ranges::max_element(counts, isReadBefore, [](const auto& one) { return one.first; });
    const bool isCut = answer.more && counts.size() > 1;
    const auto isNew = [&](const Epoch& epoch) { return epoch.number > line_.place.epoch; };
    const bool isAnew = answer.store != line_.place.stream || std::ranges::any_of(answer.epochs, isNew);
    Fetched fetched{.batch = {.stream = answer.store, .epochs = answer.epochs}, .again = answer.more};
    LineRead& batch = fetched.batch;
    bool isMuted = false;
    std::map<Subject, std::uint64_t> passed;
    for (const StoredMessage& message : answer.messages) {
        const auto to = addressIn(message.subject);
        if (!to || to->device != self_.device || message.sequence >= beyondAll || message.sequence == 0) {
            wrong_("a wrong subject or sequence");
            continue;
        }
        const Subject subject = subjectAt(*to);
        if (isCut && subject == last->first) continue;
        if (!line_.find(to->registration)) {
            wrong_("an unknown registration");
            isMuted |= mute(to->registration);
            continue;
        }
        if (!isWanted(subject) || (!isAnew && message.sequence <= cursorOf(subject))) continue;
        auto envelope = envelopeIn(message.subject, message.headers, message.body, key_);
        if (envelope.ok()) {
            batch.messages.push_back(messageOf(subject, message.sequence, std::move(envelope).value()));
        } else {
            wrong_(envelope.error().message);
            passed[subject] = std::max(passed[subject], message.sequence);
        }
    }
    for (const auto& [subject, sequence] : passed)
        batch.cursors.push_back({subject, sequence});
    for (const auto& [subject, count] : counts)
        if (count >= line_.stored && isWanted(subject) && !(isCut && subject == last->first))
            batch.missed.push_back(subject);
    for (const std::string& name : answer.misused)
        if (const wire::LineEntry* const its = line_.find(name); its && !its->rotates && !its->replaced)
            batch.misused.push_back(name);
    const bool isFirst = line_.place.stream.empty();
    fetched.isNews = isMuted || (!batch.messages.empty() && (isFirst || !isAnew));
    return fetched;
}

// The MAC says nothing of the sequences: what names one that does not follow is not believed, but asked about.
Reading::Live Reading::heard(const Stored& message, LineRead& into) {
    const auto to = addressIn(message.subject);
    if (!to || to->device != self_.device) {
        wrong_("a wrong subject or sequence");
        return Live::Passed;
    }
    const Subject subject = subjectAt(*to);
    if (!isWanted(subject)) return Live::Passed;
    auto envelope = envelopeIn(message.subject, message.headers, message.body, key_);
    if (!envelope.ok()) {
        wrong_(envelope.error().message);
        return Live::Passed;
    }
    if (!hasHeader(message.headers, sequenceHeader)) { // TTL 0: the store does not keep it
        if (envelope->ttl != 0ms) return Live::Behind;
        into.messages.push_back(messageOf(subject, 0, std::move(envelope).value()));
        return Live::Taken;
    }
    const auto sequence = numberOf(message.headers, sequenceHeader), before = numberOf(message.headers, lastHeader);
    const std::uint64_t cursor = cursorOf(subject);
    if (!sequence || !before || *sequence >= beyondAll) return Live::Behind;
    if (*sequence <= cursor && *before < *sequence) return Live::Passed;
    if (*before != cursor || *sequence <= cursor) return Live::Behind;
    into.messages.push_back(messageOf(subject, *sequence, std::move(envelope).value()));
    ahead_[subject] = *sequence;
    return Live::Taken;
}

void Reading::raise(const Subject& subject, std::uint64_t sequence) {
    wire::LineEntry* const one = entry(subject.registration);
    if (!one) return;
    auto& cursor = one->cursors.at(placeOf(subject.urgency));
    cursor = std::max(cursor, sequence);
}

// The same that the daemon does; where that has told so meanwhile, the place is the same already.
void Reading::taken(const LineRead& batch) {
    ahead_.clear();
    if (!batch.stream.empty() && batch.stream != line_.place.stream) {
        line_.place = {.stream = batch.stream, .epoch = 0};
        for (wire::LineEntry& one : line_.entries)
            one.cursors.fill(0);
    }
    for (const LineEpoch& epoch : batch.epochs) {
        if (epoch.number <= line_.place.epoch) continue;
        line_.place.epoch = epoch.number;
        for (wire::LineEntry& one : line_.entries)
            for (auto& cursor : one.cursors)
                cursor = std::min(cursor, epoch.from);
    }
    for (const LineMessage& message : batch.messages)
        raise(message.of, message.sequence);
    for (const LineCursor& cursor : batch.cursors)
        raise(cursor.of, cursor.sequence);
}

// True if it was not muted before.
bool Reading::mute(const std::string& registration) {
    if (muted_.size() >= limits::registrations) return false;
    return muted_.insert(prefixOf(registration)).second;
}

} // namespace stint::push
