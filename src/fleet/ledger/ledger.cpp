#include "fleet/ledger/ledger.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleet {
namespace {

constexpr std::string_view documentEnd = ".doc", entryPart = ".log.";
constexpr std::size_t idLength = 17, numberLength = 8;

std::string documentKey(std::string_view campaign) { return fmt::format("{}{}", campaign, documentEnd); }
std::string entryKey(std::string_view campaign, std::uint32_t number) {
    return fmt::format("{}{}{:0{}}", campaign, entryPart, number, numberLength);
}

std::string keysOf(const Ledger::Place& place) { return place.campaign.empty() ? ">" : place.campaign + ".>"; }

struct Key {
    std::string campaign;
    std::uint32_t number = 0; ///< of an entry; 0: the document's
};

std::optional<Key> keyIn(std::string_view text) {
    Key key{std::string(text.substr(0, idLength)), 0};
    if (!isCampaignId(key.campaign)) return std::nullopt;
    text.remove_prefix(idLength);
    if (text == documentEnd) return key;
    if (!text.starts_with(entryPart)) return std::nullopt;
    const auto number = numberIn<std::uint32_t>(text.substr(entryPart.size()));
    if (!number || *number == 0 || text.size() != entryPart.size() + numberLength) return std::nullopt;
    key.number = *number;
    return key;
}

Result<void> checkDocument(const std::string& campaign, const Signed& given) {
    const auto read = STINT_TRY(campaignIn(given.document));
    if (const std::string its = idOf(read); its != campaign)
        return fail(Errc::ILLEGAL_ARGUMENT, "it is the document of {}", its);
    return {};
}

/// Tells a value to whom it may concern, if it is in its turn.
Result<void> takeValue(const Key& key, const std::string& text, Ledger::Place::Progress& progress,
                       const Ledger::Taker& taker) {
    if (key.number == 0) {
        if (progress.hasBegun) return fail(Errc::STORAGE, "its document is there for the second time");
        const Signed document = STINT_TRY(signedIn(text));
        STINT_TRY(checkDocument(key.campaign, document));
        progress.hasBegun = true;
        taker.document(key.campaign, document);
        return {};
    }
    if (!progress.hasBegun) return fail(Errc::STORAGE, "entry {} has no document before it", key.number);
    if (key.number != progress.entries + 1)
        return fail(Errc::STORAGE, "entry {} comes after entry {}", key.number, progress.entries);
    const Entry entry = STINT_TRY(entryIn(text));
    progress.entries = key.number;
    taker.entry(key.campaign, key.number, entry);
    return {};
}

} // namespace

Result<Ledger> Ledger::open(const push::Broker& broker, int replicas) {
    const auto last = STINT_TRY(broker.openBucket(ledgerBucket, replicas));
    return Ledger(broker, last);
}

Result<std::uint64_t> Ledger::begin(const std::string& campaign, const Signed& document) const {
    STINT_TRY(checkDocument(campaign, document));
    return broker_->writeOnce(ledgerBucket, documentKey(campaign), textOf(document));
}

Result<std::uint64_t> Ledger::append(const std::string& campaign, std::uint32_t number, const Entry& entry) const {
    const std::string key = entryKey(campaign, number), text = textOf(entry);
    if (!keyIn(key) || entry.records.empty() || text.size() > longestEntry)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: this is no entry of a log", key);
    return broker_->writeOnce(ledgerBucket, key, text);
}

Result<void> Ledger::remove(const std::string& campaign) const {
    STINT_CHECK(isCampaignId(campaign));
    return broker_->forget(ledgerBucket, campaign + ".>");
}

Result<void> Ledger::read(Place& place, const Taker& taker) const {
    const std::string prefix = push::subjectOfKey(ledgerBucket, ""), keys = keysOf(place);
    const auto take = [&](const push::Stored& value) {
        place.next = value.sequence + 1;
        place.newest = value;
        const std::string_view name = std::string_view(value.subject).substr(prefix.size());
        const auto key = keyIn(name);
        if (!key) return taker.damaged("", fail(Errc::STORAGE, "{} is no key of a campaign's", printable(name)));
        Place::Progress& progress = place.campaigns[key->campaign];
        if (progress.isDamaged) return;
        const auto taken = takeValue(*key, value.body, progress, taker);
        if (taken.ok()) return;
        progress.isDamaged = true;
        taker.damaged(key->campaign, within(name, taken.error()));
    };
    STINT_TRY(broker_->readValues(ledgerBucket, keys, place.next, take));
    return {};
}

Result<bool> Ledger::stands(const Place& place) const {
    return broker_->stands(ledgerBucket, keysOf(place), place.newest);
}

} // namespace stint::fleet
