#include "link/wire/codec.hpp"

#include <bit>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"
#include "contract/model/bundle_types.hpp"
#include "contract/model/network.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"

namespace stint::wire {

// Extras: a typed map, nested (jobs.md §12.9). A value of any other type is refused by name.

namespace {

// Writing.

void write(Writer& writer, bool value) { writer.boolean(value); }
void write(Writer& writer, std::int32_t value) { writer.int32(value); }
void write(Writer& writer, std::int64_t value) { writer.int64(value); }
void write(Writer& writer, double value) { writer.real(value); }
void write(Writer& writer, const std::string& value) { writer.string(value); }
void write(Writer& writer, const PersistableBundle& value) { writeBundle(writer, value); }
template <class T> void write(Writer& writer, const std::vector<T>& values, const char* contents) {
    writer.openArray(contents);
    for (const T value : values)
        write(writer, value);
    writer.close();
}
void write(Writer& writer, const std::vector<bool>& values) { write(writer, values, "b"); }
void write(Writer& writer, const std::vector<std::int32_t>& values) { write(writer, values, "i"); }
void write(Writer& writer, const std::vector<std::int64_t>& values) { write(writer, values, "x"); }
void write(Writer& writer, const std::vector<double>& values) { write(writer, values, "d"); }
void write(Writer& writer, const std::vector<std::string>& values) { writer.strings(values); }

// Reading.

/// The rest of a job's budget; nested bundles share it.
struct Budget {
    Bytes bytes = PersistableBundle::LARGEST;
    int depth = PersistableBundle::DEEPEST;

