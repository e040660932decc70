// JobInfo, each row of model/job_fields.hpp; what is unset is an absent key.
#include "base/fail.hpp"
#include "base/overloaded.hpp"
#include "base/try.hpp"
#include "model/job_fields.hpp"
#include "wire/codec.hpp"

namespace stint::wire {
namespace {

/// -1 is "unset" on the wire, where a setter would take it for a negative time.
constexpr std::int64_t unset = -1;

std::string textOf(const ComponentName& service) {
    return service.package.empty() ? service.name : fmt::format("{}/{}", service.package, service.name);
}

/// "Name", or "package/Name".
ComponentName componentOf(const std::string& text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) return ComponentName(text);
    return ComponentName(text.substr(0, slash), text.substr(slash + 1));
}

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

/// A job's dictionary, as it comes: each value is set where it is read, but for those that need another one first.
class JobReader {
public:
    JobReader();
    Result<JobInfo> read(Reader& reader);

private:
    template <class T> struct Pair {
        const JobField* row = nullptr;
        const JobValue<T>* field = nullptr;
        std::optional<std::int64_t> first;
        std::optional<std::int64_t> second;
    };

    /// `set` is called with what `get` reads.
    template <class Get, class Set> void take(std::string_view key, const char* type, Get get, Set set) {
        dictionary_.take(key, type, [get, set](Reader& value) -> Result<void> {
            set(STINT_TRY(get(value)));
            return {};
        });
    }
    template <class T> void takePair(const JobField& row, const JobValue<T>& field, Pair<T>& pair, const char* second);
    /// Both halves or none: a half has no meaning that could be guessed.
    template <class T> Result<bool> isWhole(const Pair<T>& pair) const;

    void takeRow(const JobField&, const NoValue&) {}
    void takeRow(const JobField& row, const JobValue<bool>& field) {
        if (!row.key.empty()) takePlain(row, field, "b", [](Reader& value) { return value.boolean(); });
    }
    void takeRow(const JobField& row, const JobValue<std::int32_t>& field) {
        take(
            row.key, "i", [](Reader& value) { return value.int32(); },
            [this, &field](std::int32_t value) {
                last_ = {&field, value};
            });
    }
    void takeRow(const JobField& row, const JobValue<Bytes>& field) {
        takePlain(row, field, "x", [](Reader& value) { return value.int64(); });
    }
    void takeRow(const JobField& row, const JobValue<NetworkBytes>& field) { takePair(row, field, bytes_, "x"); }
    void takeRow(const JobField& row, const JobValue<std::optional<NetworkRequest>>& field) {
        takePlain(row, field, "a{sv}", readNetworkRequest);
    }
    void takeRow(const JobField& row, const JobValue<std::optional<Backoff>>& field) {
        takePair(row, field, backoff_, "i");
    }
    void takeRow(const JobField& row, const ClipValue&) {
        take(row.key, "a(sah)", readClip, [this](ClipData clip) { clip_ = std::move(clip); });
        dictionary_.take(row.second, clipGrantFlags_);
    }
    void takeRow(const JobField& row, const JobValue<std::optional<Duration>>& field) {
        take(
            row.key, "x", [](Reader& value) { return value.int64(); },
            [this, &field](std::int64_t time) {
                if (time != unset) field.set(builder_, Duration{time});
            });
    }
    void takeRow(const JobField& row, const JobValue<std::optional<JobInfo::Period>>& field) {
        takePair(row, field, period_, "x");
    }
    void takeRow(const JobField& row, const JobValue<std::vector<JobInfo::TriggerContentUri>>& field) {
        takePlain(row, field, "a(si)", readTriggers);
    }
    void takeRow(const JobField& row, const JobValue<PersistableBundle>& field) {
        takePlain(row, field, "a{sv}", readBundle);
    }
    void takeRow(const JobField& row, const JobValue<std::set<std::string>>& field) {
        take(
            row.key, "as", [](Reader& value) { return value.strings(); },
            [this, &field](const std::vector<std::string>& all) {
                field.set(builder_, {all.begin(), all.end()});
            });
    }
    void takeRow(const JobField& row, const JobValue<std::optional<std::string>>& field) {
        takePlain(row, field, "s", [](Reader& value) { return value.string(); });
    }
    template <class T, class Get>
    void takePlain(const JobField& row, const JobValue<T>& field, const char* type, Get get) {
        take(row.key, type, get, [this, &field](auto value) { field.set(builder_, std::move(value)); });
    }

    DictionaryReader dictionary_{"job", UnknownKeys::Refuse};
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

template <class T>
void JobReader::takePair(const JobField& row, const JobValue<T>& field, Pair<T>& pair, const char* second) {
    pair.row = &row;
    pair.field = &field;
    dictionary_.take(row.key, pair.first);
    if (*second == 'x') return static_cast<void>(dictionary_.take(row.second, pair.second));
    take(
        row.second, second, [](Reader& value) { return value.int32(); },
        [&pair](std::int32_t value) { pair.second = value; });
}

template <class T> Result<bool> JobReader::isWhole(const Pair<T>& pair) const {
    if (pair.first.has_value() != pair.second.has_value())
        return fail(Errc::ILLEGAL_ARGUMENT, "job: {} and {} must be given together", pair.row->key, pair.row->second);
    return pair.first.has_value();
}

JobReader::JobReader() {
    dictionary_.take("id", id_).take("service", service_);
    for (const JobField& row : jobFields)
        std::visit([&](const auto& field) { takeRow(row, field); }, row.value);
}

Result<JobInfo> JobReader::read(Reader& reader) {
    STINT_TRY(dictionary_.read(reader));
    if (!id_) return fail(Errc::ILLEGAL_ARGUMENT, "job: id, an int32 (i), is missing");
    if (!service_) return fail(Errc::ILLEGAL_ARGUMENT, "job: service, a string (s), is missing");
    JobInfoAccess::name(builder_, JobId{*id_}, componentOf(*service_));
    // After the flags, which may have raised a default one; that is not what was said.
    if (last_.first) last_.first->set(builder_, last_.second);
    bytes_.field->set(builder_,
                      {bytes_.first.value_or(NETWORK_BYTES_UNKNOWN), bytes_.second.value_or(NETWORK_BYTES_UNKNOWN)});
    if (STINT_TRY(isWhole(backoff_)))
        backoff_.field->set(builder_, Backoff{Duration{*backoff_.first}, static_cast<std::int32_t>(*backoff_.second)});
    if (period_.first == unset) period_.first.reset();
    if (period_.second == unset) period_.second.reset();
    if (STINT_TRY(isWhole(period_)))
        period_.field->set(builder_, JobInfo::Period{Duration{*period_.first}, Duration{*period_.second}});
    builder_.setClipData(std::move(clip_), clipGrantFlags_);
    return JobInfoAccess::requested(builder_);
}

} // namespace

void writeJob(Writer& writer, const JobInfo& job, ClipFiles files) {
    DictionaryWriter dictionary(writer);
    dictionary.put("id", job.getId().value);
    dictionary.put("service", textOf(job.getService()));
    for (const JobField& row : jobFields)
        if (!row.key.empty()) std::visit(JobFieldWriter(dictionary, row, job, files), row.value);
}

Result<JobInfo> readJob(Reader& reader) { return JobReader().read(reader); }

} // namespace stint::wire
