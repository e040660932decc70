// JobInfo, each row of contract/model/job_fields.hpp; an unset value is an absent key.
#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "contract/model/event.hpp"
#include "contract/model/job_fields.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"

namespace stint::wire {
namespace {

/// -1 is "unset" on the wire, where a setter would take it for a negative time.
constexpr std::int64_t unset = -1;

/// Writes one row.
class JobFieldWriter {
public:
    JobFieldWriter(DictionaryWriter& dictionary, const JobField& row, const JobInfo& job, ClipFiles files)
        : dictionary_(dictionary), row_(row), job_(job), files_(files) {}

    void operator()(const NoValue&) const {}
    void operator()(const JobValue<bool>& field) const {
        const bool flag = field.get(job_);
        if (flag || row_.always) dictionary_.put(key(), flag);
    }
    void operator()(const JobValue<std::int32_t>& field) const { dictionary_.put(key(), field.get(job_)); }
    void operator()(const JobValue<Bytes>& field) const { dictionary_.put(key(), field.get(job_)); }
    void operator()(const JobValue<NetworkBytes>& field) const {
        const NetworkBytes bytes = field.get(job_);
        dictionary_.put(key(), bytes.down);
        dictionary_.put(second(), bytes.up);
    }
    void operator()(const JobValue<std::optional<NetworkRequest>>& field) const {
        if (const auto& request = field.get(job_))
            dictionary_.put(key(), "a{sv}", [&](Writer& value) { writeNetworkRequest(value, *request); });
    }
    void operator()(const JobValue<std::optional<Backoff>>& field) const {
        const auto backoff = field.get(job_);
        if (!backoff) return;
        dictionary_.put(key(), std::int64_t{backoff->initial.count()});
        dictionary_.put(second(), backoff->policy);
    }
    void operator()(const ClipValue&) const {
        if (!job_.getClipData()) return;
        dictionary_.put(key(), "a(sah)", [&](Writer& value) { writeClip(value, *job_.getClipData(), files_); });
        dictionary_.put(second(), job_.getClipGrantFlags());
    }
    void operator()(const JobValue<std::optional<Duration>>& field) const {
        if (const auto time = field.get(job_)) dictionary_.put(key(), std::int64_t{time->count()});
    }
    void operator()(const JobValue<std::optional<JobInfo::Period>>& field) const {
        const auto period = field.get(job_);
        if (!period) return;
        dictionary_.put(key(), std::int64_t{period->interval.count()});
        dictionary_.put(second(), std::int64_t{period->flex.count()});
    }
    void operator()(const JobValue<std::vector<JobInfo::TriggerContentUri>>& field) const {
        const auto& triggers = field.get(job_);
        if (triggers.empty()) return;
        dictionary_.put(key(), "a(si)", [&](Writer& value) {
            value.openArray("(si)");
            for (const JobInfo::TriggerContentUri& watched : triggers)
                value.openStruct("si").string(watched.uri).int32(watched.flags).close();
            value.close();
        });
    }
    void operator()(const JobValue<PersistableBundle>& field) const {
        const PersistableBundle& bundle = field.get(job_);
        if (!bundle.isEmpty()) dictionary_.put(key(), "a{sv}", [&](Writer& value) { writeBundle(value, bundle); });
    }
    void operator()(const JobValue<std::set<std::string>>& field) const {
        const auto& set = field.get(job_);
        if (!set.empty()) dictionary_.put(key(), std::vector<std::string>(set.begin(), set.end()));
    }
    void operator()(const JobValue<std::optional<std::string>>& field) const {
        if (const auto& text = field.get(job_)) dictionary_.put(key(), *text);
    }

private:
    const char* key() const { return row_.key.data(); } // literals all
    const char* second() const { return row_.second.data(); }

    DictionaryWriter& dictionary_;
    const JobField& row_;
    const JobInfo& job_;
    ClipFiles files_;
};

Result<std::vector<JobInfo::TriggerContentUri>> readTriggers(Reader& reader) {
    std::vector<JobInfo::TriggerContentUri> triggers;
    STINT_TRY(reader.array("(si)", [&triggers](Reader& items) {
        return items.structure("si", [&triggers](Reader& fields) -> Result<void> {
            JobInfo::TriggerContentUri& watched = triggers.emplace_back();
            watched.uri = STINT_TRY(fields.string());
            watched.flags = STINT_TRY(fields.int32());
            return {};
        });
    }));
    return triggers;
}

/// The keys of a job's dictionary, in one order for all jobs: the id and the service before the rows.
class JobKeys {
public:
    struct Place {
        const JobField* row = nullptr;
        bool second = false; ///< the second half of a pair
    };

    JobKeys() {
        add({idKey, "i"}, {});
        add({serviceKey, "s"}, {});
        for (const JobField& row : jobFields) {
            if (row.key.empty()) continue;
            const auto [first, second] = std::visit([](const auto& field) { return types(field); }, row.value);
            add({row.key, first}, {&row, false});
            if (second) add({row.second, second}, {&row, true});
        }
    }
    static constexpr std::size_t id = 0, service = 1;

