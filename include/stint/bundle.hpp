// The extras of a job: a typed map an app fills in and finds again in its JobParameters (jobs.md §12.9).
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stint/export.hpp"
#include "stint/units.hpp"

namespace stint {

struct BundleValue;

/// A map of keys to values of the types below, within the two limits, which are checked when a job is built.
class STINT_API PersistableBundle {
public:
    using Map = std::map<std::string, BundleValue, std::less<>>;

    static constexpr int DEEPEST = 10;       ///< maps within maps
    static constexpr Bytes LARGEST = 64_KiB; ///< keys and values together, without the bytes of an encoding

    PersistableBundle();
    PersistableBundle(const PersistableBundle&);
    PersistableBundle(PersistableBundle&&) noexcept;
    PersistableBundle& operator=(const PersistableBundle&);
    PersistableBundle& operator=(PersistableBundle&&) noexcept;
    ~PersistableBundle();

    /// Each sets `key`, whatever it held before, and returns the bundle for chaining.
    PersistableBundle& putBoolean(std::string key, bool value);
    PersistableBundle& putInt(std::string key, std::int32_t value);
    PersistableBundle& putLong(std::string key, std::int64_t value);
    PersistableBundle& putDouble(std::string key, double value);
    PersistableBundle& putString(std::string key, std::string value);
    PersistableBundle& putStringArray(std::string key, std::vector<std::string> value);
    PersistableBundle& putPersistableBundle(std::string key, PersistableBundle value);
    PersistableBundle& put(std::string key, BundleValue value);

    /// Each returns the value of `key`, or `otherwise` if it is absent or of another type.
    bool getBoolean(std::string_view key, bool otherwise = false) const;
    std::int32_t getInt(std::string_view key, std::int32_t otherwise = 0) const;
    std::int64_t getLong(std::string_view key, std::int64_t otherwise = 0) const;
    double getDouble(std::string_view key, double otherwise = 0) const;
    std::string getString(std::string_view key, std::string otherwise = {}) const;
    std::vector<std::string> getStringArray(std::string_view key) const;

    bool containsKey(std::string_view key) const;
    bool isEmpty() const;
    const Map& entries() const { return entries_; }

    bool operator==(const PersistableBundle&) const;

private:
    Map entries_;
};

/// One value of a bundle.
struct BundleValue {
    using Variant = std::variant<bool, std::int32_t, std::int64_t, double, std::string, std::vector<bool>,
                                 std::vector<std::int32_t>, std::vector<std::int64_t>, std::vector<double>,
                                 std::vector<std::string>, PersistableBundle>;
    Variant held;

    bool operator==(const BundleValue&) const = default;
};

} // namespace stint
