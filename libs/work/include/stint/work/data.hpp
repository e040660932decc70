// Data: the input, progress and output of a work request (jobs.md §10). An immutable flat map of keys to numbers, truth
// values, strings, and arrays of them; at most 10 240 bytes, which its Builder checks.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stint/export.hpp"
#include "stint/result.hpp"

namespace stint::work {

/// Android's Boolean, Byte, Int, Long, Float, Double and String, in this order, and arrays of them.
using Value = std::variant<bool, std::int8_t, std::int32_t, std::int64_t, float, double, std::string, std::vector<bool>,
                           std::vector<std::int8_t>, std::vector<std::int32_t>, std::vector<std::int64_t>,
                           std::vector<float>, std::vector<double>, std::vector<std::string>>;

/// Cheap to copy: copies share their content.
class STINT_API Data {
public:
    using Map = std::map<std::string, Value, std::less<>>;
    class Builder;

    static constexpr std::size_t MAX_DATA_BYTES = 10'240; ///< keys and values, as they are stored

    /// Each returns the value of `key`, or `otherwise` if it is absent or of another type.
    bool getBoolean(std::string_view key, bool otherwise = false) const;
    std::int8_t getByte(std::string_view key, std::int8_t otherwise = 0) const;
    std::int32_t getInt(std::string_view key, std::int32_t otherwise = 0) const;
    std::int64_t getLong(std::string_view key, std::int64_t otherwise = 0) const;
    float getFloat(std::string_view key, float otherwise = 0) const;
    double getDouble(std::string_view key, double otherwise = 0) const;
    std::string getString(std::string_view key, std::string otherwise = {}) const;
    /// Each returns the array of `key`, empty if it is absent or of another type; a single value is no array.
    std::vector<std::string> getStringArray(std::string_view key) const;
    std::vector<std::int32_t> getIntArray(std::string_view key) const;
    std::vector<std::int64_t> getLongArray(std::string_view key) const;
    std::vector<double> getDoubleArray(std::string_view key) const;

    /// The whole map, for types that have no getter of their own here.
    const Map& getKeyValueMap() const;
    bool hasKey(std::string_view key) const { return getKeyValueMap().contains(key); }
    bool isEmpty() const { return getKeyValueMap().empty(); }
    /// Its size in bytes as stored, which MAX_DATA_BYTES bounds.
    std::size_t getSerializedSize() const;

    bool operator==(const Data& other) const { return getKeyValueMap() == other.getKeyValueMap(); }

private:
    std::shared_ptr<const Map> held_; ///< null: empty
};

class STINT_API Data::Builder {
public:
    /// Each sets `key`, whatever it held before.
    Builder& putBoolean(std::string key, bool value);
    Builder& putByte(std::string key, std::int8_t value);
    Builder& putInt(std::string key, std::int32_t value);
    Builder& putLong(std::string key, std::int64_t value);
    Builder& putFloat(std::string key, float value);
    Builder& putDouble(std::string key, double value);
    Builder& putString(std::string key, std::string value);
    Builder& putStringArray(std::string key, std::vector<std::string> value);
    Builder& putIntArray(std::string key, std::vector<std::int32_t> value);
    Builder& putLongArray(std::string key, std::vector<std::int64_t> value);
    Builder& putDoubleArray(std::string key, std::vector<double> value);
    Builder& put(std::string key, Value value);
    Builder& putAll(const Data& other);

    /// IllegalArgument if it is larger than MAX_DATA_BYTES: large data belongs in a file, whose path is put here.
    Result<Data> build() const;

private:
    Data::Map held_;
};

} // namespace stint::work
