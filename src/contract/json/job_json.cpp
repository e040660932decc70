#include "contract/json/job_json.hpp"

#include <algorithm>
#include <set>

#include "base/result/errors.hpp"
#include "base/text/json_member.hpp"
#include "contract/json/values.hpp"
#include "contract/model/job_fields.hpp"
#include "contract/model/network.hpp"
#include "contract/rules/validation.hpp"

namespace stint {

namespace {

using nlohmann::json;

class RequestWriter {
public:
    template <class E, class Named> void words(const char* key, const std::set<E>& values, Named) {
        json& names = object_[key] = json::array();
        for (const E value : values)
            names.push_back(nameOf(value));
    }
    void operator()(const char* key, const std::optional<std::string>& value) {
        if (value) object_[key] = *value;
    }
    const json& object() const { return object_; }

private:
    json object_;
};

void writeNetwork(JsonText& text, const NetworkRequest& request) {
    RequestWriter field;
    const auto requested = RequestedNetwork::of(request);
    RequestedNetwork::fields(field, requested);
    text.tree(field.object());
}

/// Reads a request's fields, and keeps the first error.
class RequestReader {
public:
    explicit RequestReader(const json& object) : object_(object) {}

    template <class E, class Named> void words(const char* key, std::set<E>& values, Named named) {
        for (const auto& name : object_.at(key)) {
            const auto known = named(name.template get<std::string>());
            if (known)
                values.insert(*known);
            else if (done_)
                done_ = fail(Errc::ILLEGAL_ARGUMENT, "unknown name {} in a network's {}", name.dump(), key);
        }
    }
    void operator()(const char* key, std::optional<std::string>& value) {
        if (object_.contains(key)) value = object_.at(key).get<std::string>();
    }
    Result<void> done() const { return done_; }

private:
    const json& object_;
    Result<void> done_;
};

Result<NetworkRequest> networkFrom(const json& object) {
    RequestReader field(object);
    RequestedNetwork request;
    RequestedNetwork::fields(field, request);
    STINT_TRY(field.done());
    return request.made();
}

void writeClip(JsonText& text, const ClipData& clip) {
    text.openList();
    if (std::ranges::none_of(clip.items, [](const auto& item) { return item.file != nullptr; }))
        for (const auto& item : clip.items)
            text.string(item.path);
    text.close();
}

ClipData clipFrom(const json& paths) {
    ClipData clip;
    for (const auto& path : paths)
        clip.items.push_back({path.get<std::string>(), nullptr});
    return clip;
}

/// An unknown key may be a constraint; without heeding it the job would run wrongly (architecture.md, wire).
Result<void> checkJobKeys(const json& job) {
    static const std::set<std::string_view> known = [] {
        std::set<std::string_view> keys{idKey, serviceKey};
        for (const JobField& row : jobFields)
            keys.insert({row.key, row.second});
        return keys;
    }();
    for (const auto& [key, value] : job.items())
        if (key.empty() || !known.contains(key))
            return fail(Errc::ILLEGAL_ARGUMENT, "unknown key \"{}\" in a job", key);
    return {};
}

/// A list of [path, flags].
void writeTriggers(JsonText& text, const std::vector<JobInfo::TriggerContentUri>& triggers) {
    text.openList();
    for (const auto& watched : triggers)
        text.openList().string(watched.uri).number(watched.flags).close();
    text.close();
}

std::vector<JobInfo::TriggerContentUri> triggersFrom(const json& list) {
    std::vector<JobInfo::TriggerContentUri> triggers;
    for (const json& watched : list)
        triggers.push_back({watched.at(0).get<std::string>(), wholeNumber<std::int32_t>(watched.at(1))});
    return triggers;
}

/// A key of the stored object. Neither its id nor its service has a row.
struct StoredKey {
    std::string_view key;
    const JobField* row = nullptr;
    bool second = false; ///< the second key of a pair
};

/// In the order in which they are written.
std::vector<StoredKey> sortedKeys() {
    std::vector<StoredKey> keys{{idKey}, {serviceKey}};
    for (const JobField& row : jobFields) {
        if (!row.key.empty()) keys.push_back({row.key, &row, false});
        if (!row.second.empty()) keys.push_back({row.second, &row, true});
    }
    std::ranges::sort(keys, {}, &StoredKey::key);
    return keys;
}

/// Writes one key of a row. An unset value is an absent key, except where every job has the value.
class FieldWriter {
public:
    FieldWriter(JsonText& text, const StoredKey& key, const JobInfo& job) : text_(text), key_(key), job_(job) {}

