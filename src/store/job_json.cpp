#include "store/job_json.hpp"

#include <algorithm>
#include <set>

#include "base/fail.hpp"
#include "base/try.hpp"
#include "base/whole_number.hpp"
#include "model/job_fields.hpp"
#include "rules/validation.hpp"
#include "store/bundle_json.hpp"
#include "store/checked_json.hpp"

namespace stint {

namespace {

using nlohmann::json;

/// "Name", "package/Name"; "/Na/me" where a name without a package has a slash of its own.
std::string serviceText(const ComponentName& service) {
    if (service.package.empty() && service.name.find('/') == std::string::npos) return service.name;
    return service.package + "/" + service.name;
}

ComponentName serviceFrom(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) return ComponentName{text};
    return ComponentName{text.substr(0, slash), text.substr(slash + 1)};
}

json networkJson(const NetworkRequest& request) {
    json capabilities = json::array();
    for (const auto capability : request.getCapabilities())
        capabilities.push_back(nameOf(capability));
    json transports = json::array();
    for (const auto transport : request.getTransportTypes())
        transports.push_back(nameOf(transport));
    json network{{"capabilities", std::move(capabilities)}, {"transports", std::move(transports)}};
    if (request.getNetworkSpecifier()) network["specifier"] = *request.getNetworkSpecifier();
    return network;
}

Result<NetworkRequest> networkFrom(const json& network) {
    NetworkRequest::Builder builder;
    builder.clearCapabilities();
    for (const auto& name : network.at("capabilities")) {
        const auto capability = capabilityNamed(name.get<std::string>());
        if (!capability) return fail(Errc::ILLEGAL_ARGUMENT, "unknown network capability {}", name.dump());
        builder.addCapability(*capability);
    }
    for (const auto& name : network.at("transports")) {
        const auto transport = transportNamed(name.get<std::string>());
        if (!transport) return fail(Errc::ILLEGAL_ARGUMENT, "unknown network transport {}", name.dump());
        builder.addTransportType(*transport);
    }
    if (network.contains("specifier")) builder.setNetworkSpecifier(network.at("specifier").get<std::string>());
    return builder.build();
}

json clipJson(const ClipData& clip) {
    json paths = json::array();
    if (std::any_of(clip.items.begin(), clip.items.end(), [](const auto& item) { return item.file != nullptr; }))
        return paths;
    for (const auto& item : clip.items)
        paths.push_back(item.path);
    return paths;
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
        std::set<std::string_view> keys{"id", "service"};
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
json triggersJson(const std::vector<JobInfo::TriggerContentUri>& triggers) {
    json list = json::array();
    for (const auto& watched : triggers)
        list.push_back(json::array({watched.uri, watched.flags}));
    return list;
}

std::vector<JobInfo::TriggerContentUri> triggersFrom(const json& list) {
    std::vector<JobInfo::TriggerContentUri> triggers;
    for (const json& watched : list)
        triggers.push_back({watched.at(0).get<std::string>(), wholeNumber<std::int32_t>(watched.at(1))});
    return triggers;
}

/// Writes one row. What is unset is an absent key, but for what each job has.
class FieldWriter {
public:
    FieldWriter(json& object, const JobField& row, const JobInfo& job) : object_(object), row_(row), job_(job) {}

    void operator()(const NoValue&) const {}
    void operator()(const JobValue<bool>& field) const {
        const bool flag = field.get(job_);
        if (flag || row_.always) object_[row_.key] = flag;
    }
    void operator()(const JobValue<std::int32_t>& field) const { object_[row_.key] = field.get(job_); }
    void operator()(const JobValue<Bytes>& field) const { object_[row_.key] = field.get(job_); }
    void operator()(const JobValue<NetworkBytes>& field) const {
        const NetworkBytes bytes = field.get(job_);
        object_[row_.key] = bytes.down;
        object_[row_.second] = bytes.up;
    }
    void operator()(const JobValue<std::optional<NetworkRequest>>& field) const {
        if (const auto& request = field.get(job_)) object_[row_.key] = networkJson(*request);
    }
    void operator()(const JobValue<std::optional<Backoff>>& field) const {
        const auto backoff = field.get(job_);
        if (!backoff) return;
        object_[row_.key] = backoff->initial.count();
        object_[row_.second] = backoff->policy;
    }
    void operator()(const ClipValue&) const {
        if (job_.getClipData()) object_[row_.key] = clipJson(*job_.getClipData());
        object_[row_.second] = job_.getClipGrantFlags();
    }
    void operator()(const JobValue<std::optional<Duration>>& field) const {
        if (const auto time = field.get(job_)) object_[row_.key] = time->count();
    }
    void operator()(const JobValue<std::optional<JobInfo::Period>>& field) const {
        const auto period = field.get(job_);
        if (!period) return;
        object_[row_.key] = period->interval.count();
        object_[row_.second] = period->flex.count();
    }
    void operator()(const JobValue<std::vector<JobInfo::TriggerContentUri>>& field) const {
        const auto& triggers = field.get(job_);
        if (!triggers.empty()) object_[row_.key] = triggersJson(triggers);
    }
    void operator()(const JobValue<PersistableBundle>& field) const {
        const PersistableBundle& bundle = field.get(job_);
        if (!bundle.isEmpty()) object_[row_.key] = bundleJson(bundle);
    }
    void operator()(const JobValue<std::set<std::string>>& field) const {
        const auto& set = field.get(job_);
        if (!set.empty()) object_[row_.key] = set;
    }
    void operator()(const JobValue<std::optional<std::string>>& field) const {
        if (const auto& text = field.get(job_)) object_[row_.key] = *text;
    }

private:
    json& object_;
    const JobField& row_;
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
        if (here()) field.set(builder_, STINT_TRY(networkFrom(value())));
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
        if (here()) field.set(builder_, STINT_TRY(bundleFrom(value())));
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
    JobInfo::Builder builder{wholeNumber<std::int32_t>(job.at("id")),
                             serviceFrom(job.at("service").get<std::string>())};
    // The priority after the flags, which may have raised a default one.
    for (const bool priority : {false, true})
        for (const JobField& row : jobFields)
            if (std::holds_alternative<JobValue<std::int32_t>>(row.value) == priority && !row.key.empty())
                STINT_TRY(std::visit(FieldReader(job, row, builder), row.value));
    return JobInfoAccess::requested(builder);
}

} // namespace

std::string jobInfoText(const JobInfo& info) {
    json job{{"id", info.getId().value}, {"service", serviceText(info.getService())}};
    for (const JobField& row : jobFields)
        if (!row.key.empty()) std::visit(FieldWriter(job, row, info), row.value);
    return textOfJson(job);
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
    // What was accepted stays, also under a policy that would now ask for a wider window.
    Constants constants;
    constants.minTimeWindow = 0ms;
    if (auto broken = brokenRule(info, constants)) return *std::move(broken);
    return info;
}

std::string extrasText(const PersistableBundle& extras) { return textOfJson(bundleJson(extras)); }

Result<PersistableBundle> extrasFrom(std::string_view text) {
    try {
        return bundleFrom(json::parse(text));
    } catch (const json::exception& problem) {
        return fail(Errc::ILLEGAL_ARGUMENT, "no extras: {}", problem.what());
    }
}

} // namespace stint
