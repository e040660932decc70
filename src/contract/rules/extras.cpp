#include "contract/rules/extras.hpp"

#include <algorithm>

#include "base/result/fail.hpp"

namespace stint {

namespace {

Bytes sizeOf(const std::string& text) { return static_cast<Bytes>(text.size()); }
template <class T> Bytes sizeOf(const T&) { return sizeof(T); }

struct ValueMeasure {
    Measure operator()(const PersistableBundle& nested) const {
        const Measure inner = measure(nested);
        return {inner.depth + 1, inner.size};
    }
    Measure operator()(const std::vector<bool>& values) const { return {0, static_cast<Bytes>(values.size())}; }
    template <class T> Measure operator()(const std::vector<T>& values) const {
        Bytes size = 0;
        for (const T& value : values)
            size += sizeOf(value);
        return {0, size};
    }
    template <class T> Measure operator()(const T& value) const { return {0, sizeOf(value)}; }
};

} // namespace

Measure measure(const PersistableBundle& bundle) {
    Measure whole;
    for (const auto& [key, value] : bundle.entries()) {
        const Measure part = std::visit(ValueMeasure{}, value.held);
        whole.depth = std::max(whole.depth, part.depth);
        whole.size += sizeOf(key) + part.size;
    }
    return whole;
}

std::optional<Error> tooLarge(Measure extras) {
    if (extras.depth > PersistableBundle::DEEPEST)
        return fail(Errc::ILLEGAL_ARGUMENT, "extras: maps are nested {} deep; at most {} are possible (jobs.md §12.9)",
                    extras.depth, PersistableBundle::DEEPEST);
    if (extras.size > PersistableBundle::LARGEST)
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "extras: {} bytes; at most {} are possible: put what is larger into a file and pass its path",
                    extras.size, PersistableBundle::LARGEST);
    return std::nullopt;
}

} // namespace stint
