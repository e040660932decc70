// A Broker's streams of messages, and its buckets of keys with values: what JetStream keeps.
#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include <nats/nats.h>
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "contract/model/constants.hpp"
#include "push/broker/connection.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/fleet.hpp"
#include "push/envelope/names.hpp"

namespace stint::push {
using namespace nats;
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t mostBytes = 8 << 10; ///< of a message with its headers
constexpr std::int64_t longestReport = 16 << 10, reportsOfOne = 256;

std::int64_t inNanoseconds(Duration time) { return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count(); }

/// The first subjects' messages are told as those of the second ones, which have to be there as long as this is.
jsRePublish telling(const std::string& subjects, const std::string& live) {
    jsRePublish told;
    jsRePublish_Init(&told);
    told.Source = subjects.c_str();
    told.Destination = live.c_str();
    return told;
}

} // namespace

Result<nats::StreamInfo> Broker::Connection::update(jsStreamConfig config) const {
    jsStreamInfo* updated = nullptr;
    jsErrCode code{};
    STINT_TRY(checked(js_UpdateStream(&updated, jetStream.get(), &config, nullptr, &code), config.Name));
    return StreamInfo(updated);
}

Result<nats::StreamInfo> Broker::Connection::moreReplicas(nats::StreamInfo info, int replicas, bool isOther) const {
    if (info->Config->Replicas >= replicas && !isOther) return info;
    info->Config->Replicas = std::max<std::int64_t>(info->Config->Replicas, replicas);
    return update(*info->Config);
}

Result<nats::StreamInfo> Broker::Connection::infoOf(const std::string& stream) const {
    jsStreamInfo* found = nullptr;
    jsErrCode code{};
    STINT_TRY(checked(js_GetStreamInfo(&found, jetStream.get(), stream.c_str(), nullptr, &code), stream));
    return StreamInfo(found);
}

// A server that knows of no leader may say so.
Result<void> Broker::Connection::led(const std::string& stream) {
    if (!clustered) return {};
    const auto take = [](std::size_t, const Result<natsMsg*>& answer) {
        if (!answer.ok()) return true; // whatever is asked next ends likewise
        const Json text = Json::parse(dataOf(*answer), nullptr, false);
        return !text.is_object() || !text.contains("error") || countMember(text["error"], "code") != 503;
    };
    const auto posed = pose({{fmt::format("$JS.API.STREAM.INFO.{}", stream), ""}}, take);
    return posed.ok() ? posed : within(stream, posed.error());
}

// A stream that is there keeps its configuration, but one of an older Stint that tells nothing, which 2.9 leaves so.
Result<StreamState> Broker::Connection::open(jsStreamConfig& config) {
    STINT_TRY(led(config.Name));
    jsStreamInfo* found = nullptr;
    jsErrCode code{};
    auto status = js_GetStreamInfo(&found, jetStream.get(), config.Name, nullptr, &code);
    if (status == NATS_NOT_FOUND) status = js_AddStream(&found, jetStream.get(), &config, nullptr, &code);
    if (code == JSStorageResourcesExceededErr || code == JSInsufficientResourcesErr)
        return fail(Errc::LIMIT_EXCEEDED, "{}: the broker has no room for {} bytes", config.Name, config.MaxBytes);
    STINT_TRY(checked(status, config.Name));
    StreamInfo info = STINT_TRY(moreReplicas(StreamInfo(found), static_cast<int>(config.Replicas)));
    if (config.RePublish && !info->Config->RePublish) {
        jsStreamConfig other = *info->Config;
        other.RePublish = config.RePublish;
        if (auto updated = update(other); updated.ok()) info = *std::move(updated);
    }
    return StreamState{.store = fmt::format("{}@{}", config.Name, info->Created),
                       .last = info->State.LastSeq,
                       .bytes = static_cast<Bytes>(info->State.Bytes),
                       .most = std::max<Bytes>(info->Config->MaxBytes, 0),
                       .replicas = static_cast<int>(info->Config->Replicas),
                       .tells = info->Config->RePublish != nullptr};
}

Result<StreamState> Broker::openStream(std::string_view shard, int replicas) const {
    const std::string name = streamOf(shard);
    const std::string subjects = fmt::format("{}{}.>", storedPrefix, shard),
                      live = fmt::format("{}{}.>", livePrefix, shard);
    const char* subject = subjects.c_str();
    jsRePublish told = telling(subjects, live);
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = name.c_str();
    config.Subjects = &subject;
    config.SubjectsLen = 1;
    config.MaxMsgsPerSubject = Constants().pushStored;
    config.MaxAge = inNanoseconds(Constants().pushTtlMax);
    config.MaxMsgSize = static_cast<int32_t>(mostBytes);
    config.Duplicates = inNanoseconds(std::chrono::minutes(15));
    config.Replicas = replicas;
    config.AllowDirect = true;
    config.RePublish = &told;
    return it_->open(config);
}