    void operator()(const NoValue&) const {}
    void operator()(const JobValue<bool>& field) const {
        const bool flag = field.get(job_);
        if (flag || key_.row->always) key().boolean(flag);
    }
    void operator()(const JobValue<std::int32_t>& field) const { key().number(field.get(job_)); }
    void operator()(const JobValue<Bytes>& field) const { key().number(field.get(job_)); }
    void operator()(const JobValue<NetworkBytes>& field) const {
        const NetworkBytes bytes = field.get(job_);
        key().number(key_.second ? bytes.up : bytes.down);
    }
    void operator()(const JobValue<std::optional<NetworkRequest>>& field) const {
        if (const auto& request = field.get(job_)) writeNetwork(key(), *request);
    }
    void operator()(const JobValue<std::optional<Backoff>>& field) const {
        if (const auto backoff = field.get(job_))
            key().number(key_.second ? backoff->policy : backoff->initial.count());
    }
    void operator()(const ClipValue&) const {
        if (key_.second) return static_cast<void>(key().number(job_.getClipGrantFlags()));
        if (job_.getClipData()) writeClip(key(), *job_.getClipData());
    }
    void operator()(const JobValue<std::optional<Duration>>& field) const {
        if (const auto time = field.get(job_)) key().number(time->count());
    }
    void operator()(const JobValue<std::optional<JobInfo::Period>>& field) const {
        if (const auto period = field.get(job_)) key().number((key_.second ? period->flex : period->interval).count());
    }
    void operator()(const JobValue<std::vector<JobInfo::TriggerContentUri>>& field) const {
        const auto& triggers = field.get(job_);
        if (!triggers.empty()) writeTriggers(key(), triggers);
    }
    void operator()(const JobValue<PersistableBundle>& field) const {
        const PersistableBundle& bundle = field.get(job_);
        if (!bundle.isEmpty()) writeBundle(key(), bundle);
    }
    void operator()(const JobValue<std::set<std::string>>& field) const {
        const auto& set = field.get(job_);
        if (set.empty()) return;
        key().openList();
        for (const std::string& word : set)
            text_.string(word);
        text_.close();
    }
    void operator()(const JobValue<std::optional<std::string>>& field) const {
        if (const auto& text = field.get(job_)) key().string(*text);
    }

private:
    JsonText& key() const { return text_.key(key_.key); }

    JsonText& text_;
    const StoredKey& key_;
    const JobInfo& job_;
};

/// Reads one row into the builder. May throw what nlohmann's checked access throws.
class FieldReader {
public:
    FieldReader(const json& object, const JobField& row, JobInfo::Builder& builder)
        : object_(object), row_(row), builder_(builder) {}

