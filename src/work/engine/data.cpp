#include "stint/work/data.hpp"

#include "base/result/fail.hpp"
#include "work/engine/bytes.hpp"

namespace stint::work {

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

} // namespace stint::work