// A device may name any shard, and each is a subject of its own: so there are no more of them than shards.
Result<StreamState> Broker::openReports(int replicas, Bytes most) const {
    std::array<std::string, shards.size()> subjects;
    std::array<const char*, shards.size()> pointers{};
    for (std::size_t n = 0; n < subjects.size(); ++n) {
        subjects.at(n) = fleetSubject(FleetWord::Report, shards.at(n), "*");
        pointers.at(n) = subjects.at(n).c_str();
    }
    const std::string all = fleetSubjects(FleetWord::Report), taken = fmt::format("{}$1.$2", takenPrefix);
    jsRePublish told = telling(all, taken);
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.RePublish = &told;
    config.Name = reportsStream;
    config.Subjects = pointers.data();
    config.SubjectsLen = static_cast<int>(shards.size());
    config.MaxMsgsPerSubject = reportsOfOne;
    config.MaxAge = inNanoseconds(std::chrono::hours(24 * 30));
    config.MaxMsgSize = static_cast<int32_t>(longestReport);
    config.Discard = js_DiscardNew;
    config.Replicas = replicas;
    config.AllowDirect = true;
    // Its bytes are its own from the beginning on, so that what is acknowledged has room: a small store gives less.
    for (Bytes room = most;; room /= 2) {
        config.MaxBytes = room;
        auto opened = it_->open(config);
        const bool isTooMuch = !opened.ok() && opened.error().code == Errc::LIMIT_EXCEEDED;
        if (!isTooMuch || room / 2 < leastReports) return opened;
    }
}

Result<StreamState> Broker::openDiary(const char* name, const char* subject, Duration age, int replicas) const {
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = name;
    config.Subjects = &subject;
    config.SubjectsLen = 1;
    config.MaxAge = inNanoseconds(age);
    config.MaxMsgSize = static_cast<int32_t>(mostBytes);
    config.DenyDelete = true;
    config.DenyPurge = true;
    config.Replicas = replicas;
    config.AllowDirect = true;
    return it_->open(config);
}

namespace {

/// The bytes of base64 as Go writes it.
std::optional<std::string> bytesOfGo(const Json& object, const char* name) {
    if (!object.contains(name)) return std::string(); // there are none
    auto text = textMember(object, name);
    if (!text) return std::nullopt;
    while (text->ends_with('='))
        text->pop_back();
    std::ranges::replace(*text, '+', '-');
    std::ranges::replace(*text, '/', '_');
    return from64(*text);
}

/// "NATS/1.0", and a line each.
Headers headersIn(std::string_view block) {
    Headers headers;
    const auto lines = splitAt(block, "\r\n");
    for (std::size_t n = 1; n < lines.size(); ++n) {
        const std::string_view line = lines[n];
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const auto value = line.find_first_not_of(' ', colon + 1);
        headers.emplace_back(line.substr(0, colon), value == std::string_view::npos ? "" : line.substr(value));
    }
    return headers;
}

/// A time as Go writes it: 2026-11-28T15:02:43.0815Z.
std::optional<WallTime> timeIn(std::string_view text) {
    constexpr std::size_t wholeSeconds = 19;
    if (text.size() <= wholeSeconds || !text.ends_with('Z')) return std::nullopt;
    std::array<int, 6> parts{};
    for (std::size_t n = 0, at = 0; n < parts.size(); ++n) {
        const std::size_t length = n == 0 ? 4 : 2;
        const auto part = numberIn<int>(text.substr(at, length));
        if (!part) return std::nullopt;
        parts.at(n) = *part;
        at += length + 1;
    }
    std::string thousandths(text.substr(wholeSeconds, 4)); // ".081", ".5Z" or "Z"
    thousandths.resize(thousandths.find('Z') == std::string::npos ? thousandths.size() : thousandths.find('Z'));
    thousandths.resize(4, '0');
    const auto [year, month, day, hour, minute, second] = parts;
    const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    const auto rest = numberIn<int>(std::string_view(thousandths).substr(1));
    if (!date.ok() || !rest) return std::nullopt;
    return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second) + Duration(*rest);
}

