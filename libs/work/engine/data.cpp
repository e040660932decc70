#include "work/engine/data.hpp"

#include <cstring>
#include <type_traits>

#include "base/result/errors.hpp"
#include "stint/work/data.hpp"

namespace stint::work {

namespace {

constexpr char dataVersion = 1;

template <class Type> struct IsVector : std::false_type {};
template <class Type> struct IsVector<std::vector<Type>> : std::true_type {};

// Numbers lie in this machine's byte order: an app's file does not move to a machine with another.
template <class Number> void appendNumber(std::string& bytes, Number number) {
    char raw[sizeof number];
    std::memcpy(raw, &number, sizeof number);
    bytes.append(raw, sizeof number);
}

template <class Type> void appendValue(std::string& bytes, const Type& value) {
    if constexpr (IsVector<Type>::value) {
        appendNumber(bytes, static_cast<std::uint32_t>(value.size()));
        for (const auto& one : value)
            appendValue<typename Type::value_type>(bytes, one);
    } else if constexpr (std::is_same_v<Type, std::string>) {
        appendNumber(bytes, static_cast<std::uint32_t>(value.size()));
        bytes += value;
    } else {
        appendNumber(bytes, value);
    }
}

class DataReader {
public:
    explicit DataReader(std::string_view bytes) : rest_(bytes) {}
    bool whole() const { return rest_.empty() && !short_; }
    bool broken() const { return short_; }