    std::span<const KnownKey> known() const { return known_; }
    const Place& operator[](std::size_t which) const { return places_[which]; }

private:
    struct Types {
        const char* first;
        const char* second = nullptr; ///< the second half of a pair
    };
    static Types types(const NoValue&) { return {""}; } // it has no key
    static Types types(const JobValue<bool>&) { return {"b"}; }
    static Types types(const JobValue<std::int32_t>&) { return {"i"}; }
    static Types types(const JobValue<Bytes>&) { return {"x"}; }
    static Types types(const JobValue<NetworkBytes>&) { return {"x", "x"}; }
    static Types types(const JobValue<std::optional<NetworkRequest>>&) { return {"a{sv}"}; }
    static Types types(const JobValue<std::optional<Backoff>>&) { return {"x", "i"}; }
    static Types types(const ClipValue&) { return {"a(sah)", "i"}; }
    static Types types(const JobValue<std::optional<Duration>>&) { return {"x"}; }
    static Types types(const JobValue<std::optional<JobInfo::Period>>&) { return {"x", "x"}; }
    static Types types(const JobValue<std::vector<JobInfo::TriggerContentUri>>&) { return {"a(si)"}; }
    static Types types(const JobValue<PersistableBundle>&) { return {"a{sv}"}; }
    static Types types(const JobValue<std::set<std::string>>&) { return {"as"}; }
    static Types types(const JobValue<std::optional<std::string>>&) { return {"s"}; }

    void add(KnownKey key, Place place) {
        known_.push_back(key);
        places_.push_back(place);
    }

    std::vector<KnownKey> known_;
    std::vector<Place> places_;
};

/// Reads a job's dictionary: each value is set when it is read, except those that need another one first.
class JobReader {
public:
    Result<JobInfo> read(Reader& reader);

private:
    using Place = JobKeys::Place;
    template <class T> struct Pair {
        const JobField* row = nullptr;
        const JobValue<T>* field = nullptr; ///< nullptr: neither half has come
        std::optional<std::int64_t> first;
        std::optional<std::int64_t> second;
    };

    // Each of these reads a value of its row.
    Result<void> take(Reader&, const Place&, const NoValue&) { return {}; }
    Result<void> take(Reader& value, const Place&, const JobValue<bool>& field) { return set(field, value.boolean()); }
    Result<void> take(Reader& value, const Place&, const JobValue<std::int32_t>& field) {
        const std::int32_t number = STINT_TRY(value.int32());
        last_ = {&field, number};
        return {};
    }
    Result<void> take(Reader& value, const Place&, const JobValue<Bytes>& field) { return set(field, value.int64()); }
    Result<void> take(Reader& value, const Place& place, const JobValue<NetworkBytes>& field) {
        halfOf(bytes_, place, field) = STINT_TRY(value.int64());
        return {};
    }
    Result<void> take(Reader& value, const Place&, const JobValue<std::optional<NetworkRequest>>& field) {
        return set(field, readNetworkRequest(value));
    }
    Result<void> take(Reader& value, const Place& place, const JobValue<std::optional<Backoff>>& field) {
        auto& half = halfOf(backoff_, place, field);
        if (place.second)
            half = STINT_TRY(value.int32());
        else
            half = STINT_TRY(value.int64());
        return {};
    }
    Result<void> take(Reader& value, const Place& place, const ClipValue&) {
        if (place.second) return value.read(clipGrantFlags_);
        clip_ = STINT_TRY(readClip(value));
        return {};
    }
    Result<void> take(Reader& value, const Place&, const JobValue<std::optional<Duration>>& field) {
        if (const std::int64_t time = STINT_TRY(value.int64()); time != unset) field.set(builder_, Duration{time});
        return {};
    }
    Result<void> take(Reader& value, const Place& place, const JobValue<std::optional<JobInfo::Period>>& field) {
        if (const std::int64_t time = STINT_TRY(value.int64()); time != unset) halfOf(period_, place, field) = time;
        return {};
    }
    Result<void> take(Reader& value, const Place&, const JobValue<std::vector<JobInfo::TriggerContentUri>>& field) {
        return set(field, readTriggers(value));
    }
    Result<void> take(Reader& value, const Place&, const JobValue<PersistableBundle>& field) {
        return set(field, readBundle(value));
    }
    Result<void> take(Reader& value, const Place&, const JobValue<std::set<std::string>>& field) {
        const std::vector<std::string> all = STINT_TRY(value.strings());
        field.set(builder_, {all.begin(), all.end()});
        return {};
    }
    Result<void> take(Reader& value, const Place&, const JobValue<std::optional<std::string>>& field) {
        return set(field, value.string());
    }

