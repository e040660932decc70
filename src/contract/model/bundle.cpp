#include "stint/bundle.hpp"

namespace stint {

namespace {

template <class T> const T* findAs(const PersistableBundle::Map& entries, std::string_view key) {
    auto found = entries.find(key);
    return found == entries.end() ? nullptr : std::get_if<T>(&found->second.held);
}

template <class T> T valueOr(const PersistableBundle::Map& entries, std::string_view key, T otherwise) {
    const T* value = findAs<T>(entries, key);
    return value ? *value : std::move(otherwise);
}

} // namespace

// These are not in the header, where BundleValue is still incomplete.
PersistableBundle::PersistableBundle() = default;
PersistableBundle::PersistableBundle(const PersistableBundle&) = default;
PersistableBundle::PersistableBundle(PersistableBundle&&) noexcept = default;
PersistableBundle& PersistableBundle::operator=(const PersistableBundle&) = default;
PersistableBundle& PersistableBundle::operator=(PersistableBundle&&) noexcept = default;
PersistableBundle::~PersistableBundle() = default;
bool PersistableBundle::operator==(const PersistableBundle&) const = default;

PersistableBundle& PersistableBundle::put(std::string key, BundleValue value) {
    entries_.insert_or_assign(std::move(key), std::move(value));
    return *this;
}

PersistableBundle& PersistableBundle::putBoolean(std::string key, bool value) {
    return put(std::move(key), BundleValue{value});
}

PersistableBundle& PersistableBundle::putInt(std::string key, std::int32_t value) {
    return put(std::move(key), BundleValue{value});
}

PersistableBundle& PersistableBundle::putLong(std::string key, std::int64_t value) {
    return put(std::move(key), BundleValue{value});
}

PersistableBundle& PersistableBundle::putDouble(std::string key, double value) {
    return put(std::move(key), BundleValue{value});
}

PersistableBundle& PersistableBundle::putString(std::string key, std::string value) {
    return put(std::move(key), BundleValue{std::move(value)});
}

PersistableBundle& PersistableBundle::putStringArray(std::string key, std::vector<std::string> value) {
    return put(std::move(key), BundleValue{std::move(value)});
}

PersistableBundle& PersistableBundle::putPersistableBundle(std::string key, PersistableBundle value) {
    return put(std::move(key), BundleValue{std::move(value)});
}

bool PersistableBundle::getBoolean(std::string_view key, bool otherwise) const {
    return valueOr(entries_, key, otherwise);
}

std::int32_t PersistableBundle::getInt(std::string_view key, std::int32_t otherwise) const {
    return valueOr(entries_, key, otherwise);
}

std::int64_t PersistableBundle::getLong(std::string_view key, std::int64_t otherwise) const {
    return valueOr(entries_, key, otherwise);
}

double PersistableBundle::getDouble(std::string_view key, double otherwise) const {
    return valueOr(entries_, key, otherwise);
}

std::string PersistableBundle::getString(std::string_view key, std::string otherwise) const {
    return valueOr(entries_, key, std::move(otherwise));
}

std::vector<std::string> PersistableBundle::getStringArray(std::string_view key) const {
    return valueOr(entries_, key, std::vector<std::string>{});
}

bool PersistableBundle::containsKey(std::string_view key) const { return entries_.contains(key); }

bool PersistableBundle::isEmpty() const { return entries_.empty(); }

} // namespace stint
