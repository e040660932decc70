#include "push/mailbox/cluster.hpp"

#include <algorithm>

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

// The keeper looks at all that is known now, and hears of none.
Result<void> TakenNotes::open(int replicas) {
    STINT_TRY(broker_.openBucket(notesBucket, replicas,
                                 {.values = static_cast<std::int64_t>(mostNotes), .age = longestNote}));
    return reader_.readOn([this](const Stored& value) { take(value); });
}

Result<void> TakenNotes::readNew() {
    return reader_.readNew([this](const Stored& value) { hear(value); });
}

// It is known here before others hear of it, so that this server does not hear itself.
Result<void> TakenNotes::note(const TakenBack& what, WallTime at) {
    if (!add(what, at)) return {};
    const nlohmann::json value{{"subject", what.subject}, {"at", at.time_since_epoch().count()}};
    const auto noted = broker_.put(notesBucket, what.id, value.dump());
    if (noted.ok()) return {};
    forget(what);
    return noted.error();
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

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view streamKey = "stream-", joiningKey = "joining";
constexpr std::size_t mostBrokersTold = 8, mostServers = 32, mostEpochsNoted = 64;
constexpr auto longestJoining = std::chrono::minutes(2);

} // namespace

// Whoever can write into the bucket is a broker, and no server of ours: nothing in it is believed to be well-formed.
std::optional<Cluster::Place> Cluster::placeIn(std::string_view text) {
    const Json object = Json::parse(text, nullptr, false);
    if (!object.is_object()) return std::nullopt;
    auto store = textMember(object, "store");
    const auto highest = countMember(object, "highest");
    const auto list = object.find("epochs");
    if (!store || !highest || list == object.end() || !list->is_array() || list->size() > mostEpochsNoted)
        return std::nullopt;
    Place place{.store = *std::move(store), .highest = *highest, .epochs = {}};
    for (const Json& one : *list) {
        const auto number = countMember(one, "number"), from = countMember(one, "from");
        if (!number || !from) return std::nullopt;
        place.epochs.push_back({*number, *from});
    }
    return place;
}

std::string Cluster::textOf(const Place& place) {
    Json list = Json::array();
    for (const Epoch& one : place.epochs)
        list.push_back({{"number", one.number}, {"from", one.from}});
    return Json{{"store", place.store}, {"highest", place.highest}, {"epochs", list}}.dump();
}

Cluster::Cluster(const Broker& broker, Membership self, std::function<void()> changed,
                 std::function<void(const TakenBack& what)> takenBack)
    : broker_(broker), reader_(broker, clusterBucket, "*"), self_(std::move(self)),
      changed_(std::move(changed)), servers_{{self_.name, self_}}, taken_(broker, std::move(takenBack)) {}

Result<void> Cluster::follow() {
    STINT_TRY(taken_.follow());
    return reader_.follow([this](const Stored& value) { take(value); });
}

Result<void> Cluster::open() {
    STINT_TRY(broker_.openBucket(clusterBucket, replicas()));
    const std::string key = std::string(serverKey) + self_.name, its = self_.text();
    if (const auto known = STINT_TRY(broker_.valueOf(clusterBucket, key)); known.text != its)
        STINT_TRY(broker_.put(clusterBucket, key, its));
    STINT_TRY(reader_.readAll([this](const Stored& value) { take(value); }));
    STINT_TRY(broker_.openBucket(clusterBucket, replicas())); // there may be more than when it began
    return taken_.open(replicas());
}

Result<void> Cluster::readNew() {
    STINT_TRY(reader_.readNew([this](const Stored& value) { take(value); }));
    return taken_.readNew();
}

void Cluster::take(const Stored& value) {
    const std::string all = subjectOfKey(clusterBucket, "");
    if (!value.subject.starts_with(all)) return;
    const std::string key = value.subject.substr(all.size());
    if (key.starts_with(serverKey)) {
        if (takeServer(key.substr(serverKey.size()), value.body)) changed_();
    } else if (key.starts_with(streamKey)) {
        auto place = placeIn(value.body);
        const std::lock_guard lock(mutex_);
        if (place) places_[key.substr(streamKey.size())] = *std::move(place);
    }
}

bool Cluster::takeServer(const std::string& name, std::string_view text) {
    const auto server = Membership::parse(text);
    if (!server.ok() || server->name != name || name == self_.name) return false;
    const std::lock_guard lock(mutex_);
    if (servers_.size() >= mostServers && !servers_.contains(name)) return false;
    Membership& known = servers_[name];
    if (known == *server) return false;
    known = *server;
    return true;
}