/// The answer of a stream's leader.
Result<std::optional<Recorded>> recordedIn(std::string_view text, std::string_view stream) {
    const Json object = Json::parse(text, nullptr, false);
    const auto none = [&]() -> Result<std::optional<Recorded>> {
        return fail(Errc::UNAVAILABLE, "{}: its leader's answer is none", stream);
    };
    if (!object.is_object()) return none();
    if (const auto error = object.find("error"); error != object.end()) {
        if (error->is_object() && error->contains("code") && error->at("code") == 404) return std::optional<Recorded>();
        return fail(Errc::UNAVAILABLE, "{}: its leader answers {}", stream, reasonIn(*error));
    }
    const auto message = object.find("message");
    if (message == object.end()) return none();
    const auto sequence = countMember(*message, "seq");
    auto subject = textMember(*message, "subject");
    const auto at = timeIn(textMember(*message, "time").value_or(""));
    if (!sequence || !subject || !at) return none();
    const auto headers = bytesOfGo(*message, "hdrs");
    auto body = bytesOfGo(*message, "data");
    if (!headers || !body) return none();
    return std::optional(Recorded{.message = {.subject = *std::move(subject),
                                              .sequence = *sequence,
                                              .headers = headersIn(*headers),
                                              .body = *std::move(body)},
                                  .at = *at});
}

/// The answer of any server that has the stream.
Result<std::optional<Recorded>> recordedIn(natsMsg* answered, std::string_view stream) {
    if (headerOf(answered, "Status") == "404") return std::optional<Recorded>();
    const auto sequence = numberIn<std::uint64_t>(headerOf(answered, sequenceHeader));
    const auto at = timeIn(headerOf(answered, "Nats-Time-Stamp"));
    if (!sequence || !at) return fail(Errc::UNAVAILABLE, "{}: {}", stream, headerOf(answered, "Description"));
    return std::optional(Recorded{.message = {.subject = headerOf(answered, "Nats-Subject"),
                                              .sequence = *sequence,
                                              .headers = headersOf(answered),
                                              .body = std::string(dataOf(answered))},
                                  .at = *at});
}

/// The question for the first message of those subjects with that sequence or a later one.
std::string questionOf(std::uint64_t from, std::string_view subjects) {
    return Json{{"seq", from}, {"next_by_subj", subjects}}.dump();
}

} // namespace

// A replica may lag, or be cut off.
Result<std::optional<Recorded>> Broker::Connection::recordedOf(natsMsg* answered, std::string_view stream) const {
    return clustered ? recordedIn(dataOf(answered), stream) : recordedIn(answered, stream);
}
std::string Broker::Connection::readerOf(std::string_view stream) const {
    return fmt::format("$JS.API.{}.{}", clustered ? "STREAM.MSG.GET" : "DIRECT.GET", stream);
}

Result<std::optional<Stored>> Broker::next(std::string_view stream, std::uint64_t from,
                                           std::string_view subjects) const {
    auto found = STINT_TRY(nextOf({{std::string(stream), from, std::string(subjects)}}));
    return std::move(found.front());
}

Result<std::vector<std::optional<Stored>>> Broker::nextOf(const std::vector<From>& each) const {
    using Found = Result<std::optional<Recorded>>;
    std::vector<Connection::Question> questions;
    for (const From& one : each)
        questions.push_back({it_->readerOf(one.stream), questionOf(one.sequence, one.subjects)});
    std::vector<Found> all(each.size(), std::optional<Recorded>());
    STINT_TRY(it_->pose(questions, [&](std::size_t n, const Result<natsMsg*>& answer) {
        all[n] = answer.ok() ? it_->recordedOf(*answer, each[n].stream) : Found(answer.error());
        return true;
    }));
    std::vector<std::optional<Stored>> firsts;
    for (Found& one : all) {
        auto found = STINT_TRY(std::move(one));
        firsts.push_back(found ? std::optional(std::move(found->message)) : std::nullopt);
    }
    return firsts;
}

// The stream's own word has the headers of an answer; by 2.9 without the time.
Result<void> Broker::followReports(const Heard& heard) const {
    const auto hear = [heard](natsMsg* message, natsSubscription*) {
        auto report = recordedIn(message, reportsStream);
        heard(report.ok() ? *std::move(report) : std::nullopt);
    };
    auto* const followed = STINT_TRY(it_->subscribe(fmt::format("{}>", takenPrefix), "", hear));
    it_->answering.push_back(followed);
    it_->flush();
    return {};
}

