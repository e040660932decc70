// A Broker's streams of messages, and its buckets of keys with values: what JetStream keeps.
#include <algorithm>

#include <nats/nats.h>
#include <nlohmann/json.hpp>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "contract/model/constants.hpp"
#include "push/broker/connection.hpp"
#include "push/envelope/bytes.hpp"
#include "push/envelope/names.hpp"

namespace stint::push {
using namespace nats;
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t mostBytes = 8 << 10; ///< of a message with its headers

std::int64_t inNanoseconds(Duration time) { return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count(); }

} // namespace

Result<nats::StreamInfo> Broker::Connection::moreReplicas(nats::StreamInfo info, int replicas, bool isOther) const {
    if (info->Config->Replicas >= replicas && !isOther) return info;
    info->Config->Replicas = std::max<std::int64_t>(info->Config->Replicas, replicas);
    jsStreamInfo* updated = nullptr;
    jsErrCode code{};
    STINT_TRY(checked(js_UpdateStream(&updated, jetStream.get(), info->Config, nullptr, &code), info->Config->Name));
    return StreamInfo(updated);
}

Result<nats::StreamInfo> Broker::Connection::infoOf(const std::string& stream) const {
    jsStreamInfo* found = nullptr;
    jsErrCode code{};
    STINT_TRY(checked(js_GetStreamInfo(&found, jetStream.get(), stream.c_str(), nullptr, &code), stream));
    return StreamInfo(found);
}

Result<StreamState> Broker::openStream(std::string_view shard, int replicas) const {
    const std::string name = streamOf(shard);
    jsStreamInfo* found = nullptr;
    jsErrCode code{};
    auto status = js_GetStreamInfo(&found, it_->jetStream.get(), name.c_str(), nullptr, &code);
    if (status == NATS_NOT_FOUND) {
        const std::string subjects = fmt::format("{}{}.>", storedPrefix, shard),
                          live = fmt::format("{}{}.>", livePrefix, shard);
        const char* subject = subjects.c_str();
        jsRePublish told;
        jsRePublish_Init(&told);
        told.Source = subjects.c_str();
        told.Destination = live.c_str();
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
        status = js_AddStream(&found, it_->jetStream.get(), &config, nullptr, &code);
    }
    STINT_TRY(checked(status, name));
    const StreamInfo info = STINT_TRY(it_->moreReplicas(StreamInfo(found), replicas));
    return StreamState{.store = fmt::format("{}@{}", name, info->Created),
                       .last = info->State.LastSeq,
                       .replicas = static_cast<int>(info->Config->Replicas)};
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

/// The answer of a stream's leader.
Result<std::optional<Stored>> storedIn(std::string_view text, std::string_view stream) {
    const Json object = Json::parse(text, nullptr, false);
    const auto none = [&]() -> Result<std::optional<Stored>> {
        return fail(Errc::UNAVAILABLE, "{}: its leader's answer is none", stream);
    };
    if (!object.is_object()) return none();
    if (const auto error = object.find("error"); error != object.end()) {
        if (error->is_object() && error->contains("code") && error->at("code") == 404) return std::optional<Stored>();
        return fail(Errc::UNAVAILABLE, "{}: its leader answers {}", stream, reasonIn(*error));
    }
    const auto message = object.find("message");
    if (message == object.end()) return none();
    const auto sequence = countMember(*message, "seq");
    auto subject = textMember(*message, "subject");
    if (!sequence || !subject) return none();
    const auto headers = bytesOfGo(*message, "hdrs");
    auto body = bytesOfGo(*message, "data");
    if (!headers || !body) return none();
    return std::optional(Stored{.subject = *std::move(subject),
                                .sequence = *sequence,
                                .headers = headersIn(*headers),
                                .body = *std::move(body)});
}

} // namespace

Result<std::optional<Stored>> Broker::next(std::string_view stream, std::uint64_t from,
                                           std::string_view subjects) const {
    const std::string question = Json{{"seq", from}, {"next_by_subj", subjects}}.dump();
    if (it_->clustered) {
        const std::string answer = STINT_TRY(ask(fmt::format("$JS.API.STREAM.MSG.GET.{}", stream), question));
        return storedIn(answer, stream);
    }
    const std::string subject = fmt::format("$JS.API.DIRECT.GET.{}", stream);
    natsMsg* answered = nullptr;
    STINT_TRY(checked(natsConnection_RequestString(&answered, it_->nats, subject.c_str(), question.c_str(), patience),
                      subject));
    const Message message(answered);
    if (headerOf(answered, "Status") == "404") return std::optional<Stored>();
    const auto sequence = numberIn<std::uint64_t>(headerOf(answered, "Nats-Sequence"));
    if (!sequence) return fail(Errc::UNAVAILABLE, "{}: {}", subject, headerOf(answered, "Description"));
    return std::optional(Stored{.subject = headerOf(answered, "Nats-Subject"),
                                .sequence = *sequence,
                                .headers = headersOf(answered),
                                .body = std::string(dataOf(answered))});
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
    while (true) {
        const auto value = STINT_TRY(next(stream, from, subjects));
        if (!value) return from - 1;
        taken(*value);
        from = value->sequence + 1;
    }
}

Result<std::uint64_t> Broker::openBucket(std::string_view bucket, int replicas, BucketBounds bounds) const {
    const std::string name(bucket);
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

Result<nats::KeyValues> Broker::Connection::bucketOf(std::string_view bucket) const {
    const std::string name(bucket);
    kvStore* found = nullptr;
    STINT_TRY(checked(js_KeyValue(&found, jetStream.get(), name.c_str()), name));
    return KeyValues(found);
}

Result<void> Broker::put(std::string_view bucket, std::string_view key, std::string_view value) const {
    const auto store = STINT_TRY(it_->bucketOf(bucket));
    const std::string its(key);
    return checked(kvStore_Put(nullptr, store.get(), its.c_str(), value.data(), static_cast<int>(value.size())),
                   bucket);
}

Result<Value> Broker::valueOf(std::string_view bucket, std::string_view key) const {
    auto found = STINT_TRY(next(streamOfBucket(bucket), 1, subjectOfKey(bucket, key)));
    return found ? Value{.text = std::move(found->body), .revision = found->sequence} : Value();
}

Result<void> Broker::replace(std::string_view bucket, std::string_view key, std::string_view value,
                             std::uint64_t revision) const {
    const std::string subject = subjectOfKey(bucket, key);
    const auto size = static_cast<int>(value.size());
    jsPubOptions expected;
    jsPubOptions_Init(&expected);
    expected.ExpectLastSubjectSeq = revision;
    expected.ExpectNoMessage = revision == 0;
    jsErrCode code{}; // which kvStore_Update() keeps to itself
    const auto status =
        js_Publish(nullptr, it_->jetStream.get(), subject.c_str(), value.data(), size, &expected, &code);
    if (code == JSStreamWrongLastSequenceErr)
        return fail(Errc::ILLEGAL_STATE, "{}: {} has another value by now", bucket, key);
    return checked(status, bucket);
}

} // namespace stint::push
