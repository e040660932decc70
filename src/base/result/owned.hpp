// An object of a C library with one owner, which gives it back by that library's own function.
#pragma once
#include <memory>

namespace stint {

template <auto release> struct Release {
    template <class Object> void operator()(Object* object) const { release(object); }
};
/// `Owned<DIR, ::closedir>`
template <class Object, auto release> using Owned = std::unique_ptr<Object, Release<release>>;

} // namespace stint
