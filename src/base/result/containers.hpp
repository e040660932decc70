// Additions to the standard library's containers: a set of lambdas as one visitor of a variant; a value of a map, or
// nullptr; and a part of a value that is empty in most values, and takes memory only once it is changed.
#pragma once
#include <memory>

namespace stint {
/// A set of lambdas as one visitor of a variant.
template <class... Fs> struct Overloaded : Fs... { using Fs::operator()...; };
template <class... Fs> Overloaded(Fs...) -> Overloaded<Fs...>;

/// The value at `key` in a map; nullptr: there is none.
template <class Map, class Key> auto* findIn(Map& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

/// A part that is empty in most values: it takes memory only once it is changed.
template <class Part> class Boxed {
public:
    Boxed() = default;
    Boxed(const Boxed& other) : part_(other.part_ ? std::make_unique<Part>(*other.part_) : nullptr) {}
    Boxed(Boxed&&) noexcept = default;
    Boxed& operator=(Boxed other) noexcept {
        part_.swap(other.part_);
        return *this;
    }
    ~Boxed() = default;

    /// A default Part, until it is changed.
    const Part& operator*() const {
        static const Part untouched;
        return part_ ? *part_ : untouched;
    }
    const Part* operator->() const { return &**this; }
    Part& edit() {
        if (!part_) part_ = std::make_unique<Part>();
        return *part_;
    }
    bool operator==(const Boxed& other) const { return **this == *other; }
    /// A default `part` takes no memory.
    void set(Part part) {
        if (part == Part{}) {
            part_.reset();
        } else {
            edit() = std::move(part);
        }
    }

private:
    std::unique_ptr<Part> part_;
};

} // namespace stint