    template <class Type> Type take() {
        if constexpr (IsVector<Type>::value) {
            Type read;
            const auto count = take<std::uint32_t>();
            for (std::uint32_t i = 0; i < count && !short_; ++i)
                read.push_back(take<typename Type::value_type>());
            return read;
        } else if constexpr (std::is_same_v<Type, std::string>) {
            return std::string(takeBytes(take<std::uint32_t>()));
        } else if constexpr (std::is_same_v<Type, bool>) {
            return take<std::uint8_t>() != 0;
        } else {
            Type number{};
            const std::string_view raw = takeBytes(sizeof number);
            if (!short_) std::memcpy(&number, raw.data(), raw.size());
            return number;
        }
    }

private:
    std::string_view takeBytes(std::size_t count) {
        short_ = short_ || count > rest_.size();
        if (short_) return {};
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    std::string_view rest_;
    bool short_ = false;
};

/// The value of the variant's type `index`; nullopt where there is no such type.
template <std::size_t candidate = 0> std::optional<Value> takeValue(DataReader& reader, std::size_t index) {
    if constexpr (candidate < std::variant_size_v<Value>) {
        if (index != candidate) return takeValue<candidate + 1>(reader, index);
        return Value(std::in_place_index<candidate>, reader.take<std::variant_alternative_t<candidate, Value>>());
    } else {
        return std::nullopt;
    }
}

} // namespace

std::string bytesOf(const Data::Map& map) {
    if (map.empty()) return {};
    std::string bytes(1, dataVersion);
    appendNumber(bytes, static_cast<std::uint32_t>(map.size()));
    for (const auto& [key, value] : map) {
        appendValue(bytes, key);
        bytes += static_cast<char>(value.index());
        std::visit([&](const auto& held) { appendValue(bytes, held); }, value);
    }
    return bytes;
}

Result<Data> dataOf(std::string_view bytes) {
    if (bytes.empty()) return Data();
    DataReader reader(bytes);
    const auto broken = [] { return fail(Errc::STORAGE, "data that is not whole"); };
    if (const char version = reader.take<char>(); version != dataVersion)
        return fail(Errc::STORAGE, "data of version {}, this libstint-work knows {}", static_cast<int>(version),
                    static_cast<int>(dataVersion));
    Data::Builder read;
    const auto count = reader.take<std::uint32_t>();
    for (std::uint32_t i = 0; i < count; ++i) {
        auto key = reader.take<std::string>();
        auto value = takeValue(reader, static_cast<std::size_t>(reader.take<std::uint8_t>()));
        if (!value || reader.broken()) return broken();
        read.put(std::move(key), std::move(*value));
    }
    if (!reader.whole()) return broken();
    return read.build();
}

namespace {

template <class Type> Type valueOr(const Data::Map& map, std::string_view key, Type otherwise) {
    const auto found = map.find(key);
    const auto* held = found == map.end() ? nullptr : std::get_if<Type>(&found->second);
    return held ? *held : std::move(otherwise);
}

} // namespace

const Data::Map& Data::getKeyValueMap() const {
    static const Map nothing;
    return held_ ? *held_ : nothing;
}

std::size_t Data::getSerializedSize() const { return bytesOf(getKeyValueMap()).size(); }

bool Data::getBoolean(std::string_view key, bool otherwise) const { return valueOr(getKeyValueMap(), key, otherwise); }
std::int8_t Data::getByte(std::string_view key, std::int8_t otherwise) const {
    return valueOr(getKeyValueMap(), key, otherwise);
}
std::int32_t Data::getInt(std::string_view key, std::int32_t otherwise) const {
    return valueOr(getKeyValueMap(), key, otherwise);
}
std::int64_t Data::getLong(std::string_view key, std::int64_t otherwise) const {
    return valueOr(getKeyValueMap(), key, otherwise);
}
float Data::getFloat(std::string_view key, float otherwise) const { return valueOr(getKeyValueMap(), key, otherwise); }
double Data::getDouble(std::string_view key, double otherwise) const {
    return valueOr(getKeyValueMap(), key, otherwise);
}
std::string Data::getString(std::string_view key, std::string otherwise) const {
    return valueOr(getKeyValueMap(), key, std::move(otherwise));
}
std::vector<std::string> Data::getStringArray(std::string_view key) const {
    return valueOr<std::vector<std::string>>(getKeyValueMap(), key, {});
}
std::vector<std::int32_t> Data::getIntArray(std::string_view key) const {
    return valueOr<std::vector<std::int32_t>>(getKeyValueMap(), key, {});
}
std::vector<std::int64_t> Data::getLongArray(std::string_view key) const {
    return valueOr<std::vector<std::int64_t>>(getKeyValueMap(), key, {});
}
std::vector<double> Data::getDoubleArray(std::string_view key) const {
    return valueOr<std::vector<double>>(getKeyValueMap(), key, {});
}

using DataBuilder = Data::Builder;

DataBuilder& DataBuilder::putBoolean(std::string key, bool value) { return put(std::move(key), value); }
DataBuilder& DataBuilder::putByte(std::string key, std::int8_t value) { return put(std::move(key), value); }
DataBuilder& DataBuilder::putInt(std::string key, std::int32_t value) { return put(std::move(key), value); }
DataBuilder& DataBuilder::putLong(std::string key, std::int64_t value) { return put(std::move(key), value); }
DataBuilder& DataBuilder::putFloat(std::string key, float value) { return put(std::move(key), value); }
DataBuilder& DataBuilder::putDouble(std::string key, double value) { return put(std::move(key), value); }
DataBuilder& DataBuilder::putString(std::string key, std::string value) {
    return put(std::move(key), std::move(value));
}
DataBuilder& DataBuilder::putStringArray(std::string key, std::vector<std::string> value) {
    return put(std::move(key), std::move(value));
}
DataBuilder& DataBuilder::putIntArray(std::string key, std::vector<std::int32_t> value) {
    return put(std::move(key), std::move(value));
}
DataBuilder& DataBuilder::putLongArray(std::string key, std::vector<std::int64_t> value) {
    return put(std::move(key), std::move(value));
}
DataBuilder& DataBuilder::putDoubleArray(std::string key, std::vector<double> value) {
    return put(std::move(key), std::move(value));
}

DataBuilder& DataBuilder::put(std::string key, Value value) {
    held_.insert_or_assign(std::move(key), std::move(value));
    return *this;
}

DataBuilder& DataBuilder::putAll(const Data& other) {
    for (const auto& [key, value] : other.getKeyValueMap())
        put(key, value);
    return *this;
}

// jobs.md §10: the serialized size.
Result<Data> DataBuilder::build() const {
    Data made;
    if (held_.empty()) return made;
    const std::size_t size = bytesOf(held_).size();
    if (size > MAX_DATA_BYTES)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "data has {} bytes, at most {} may be stored: put large things into a file, and its path here",
                    size, MAX_DATA_BYTES);
    made.held_ = std::make_shared<const Map>(held_);
    return made;
}

namespace {

// A scalar at `index` of Value has its array at `index + scalars`.
constexpr std::size_t scalars = std::variant_size_v<Value> / 2;

template <std::size_t candidate = 0> Value arrayOf(const Value& value) {
    if constexpr (candidate < scalars) {
        if (value.index() != candidate) return arrayOf<candidate + 1>(value);
        std::variant_alternative_t<candidate + scalars, Value> array;
        array.push_back(std::get<candidate>(value));
        return array;
    } else {
        return value; // an array already
    }
}

/// Appends a value of the same type; of another it does nothing, and returns false.
bool append(Value& to, const Value& from) {
    return to.index() == from.index() && std::visit(
                                             [&from]<class Held>(Held& held) {
                                                 if constexpr (requires {
                                                                   held.reserve(0);
                                                                   held.push_back(held[0]);
                                                               }) {
                                                     const Held& more = std::get<Held>(from);
                                                     held.insert(held.end(), more.begin(), more.end());
                                                 }
                                                 return true;
                                             },
                                             to);
}

} // namespace

Result<Data> merge(InputMerger merger, const std::vector<Data>& inputs) {
    Data::Map merged;
    for (const Data& input : inputs) {
        for (const auto& [key, value] : input.getKeyValueMap()) {
            if (merger == InputMerger::OVERWRITING) {
                merged.insert_or_assign(key, value);
                continue;
            }
            Value array = arrayOf(value);
            const auto [found, fresh] = merged.try_emplace(key, array);
            if (!fresh && !append(found->second, array))
                return fail(Errc::ILLEGAL_ARGUMENT,
                            "the values of \"{}\" are of two types, and make no array; one type, or the overwriting "
                            "merger, would be right",
                            key);
        }
    }
    Data::Builder builder;
    for (auto& [key, value] : merged)
        builder.put(key, std::move(value));
    return builder.build();
}

} // namespace stint::work