std::optional<Cluster::Joining> Cluster::joiningIn(std::string_view text) {
    const Json object = Json::parse(text, nullptr, false);
    const auto servers = countMember(object, "servers"), until = countMember(object, "until");
    if (!servers || !until || *until > std::uint64_t{1} << 62) return std::nullopt;
    return Joining{.servers = *servers, .until = WallTime(Duration(static_cast<std::int64_t>(*until)))};
}

std::string Cluster::textOf(const Joining& joining) {
    return Json{{"servers", joining.servers}, {"until", joining.until.time_since_epoch().count()}}.dump();
}

// A clock may have been wrong when it was written: nothing is waited for longer than any server is.
bool Cluster::isUnderWay(const std::optional<Joining>& joining, WallTime now) const {
    return joining && servers_.size() <= joining->servers && now < joining->until &&
           joining->until <= now + longestJoining;
}

Result<void> Cluster::letJoin(WallTime now) {
    const Error other = fail(Errc::UNAVAILABLE, "another server is joining");
    Joining next{.servers = 0, .until = now + longestJoining};
    {
        const std::lock_guard lock(mutex_);
        next.servers = servers_.size();
        if (isUnderWay(joining_, now)) return other;
        if (servers_.size() == 1) {
            joining_ = next;
            return {};
        }
    }
    const auto noted = STINT_TRY(broker_.valueOf(clusterBucket, joiningKey));
    {
        const std::lock_guard lock(mutex_);
        if (isUnderWay(joiningIn(noted.text), now)) return other;
    }
    const auto written = broker_.replace(clusterBucket, joiningKey, textOf(next), noted.revision);
    if (written.ok()) return {};
    return written.error().code == Errc::ILLEGAL_STATE ? other : written.error();
}

int Cluster::replicas() const {
    const std::lock_guard lock(mutex_);
    return servers_.size() >= enoughServers ? enoughServers : 1;
}

std::vector<Membership> Cluster::servers() const {
    const std::lock_guard lock(mutex_);
    std::vector<Membership> all;
    for (const auto& [name, server] : servers_)
        all.push_back(server);
    return all;
}

std::vector<std::string> Cluster::brokers() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> urls{self_.broker};
    for (const auto& [name, server] : servers_)
        if (urls.size() < mostBrokersTold && std::ranges::find(urls, server.broker) == urls.end())
            urls.push_back(server.broker);
    return urls;
}

std::vector<std::string> Cluster::routes() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> all{self_.route};
    for (const auto& [name, server] : servers_)
        if (std::ranges::find(all, server.route) == all.end()) all.push_back(server.route);
    return all;
}

Result<std::vector<Epoch>> Cluster::opened(const std::string& shard, const StreamState& stream,
                                           std::uint64_t promised) {
    const std::string key = std::string(streamKey) + shard;
    const auto value = STINT_TRY(broker_.valueOf(clusterBucket, key));
    auto noted = placeIn(value.text);
    const bool isKnown = noted && noted->store == stream.store;
    Place place = isKnown ? *std::move(noted) : Place{.store = stream.store, .highest = 0, .epochs = {}};
    const bool wentBack = stream.last < std::max(place.highest, promised);
    if (wentBack) {
        place.epochs.push_back({place.epochs.empty() ? 1 : place.epochs.back().number + 1, stream.last});
        // The two oldest become one, as in the outbox.
        if (place.epochs.size() > mostEpochsNoted) {
            place.epochs[1].from = std::min(place.epochs[0].from, place.epochs[1].from);
            place.epochs.erase(place.epochs.begin());
        }
    }
    if (!isKnown || wentBack || stream.last > place.highest) {
        place.highest = stream.last;
        STINT_TRY(broker_.replace(clusterBucket, key, textOf(place), value.revision));
    }
    const std::lock_guard lock(mutex_);
    places_[shard] = place;
    return std::move(place.epochs);
}

Result<void> Cluster::note(const std::string& shard, const std::string& store, std::uint64_t highest) {
    const std::string key = std::string(streamKey) + shard;
    const auto value = STINT_TRY(broker_.valueOf(clusterBucket, key));
    auto place = placeIn(value.text);
    if (!place || place->store != store || place->highest >= highest) return {};
    place->highest = highest;
    STINT_TRY(broker_.replace(clusterBucket, key, textOf(*place), value.revision));
    return {};
}

std::vector<Epoch> Cluster::epochs(const std::string& shard, const std::string& store) const {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(shard);
    return found != places_.end() && found->second.store == store ? found->second.epochs : std::vector<Epoch>();
}

} // namespace stint::push