Result<std::vector<std::optional<Recorded>>> Broker::Connection::several(const Inbox& answers, std::string_view stream,
                                                                         std::string_view subjects, std::uint64_t from,
                                                                         std::size_t count) const {
    const std::string subject = readerOf(stream);
    for (std::size_t n = 0; n < count; ++n) {
        const std::string reply = fmt::format("{}{}", answers.prefix, from + n),
                          question = questionOf(from + n, subjects);
        STINT_TRY(checked(natsConnection_PublishRequestString(nats, subject.c_str(), reply.c_str(), question.c_str()),
                          subject));
    }
    std::vector<std::optional<Recorded>> all(count);
    const auto until = std::chrono::steady_clock::now() + Duration(patience);
    for (std::size_t came = 0; came < count; ++came) {
        const Message message = STINT_TRY(answers.next(until));
        const std::string_view to = natsMsg_GetSubject(message.get());
        const auto which = numberIn<std::uint64_t>(to.substr(answers.prefix.size()));
        if (!which || *which < from || *which - from >= count) // of a question before it
            return fail(Errc::UNAVAILABLE, "{}: an answer to nothing", subject);
        all.at(*which - from) = STINT_TRY(recordedOf(message.get(), stream));
    }
    return all;
}

Result<std::vector<Recorded>> Broker::read(std::string_view stream, std::string_view subjects, std::uint64_t from,
                                           std::size_t most, std::size_t atOnce) const {
    const auto answers = STINT_TRY(it_->openInbox());
    std::vector<Recorded> batch;
    std::size_t width = atOnce;
    while (batch.size() < most) {
        auto some = STINT_TRY(it_->several(answers, stream, subjects, from, std::min(width, most - batch.size())));
        std::size_t others = 0; // what stands behind a gap is the answer to several
        for (auto& one : some) {
            if (!one) return batch;
            if (one->message.sequence < from) continue;
            from = one->message.sequence + 1;
            batch.push_back(*std::move(one));
            ++others;
        }
        if (others == 0) return fail(Errc::UNAVAILABLE, "{}: an answer to nothing", stream);
        width = others == some.size() ? width * 2 : others;
    }
    return batch;
}

// No question of JetStream's asks for a time: so it goes back twice as far each time until it is before it.
Result<std::uint64_t> Broker::sequenceOf(std::string_view stream, WallTime since, std::uint64_t most) const {
    const auto info = STINT_TRY(it_->infoOf(std::string(stream)));
    const std::uint64_t last = info->State.LastSeq;
    std::uint64_t from = last + 1;
    for (std::uint64_t back = 1; from > 1 && last + 1 - from < most; back *= 2) {
        from = last + 1 - std::min({back, most, last});
        const auto first = STINT_TRY(read(stream, ">", from, 1)); // none: all of them are gone
        if (!first.empty() && first.front().at < since) break;
    }
    return from;
}

Result<void> Broker::remove(std::string_view stream, std::uint64_t sequence) const {
    const std::string name(stream);
    jsErrCode code{};
    // Else it would only be noted in memory for a while, and be back after a kill.
    const auto status = js_EraseMsg(it_->jetStream.get(), name.c_str(), sequence, nullptr, &code);
    if (code == JSSequenceNotFoundErr || code == JSNoMessageFoundErr) return {};
    return checked(status, name);
}

std::string streamOfBucket(std::string_view bucket) { return fmt::format("KV_{}", bucket); }
std::string subjectOfKey(std::string_view bucket, std::string_view key) {
    return fmt::format("$KV.{}.{}", bucket, key);
}

Result<std::uint64_t> Broker::readValues(std::string_view bucket, std::string_view keys, std::uint64_t from,
                                         const std::function<void(const Stored& value)>& taken) const {
    const std::string stream = streamOfBucket(bucket), subjects = subjectOfKey(bucket, keys);
    constexpr std::size_t most = 256;
    std::size_t atOnce = 1;
    while (true) {
        const auto batch = STINT_TRY(read(stream, subjects, from, most, atOnce));
        if (batch.empty()) return from - 1;
        atOnce = batch.size() == most ? most : 1; // where there was so much there is more
        for (const Recorded& value : batch)
            taken(value.message);
        from = batch.back().message.sequence + 1;
    }
}

Result<bool> Broker::stands(std::string_view bucket, std::string_view keys, const Stored& value) const {
    const auto there = STINT_TRY(next(streamOfBucket(bucket), value.sequence, subjectOfKey(bucket, keys)));
    return there && there->sequence == value.sequence && there->body == value.body;
}