    template <class T, class Read> Result<void> set(const JobValue<T>& field, Result<Read> value) {
        auto read = STINT_TRY(std::move(value));
        field.set(builder_, std::move(read));
        return {};
    }
    template <class T>
    static std::optional<std::int64_t>& halfOf(Pair<T>& pair, const Place& place, const JobValue<T>& field) {
        pair.row = place.row;
        pair.field = &field;
        return place.second ? pair.second : pair.first;
    }
    /// Both halves or none: a half has no meaning that could be guessed.
    template <class T> static Result<bool> isWhole(const Pair<T>& pair) {
        if (pair.first.has_value() != pair.second.has_value())
            return fail(Errc::ILLEGAL_ARGUMENT, "job: {} and {} must be given together", pair.row->key,
                        pair.row->second);
        return pair.first.has_value();
    }

    JobInfo::Builder builder_{JobId{}, ComponentName{}};
    std::optional<std::int32_t> id_;
    std::optional<std::string> service_;
    std::pair<const JobValue<std::int32_t>*, std::int32_t> last_{}; ///< the priority
    Pair<NetworkBytes> bytes_;
    Pair<std::optional<Backoff>> backoff_;
    Pair<std::optional<JobInfo::Period>> period_;
    std::optional<ClipData> clip_;
    std::int32_t clipGrantFlags_ = 0;
};

Result<JobInfo> JobReader::read(Reader& reader) {
    static const JobKeys keys;
    STINT_TRY(readDictionary(
        reader, "job", UnknownKeys::Refuse, keys.known(), [this](Reader& value, std::size_t which) -> Result<void> {
            if (which == JobKeys::id) return value.read(id_.emplace());
            if (which == JobKeys::service) return value.read(service_.emplace());
            const Place& place = keys[which];
            return std::visit([&](const auto& field) { return take(value, place, field); }, place.row->value);
        }));
    if (!id_) return fail(Errc::ILLEGAL_ARGUMENT, "job: id, an int32 (i), is missing");
    if (!service_) return fail(Errc::ILLEGAL_ARGUMENT, "job: service, a string (s), is missing");
    JobInfoAccess::name(builder_, JobId{*id_}, componentFrom(*service_));
    // The priority comes after the flags, which may have raised the default, but not one that was given.
    if (last_.first) last_.first->set(builder_, last_.second);
    if (bytes_.field)
        bytes_.field->set(
            builder_, {bytes_.first.value_or(NETWORK_BYTES_UNKNOWN), bytes_.second.value_or(NETWORK_BYTES_UNKNOWN)});
    if (STINT_TRY(isWhole(backoff_)))
        backoff_.field->set(builder_, Backoff{Duration{*backoff_.first}, static_cast<std::int32_t>(*backoff_.second)});
    if (STINT_TRY(isWhole(period_)))
        period_.field->set(builder_, JobInfo::Period{Duration{*period_.first}, Duration{*period_.second}});
    builder_.setClipData(std::move(clip_), clipGrantFlags_);
    return JobInfoAccess::requested(builder_);
}

Result<JobOfList> readJobOfList(Reader& reader) {
    JobOfList job;
    job.info = STINT_TRY(readJob(reader));
    STINT_TRY(readInto(reader, job, JobOfList::noun, JobOfList::fields, UnknownKeys::Refuse));
    return job;
}

} // namespace

void writeJobs(Writer& writer, std::span<const JobOfList> jobs, ClipFiles files) {
    writer.openArray("(a{sv}a{sv})");
    for (const JobOfList& job : jobs) {
        writer.openStruct("a{sv}a{sv}");
        writeJob(writer, job.info, files, Absent::LeftOut);
        writeRow(writer, job);
        writer.close();
    }
    writer.close();
}

Result<std::vector<JobOfList>> readJobs(Reader& reader) {
    std::vector<JobOfList> jobs;
    STINT_TRY(reader.array("(a{sv}a{sv})", [&jobs](Reader& items) {
        return items.structure("a{sv}a{sv}", [&jobs](Reader& fields) -> Result<void> {
            if (jobs.size() == mostScheduledTogether)
                return fail(Errc::LIMIT_EXCEEDED, "a list has {} jobs at most", mostScheduledTogether);
            auto job = readJobOfList(fields);
            if (!job) return within(fmt::format("job {} of the list", jobs.size()), std::move(job).error());
            jobs.push_back(*std::move(job));
            return {};
        });
    }));
    return jobs;
}

void writeJob(Writer& writer, const JobInfo& job, ClipFiles files, Absent absent) {
    DictionaryWriter dictionary(writer);
    dictionary.put(idKey, job.getId().value);
    dictionary.put(serviceKey, textOf(job.getService()));
    for (const JobField& row : jobFields)
        if (!row.key.empty() && (absent == Absent::Written || isSet(row, job)))
            std::visit(JobFieldWriter(dictionary, row, job, files), row.value);
}

Result<JobInfo> readJob(Reader& reader) { return JobReader().read(reader); }

} // namespace stint::wire