    Result<void> operator()(const NoValue&) const { return {}; }
    Result<void> operator()(const JobValue<bool>& field) const {
        if (row_.always || here()) field.set(builder_, value().get<bool>());
        return {};
    }
    Result<void> operator()(const JobValue<std::int32_t>& field) const {
        field.set(builder_, wholeNumber<std::int32_t>(value()));
        return {};
    }
    Result<void> operator()(const JobValue<Bytes>& field) const {
        field.set(builder_, wholeNumber<Bytes>(value()));
        return {};
    }
    Result<void> operator()(const JobValue<NetworkBytes>& field) const {
        field.set(builder_, {wholeNumber<Bytes>(value()), wholeNumber<Bytes>(second())});
        return {};
    }
    Result<void> operator()(const JobValue<std::optional<NetworkRequest>>& field) const {
        if (here()) {
            const auto network = STINT_TRY(networkFrom(value()));
            field.set(builder_, network);
        }
        return {};
    }
    Result<void> operator()(const JobValue<std::optional<Backoff>>& field) const {
        if (here()) field.set(builder_, Backoff{length(value()), wholeNumber<std::int32_t>(second())});
        return {};
    }
    Result<void> operator()(const ClipValue&) const {
        std::optional<ClipData> clip;
        if (here()) clip = clipFrom(value());
        builder_.setClipData(std::move(clip), wholeNumber<std::int32_t>(second()));
        return {};
    }
    Result<void> operator()(const JobValue<std::optional<Duration>>& field) const {
        if (here()) field.set(builder_, length(value()));
        return {};
    }
    Result<void> operator()(const JobValue<std::optional<JobInfo::Period>>& field) const {
        if (here()) field.set(builder_, JobInfo::Period{length(value()), length(second())});
        return {};
    }
    Result<void> operator()(const JobValue<std::vector<JobInfo::TriggerContentUri>>& field) const {
        if (here()) field.set(builder_, triggersFrom(value()));
        return {};
    }
    Result<void> operator()(const JobValue<PersistableBundle>& field) const {
        if (here()) {
            auto bundle = STINT_TRY(bundleFrom(value()));
            field.set(builder_, std::move(bundle));
        }
        return {};
    }
    Result<void> operator()(const JobValue<std::set<std::string>>& field) const {
        if (here()) field.set(builder_, value().get<std::set<std::string>>());
        return {};
    }
    Result<void> operator()(const JobValue<std::optional<std::string>>& field) const {
        if (here()) field.set(builder_, value().get<std::string>());
        return {};
    }

private:
    bool here() const { return object_.contains(row_.key); }
    const json& value() const { return object_.at(row_.key); }
    const json& second() const { return object_.at(row_.second); }
    static Duration length(const json& value) { return Duration{wholeNumber<Duration::rep>(value)}; }

    const json& object_;
    const JobField& row_;
    JobInfo::Builder& builder_;
};

/// May throw what nlohmann's checked access throws.
Result<JobInfo> readJob(const json& job) {
    STINT_TRY(checkJobKeys(job));
    JobInfo::Builder builder{wholeNumber<std::int32_t>(job.at(idKey)),
                             componentFrom(job.at(serviceKey).get<std::string>())};
    // The priority after the flags, which may have raised a default one.
    for (const bool priority : {false, true})
        for (const JobField& row : jobFields)
            if (std::holds_alternative<JobValue<std::int32_t>>(row.value) == priority && !row.key.empty())
                STINT_TRY(std::visit(FieldReader(job, row, builder), row.value));
    return JobInfoAccess::requested(builder);
}

} // namespace

std::string jobInfoText(const JobInfo& info) {
    static const std::vector<StoredKey> keys = sortedKeys();
    JsonText text;
    text.openObject();
    for (const StoredKey& key : keys) {
        if (key.row)
            std::visit(FieldWriter(text, key, info), key.row->value);
        else if (key.key == idKey)
            text.key(key.key).number(info.getId().value);
        else
            text.key(key.key).string(textOf(info.getService()));
    }
    return text.close().take();
}

Result<JobInfo> askedJobFrom(std::string_view text) {
    try {
        return readJob(json::parse(text));
    } catch (const json::exception& problem) {
        return fail(Errc::ILLEGAL_ARGUMENT, "no job: {}", problem.what());
    }
}

Result<JobInfo> jobInfoFrom(std::string_view text) {
    JobInfo info = STINT_TRY(askedJobFrom(text));
    // An accepted job stays, even under a policy that would now ask for a wider window.
    Constants constants;
    constants.minTimeWindow = 0ms;
    if (auto broken = brokenRule(info, constants)) return *std::move(broken);
    return info;
}

std::string extrasText(const PersistableBundle& extras) {
    JsonText text;
    writeBundle(text, extras);
    return text.take();
}

Result<PersistableBundle> extrasFrom(std::string_view text) {
    try {
        return bundleFrom(json::parse(text));
    } catch (const json::exception& problem) {
        return fail(Errc::ILLEGAL_ARGUMENT, "no extras: {}", problem.what());
    }
}

} // namespace stint