Result<std::uint64_t> Broker::openBucket(std::string_view bucket, int replicas, BucketBounds bounds) const {
    const std::string name(bucket);
    STINT_TRY(it_->led(streamOfBucket(bucket)));
    kvStore* found = nullptr;
    const auto status = js_KeyValue(&found, it_->jetStream.get(), name.c_str());
    if (status != NATS_NOT_FOUND) {
        STINT_TRY(checked(status, name)); // nobody knows whether it is there
    } else {
        kvConfig config;
        kvConfig_Init(&config);
        config.Bucket = name.c_str();
        config.Replicas = replicas;
        config.TTL = inNanoseconds(bounds.age);
        STINT_TRY(checked(js_CreateKeyValue(&found, it_->jetStream.get(), &config), name));
    }
    const KeyValues owned(found);
    auto info = STINT_TRY(it_->infoOf(streamOfBucket(bucket)));
    const std::uint64_t last = info->State.LastSeq;
    // A bucket that is full refuses what is new, and this one is never full.
    const bool isUnbound = bounds.values != 0 && info->Config->MaxMsgs != bounds.values;
    if (isUnbound) {
        info->Config->MaxMsgs = bounds.values;
        info->Config->Discard = js_DiscardOld;
    }
    STINT_TRY(it_->moreReplicas(std::move(info), replicas, isUnbound));
    return last;
}

// libnats' own verbs of buckets keep JetStream's code to themselves.
Result<std::uint64_t> Broker::Connection::publish(const std::string& subject, std::string_view body,
                                                  jsPubOptions* expected) const {
    jsErrCode code{};
    jsPubAck* acked = nullptr;
    const auto status = js_Publish(&acked, jetStream.get(), subject.c_str(), body.data(), static_cast<int>(body.size()),
                                   expected, &code);
    const PubAck ack(acked);
    if (code == JSStreamWrongLastSequenceErr)
        return fail(Errc::ILLEGAL_STATE, "{}: there is a newer message by now", subject);
    constexpr std::array isFull{JSAccountResourcesExceededErr, JSInsufficientResourcesErr,
                                JSStorageResourcesExceededErr, JSStreamStoreFailedErr};
    if (std::ranges::find(isFull, code) != isFull.end()) return fail(Errc::STORAGE, "the broker's store is full");
    STINT_TRY(checked(status, subject));
    return ack->Sequence;
}

Result<std::uint64_t> Broker::put(std::string_view bucket, std::string_view key, std::string_view value) const {
    return it_->publish(subjectOfKey(bucket, key), value, nullptr);
}

Result<Value> Broker::valueOf(std::string_view bucket, std::string_view key) const {
    auto found = STINT_TRY(next(streamOfBucket(bucket), 1, subjectOfKey(bucket, key)));
    return found ? Value{.text = std::move(found->body), .revision = found->sequence} : Value();
}

Result<std::uint64_t> Broker::replace(std::string_view bucket, std::string_view key, std::string_view value,
                                      std::uint64_t revision) const {
    auto written = append(subjectOfKey(bucket, key), value, revision);
    if (!written.ok() && written.error().code == Errc::ILLEGAL_STATE)
        return fail(Errc::ILLEGAL_STATE, "{}: {} has another value by now", bucket, key);
    return written;
}

Result<std::uint64_t> Broker::append(const std::string& subject, std::string_view body, std::uint64_t last) const {
    jsPubOptions expected;
    jsPubOptions_Init(&expected);
    expected.ExpectLastSubjectSeq = last;
    expected.ExpectNoMessage = last == 0;
    return it_->publish(subject, body, &expected);
}

Result<std::uint64_t> Broker::writeOnce(std::string_view bucket, std::string_view key, std::string_view value) const {
    auto written = replace(bucket, key, value, 0);
    if (written.ok()) return written;
    const auto there = valueOf(bucket, key);
    if (!there.ok()) return fail(Errc::UNAVAILABLE, "{}: {}", key, there.error().message);
    if (there->revision != 0 && there->text == value) return there->revision;
    if (there->revision != 0) return fail(Errc::ILLEGAL_STATE, "{}: somebody else has written it", key);
    return written;
}

Result<void> Broker::forget(std::string_view bucket, std::string_view keys) const {
    const std::string subjects = subjectOfKey(bucket, keys);
    jsOptions options;
    jsOptions_Init(&options);
    options.Stream.Purge.Subject = subjects.c_str();
    return checked(js_PurgeStream(it_->jetStream.get(), streamOfBucket(bucket).c_str(), &options, nullptr), bucket);
}

} // namespace stint::push
