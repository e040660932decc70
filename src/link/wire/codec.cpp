#include "link/wire/codec.hpp"

#include <bit>

#include "base/result/errors.hpp"
#include "contract/model/bundle_types.hpp"
#include "link/wire/names.hpp"

namespace stint::wire {

void writeReasons(DictionaryWriter& dictionary, const std::vector<PendingReason>& reasons) {
    dictionary.put("reasons", "ai", [&reasons](Writer& value) {
        value.openArray("i");
        for (const PendingReason reason : reasons)
            value.int32(static_cast<std::int32_t>(reason));
        value.close();
    });
    std::vector<std::string> names;
    for (const PendingReason reason : reasons)
        names.emplace_back(stint::nameOf(reason));
    dictionary.put("reasonNames", names);
}

void takeReasons(DictionaryReader& dictionary, std::vector<PendingReason>& reasons) {
    dictionary.take("reasons", "ai", [&reasons](Reader& value) -> Result<void> {
        return value.array("i", [&reasons](Reader& element) -> Result<void> {
            const std::int32_t reason = STINT_TRY(element.int32());
            reasons.push_back(static_cast<PendingReason>(reason));
            return {};
        });
    });
}

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

namespace {

template <class Set> std::vector<std::string> namesOf(const Set& set) {
    std::vector<std::string> names;
    for (const auto which : set)
        names.emplace_back(nameOf(which));
    return names;
}

/// Calls `known` with each name that `named` knows; ignores the others.
template <class Named, class Known> void eachKnown(const std::vector<std::string>& names, Named named, Known known) {
    for (const std::string& name : names)
        if (const auto found = named(name)) known(*found);
}

template <class Named>
Result<void> checkNames(std::string_view key, const std::vector<std::string>& names, Named named) {
    for (const std::string& name : names)
        if (!named(name)) return fail(Errc::ILLEGAL_ARGUMENT, "{}: unknown name \"{}\"", key, name);
    return {};
}

} // namespace

void writeNetworkRequest(Writer& writer, const NetworkRequest& request) {
    DictionaryWriter dictionary(writer);
    dictionary.put("capabilities", namesOf(request.getCapabilities()));
    dictionary.put("transports", namesOf(request.getTransportTypes()));
    if (request.getNetworkSpecifier()) dictionary.put("specifier", *request.getNetworkSpecifier());
}

Result<NetworkRequest> readNetworkRequest(Reader& reader) {
    std::vector<std::string> capabilities;
    std::vector<std::string> transports;
    std::optional<std::string> specifier;
    DictionaryReader dictionary("", UnknownKeys::Refuse);
    dictionary.take("capabilities", capabilities).take("transports", transports).take("specifier", specifier);
    STINT_TRY(dictionary.read(reader));
    // A demand that is not understood must not be dropped: the job would run on the wrong network.
    STINT_TRY(checkNames("capabilities", capabilities, capabilityNamed));
    STINT_TRY(checkNames("transports", transports, transportNamed));

    NetworkRequest::Builder builder;
    builder.clearCapabilities();
    eachKnown(capabilities, capabilityNamed, [&](NetworkCapability which) { builder.addCapability(which); });
    eachKnown(transports, transportNamed, [&](NetworkTransport which) { builder.addTransportType(which); });
    if (specifier) builder.setNetworkSpecifier(std::move(*specifier));
    return builder.build();
}

void writeNetwork(Writer& writer, const Network& network) {
    DictionaryWriter dictionary(writer);
    dictionary.put("capabilities", namesOf(network.capabilities));
    dictionary.put("transports", namesOf(network.transports));
    dictionary.put("downstream", network.downstream);
    dictionary.put("upstream", network.upstream);
    dictionary.put("interface", network.interface);
}

Result<Network> readNetwork(Reader& reader) {
    Network network;
    std::vector<std::string> capabilities;
    std::vector<std::string> transports;
    DictionaryReader dictionary("network", UnknownKeys::Ignore);
    dictionary.take("capabilities", capabilities)
        .take("transports", transports)
        .take("downstream", network.downstream)
        .take("upstream", network.upstream)
        .take("interface", network.interface);
    STINT_TRY(dictionary.read(reader));
    eachKnown(capabilities, capabilityNamed, [&](NetworkCapability which) { network.capabilities.insert(which); });
    eachKnown(transports, transportNamed, [&](NetworkTransport which) { network.transports.insert(which); });
    return network;
}

} // namespace stint::wire
