// Secrets in memory of libsodium's own: it is not swapped where the kernel lets it be locked, is in no core dump, has
// pages around it that nobody may touch, and is wiped when it is given back.
#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>

#include <sodium.h>

namespace stint::fleet {

struct GiveBack {
    void operator()(void* memory) const { sodium_free(memory); }
};

/// Nothing but bytes, which may lie anywhere: the memory ends where the pages do.
template <class T>
concept SecretBytes = std::is_trivially_copyable_v<T> && alignof(T) == 1;

template <SecretBytes T> class Secret {
public:
    Secret() : held_(static_cast<T*>(sodium_malloc(sizeof(T)))) {
        if (!held_) throw std::bad_alloc();
        sodium_memzero(held_.get(), sizeof(T));
    }

    T* operator->() { return held_.get(); }
    const T* operator->() const { return held_.get(); }
    T& operator*() { return *held_; }
    const T& operator*() const { return *held_; }

private:
    std::unique_ptr<T, GiveBack> held_;
};

/// A text that is secret, of a length that it keeps: a file with a key, a password.
class SecretText {
public:
    explicit SecretText(std::size_t size) : held_(static_cast<char*>(sodium_malloc(size))), size_(size) {
        if (!held_) throw std::bad_alloc();
    }

    char* data() { return held_.get(); }
    std::size_t size() const { return size_; }
    std::string_view text() const { return {held_.get(), size_}; }

private:
    std::unique_ptr<char, GiveBack> held_;
    std::size_t size_;
};

} // namespace stint::fleet
