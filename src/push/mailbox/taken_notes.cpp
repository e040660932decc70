#include "push/mailbox/taken_notes.hpp"

#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "push/envelope/bytes.hpp"

namespace stint::push {
namespace {

constexpr std::string_view notesBucket = "STINT_TAKEN";
constexpr auto longestNote = std::chrono::hours(24);     ///< PROPOSAL
constexpr auto sameIdIsNoted = std::chrono::minutes(10); ///< as the outbox's own note (§3.2)
constexpr std::size_t idLength = 22;
constexpr std::uint64_t latest = std::uint64_t{1} << 62; ///< ms since 1970: what can be reckoned with

} // namespace

TakenNotes::TakenNotes(const Broker& broker, std::function<void(const TakenBack& what)> heard)
    : broker_(broker), reader_(broker, notesBucket, "*"), heard_(std::move(heard)) {}

Result<void> TakenNotes::follow() {
    return reader_.follow([this](const Stored& value) { hear(value); });
}

void TakenNotes::hear(const Stored& value) {
    if (const auto what = take(value)) heard_(*what);
}

// All of it where the bucket has gone back, or is another. The keeper looks at all that is known now, and hears of
// none.
Result<void> TakenNotes::open(int replicas) {
    const auto last = STINT_TRY(broker_.openBucket(
        notesBucket, replicas, {.values = static_cast<std::int64_t>(mostNotes), .age = longestNote}));
    const auto quietly = [this](const Stored& value) { take(value); };
    return last < reader_.upTo() ? reader_.readAll(quietly) : reader_.readNew(quietly);
}

Result<void> TakenNotes::readNew() {
    return reader_.readNew([this](const Stored& value) { hear(value); });
}

// It is known here before others hear of it, so that this server does not hear itself.
Result<void> TakenNotes::note(const TakenBack& what, WallTime at) {
    if (!add(what, at)) return {};
    const nlohmann::json value{{"subject", what.subject}, {"at", at.time_since_epoch().count()}};
    auto noted = broker_.put(notesBucket, what.id, value.dump());
    if (!noted.ok()) forget(what);
    return noted;
}

bool TakenNotes::has(const TakenBack& what, WallTime kept) const {
    const std::lock_guard lock(mutex_);
    const auto found = notes_.find(what);
    return found != notes_.end() && kept <= found->second + sameIdIsNoted;
}

// Whoever can write into the bucket is a broker, and no server of ours: nothing in it is believed to be well-formed.
std::optional<TakenBack> TakenNotes::take(const Stored& value) {
    const std::string all = subjectOfKey(notesBucket, "");
    if (!value.subject.starts_with(all)) return std::nullopt;
    const auto note = nlohmann::json::parse(value.body, nullptr, false);
    auto subject = textMember(note, "subject");
    const auto at = countMember(note, "at");
    if (!subject || !at || *at > latest) return std::nullopt;
    TakenBack what{.subject = *std::move(subject), .id = value.subject.substr(all.size())};
    if (what.id.size() != idLength || !from64(what.id)) return std::nullopt;
    const auto to = addressIn(what.subject);
    if (!to || storedSubject(*to) != what.subject) return std::nullopt;
    if (!add(what, WallTime(Duration(static_cast<std::int64_t>(*at))))) return std::nullopt;
    return what;
}

// False: it is known.
bool TakenNotes::add(const TakenBack& what, WallTime at) {
    const std::lock_guard lock(mutex_);
    const auto [known, isNew] = notes_.try_emplace(what, at);
    if (!isNew && known->second >= at) return false;
    if (!isNew) byAge_.erase({known->second, what});
    known->second = at;
    byAge_.emplace(at, what);
    if (notes_.size() > mostNotes) {
        notes_.erase(byAge_.begin()->second);
        byAge_.erase(byAge_.begin());
    }
    return true;
}

void TakenNotes::forget(const TakenBack& what) {
    const std::lock_guard lock(mutex_);
    const auto known = notes_.find(what);
    if (known == notes_.end()) return;
    byAge_.erase({known->second, what});
    notes_.erase(known);
}

} // namespace stint::push