    Result<void> spend(Bytes count) {
        if (count > bytes)
            return fail(Errc::ILLEGAL_ARGUMENT, "more than {} bytes in all; put a path or a descriptor there instead",
                        PersistableBundle::LARGEST);
        bytes -= count;
        return {};
    }
};

Result<PersistableBundle> readWithin(Reader& reader, Budget& budget);

Bytes sizeOf(const std::string& value) { return static_cast<Bytes>(value.size()); }
template <class T> Bytes sizeOf(const T&) { return sizeof(T); }

template <class T> Result<T> readOne(Reader& reader, Budget& budget) {
    T value{};
    STINT_TRY(reader.read(value));
    STINT_TRY(budget.spend(sizeOf(value)));
    return value;
}

template <class T> Result<BundleValue> single(Reader& reader, Budget& budget) {
    auto value = STINT_TRY(readOne<T>(reader, budget));
    return BundleValue{std::move(value)};
}

template <class T> Result<BundleValue> several(Reader& reader, Budget& budget, const char* contents) {
    std::vector<T> values;
    STINT_TRY(reader.array(contents, [&](Reader& element) -> Result<void> {
        auto value = STINT_TRY(readOne<T>(element, budget));
        values.push_back(std::move(value));
        return {};
    }));
    return BundleValue{std::move(values)};
}

Result<BundleValue> nested(Reader& reader, Budget& budget) {
    if (budget.depth == 0) return fail(Errc::ILLEGAL_ARGUMENT, "nested more than {} deep", PersistableBundle::DEEPEST);
    --budget.depth;
    PersistableBundle bundle = STINT_TRY(readWithin(reader, budget));
    ++budget.depth;
    return BundleValue{std::move(bundle)};
}

Result<BundleValue> readValue(Reader& reader, std::string_view type, Budget& budget) {
    if (type == "b") return single<bool>(reader, budget);
    if (type == "i") return single<std::int32_t>(reader, budget);
    if (type == "x") return single<std::int64_t>(reader, budget);
    if (type == "d") return single<double>(reader, budget);
    if (type == "s") return single<std::string>(reader, budget);
    if (type == "ab") return several<bool>(reader, budget, "b");
    if (type == "ai") return several<std::int32_t>(reader, budget, "i");
    if (type == "ax") return several<std::int64_t>(reader, budget, "x");
    if (type == "ad") return several<double>(reader, budget, "d");
    if (type == "as") return several<std::string>(reader, budget, "s");
    if (type == "a{sv}") return nested(reader, budget);
    return fail(Errc::ILLEGAL_ARGUMENT, "{} cannot be kept; b, i, x, d, s, arrays of these and a{{sv}} can",
                typeInWords(type));
}

Result<PersistableBundle> readWithin(Reader& reader, Budget& budget) {
    PersistableBundle bundle;
    STINT_TRY(reader.array("{sv}", [&](Reader& entries) {
        return entries.entry("sv", [&](Reader& entry) -> Result<void> {
            std::string key = STINT_TRY(readOne<std::string>(entry, budget));
            return entry.variant([&](Reader& held, std::string_view type) -> Result<void> {
                Result<BundleValue> value = readValue(held, type, budget);
                if (!value) return within(key, std::move(value).error());
                bundle.put(std::move(key), std::move(value).value());
                return {};
            });
        });
    }));
    return bundle;
}

} // namespace

void writeBundle(Writer& writer, const PersistableBundle& bundle) {
    DictionaryWriter dictionary(writer);
    for (const auto& entry : bundle.entries())
        dictionary.put(entry.first.c_str(), typeOf(entry.second), [&entry](Writer& inner) {
            std::visit([&inner](const auto& held) { write(inner, held); }, entry.second.held);
        });
}

Result<PersistableBundle> readBundle(Reader& reader) {
    Budget budget;
    return readWithin(reader, budget);
}

// Clip data: paths, and the open files that a job is granted (jobs.md §12.9).

namespace {

/// The limit for one job.
constexpr std::size_t mostDescriptors = 64;

} // namespace

void writeClip(Writer& writer, const ClipData& clip, ClipFiles files) {
    writer.openArray("(sah)");
    for (const ClipData::Item& item : clip.items) {
        writer.openStruct("sah").string(item.path).openArray("h");
        if (item.file && files == ClipFiles::Included) writer.descriptor(item.file->descriptor());
        writer.close().close();
    }
    writer.close();
}

Result<ClipData> readClip(Reader& reader) {
    ClipData clip;
    std::size_t descriptors = 0;
    STINT_TRY(reader.array("(sah)", [&](Reader& items) {
        return items.structure("sah", [&](Reader& fields) -> Result<void> {
            ClipData::Item& item = clip.items.emplace_back();
            item.path = STINT_TRY(fields.string());
            return fields.array("h", [&](Reader& files) -> Result<void> {
                if (++descriptors > mostDescriptors)
                    return fail(Errc::LIMIT_EXCEEDED,
                                "clip data with more than {} descriptors; make several jobs of it, or pass paths alone",
                                mostDescriptors);
                if (item.file)
                    return fail(Errc::ILLEGAL_ARGUMENT, "{} has two descriptors; it may have one", item.path);
                Fd file = STINT_TRY(files.descriptor());
                item.file = std::make_shared<ClipFile>(file.release());
                return {};
            });
        });
    }));
    return clip;
}

// Networks, requested and found, by the documentation's names of capabilities and transports.

void writeNetworkRequest(Writer& writer, const NetworkRequest& request) {
    writeRow(writer, RequestedNetwork::of(request));
}

Result<NetworkRequest> readNetworkRequest(Reader& reader) {
    const auto request =
        STINT_TRY(readFields<RequestedNetwork>(reader, "", RequestedNetwork::fields, UnknownKeys::Refuse));
    return request.made();
}

void writeNetwork(Writer& writer, const Network& network) { writeFields(writer, network, fieldsOfNetwork); }
Result<Network> readNetwork(Reader& reader) { return readFields<Network>(reader, "network", fieldsOfNetwork); }

constexpr auto fieldsOfChange = [](auto& field, auto& change) {
    fieldsOfNetwork(field, change.network);
    field.some("rateLimit", change.rateLimit);
};
void writeNetworkChange(Writer& writer, const NetworkChange& change) { writeFields(writer, change, fieldsOfChange); }
Result<NetworkChange> readNetworkChange(Reader& reader) {
    return readFields<NetworkChange>(reader, "network", fieldsOfChange);
}

// The messages of a running job: its parameters, its notification, its outcome.

void writeRunParameters(Writer& writer, const RunParameters& parameters) { writeRow(writer, parameters); }
Result<RunParameters> readRunParameters(Reader& reader) { return readRow<RunParameters>(reader); }

void writeWork(Writer& writer, const WorkItem& item) { writeRow(writer, item); }
Result<WorkItem> readWork(Reader& reader) {
    return readFields<WorkItem>(reader, WorkItem::noun, WorkItem::fields, UnknownKeys::Refuse);
}

void writeNotification(Writer& writer, const Notification& notification) {
    writeRow(writer, NotificationParts::of(notification));
}

Result<Notification> readNotification(Reader& reader) {
    const auto parts = STINT_TRY(readRow<NotificationParts>(reader));
    return parts.made();
}

void writeOutcome(Writer& writer, const Outcome& outcome) { writeFields(writer, outcome, fieldsOfOutcome); }

Result<Outcome> readOutcome(Reader& reader) {
    Outcome outcome = STINT_TRY(readFields<Outcome>(reader, "outcome", fieldsOfOutcome));
    cut(outcome.text, longestOutcome);
    return outcome;
}

} // namespace stint::wire
