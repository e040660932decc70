// Writes values into a message. The first failure is remembered, so that a writer checks once, at the end.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "link/wire/message.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint::wire {

class Writer {
public:
    explicit Writer(const Message& message) : message_(message.get()) {}

    Writer& boolean(bool value);
    Writer& byte(std::uint8_t value);
    Writer& int32(std::int32_t value);
    Writer& uint32(std::uint32_t value);
    Writer& int64(std::int64_t value);
    Writer& uint64(std::uint64_t value);
    Writer& real(double value);
    Writer& string(const std::string& value);
    /// The message takes a duplicate.
    Writer& descriptor(int value);
    Writer& strings(std::span<const std::string> values);
    Writer& blob(std::span<const std::uint8_t> values);

    // Containers: an array, a structure, a dictionary's entry, a variant.
    Writer& openArray(const char* contents) { return open(SD_BUS_TYPE_ARRAY, contents); }
    Writer& openStruct(const char* contents) { return open(SD_BUS_TYPE_STRUCT, contents); }
    Writer& openEntry(const char* contents) { return open(SD_BUS_TYPE_DICT_ENTRY, contents); }
    Writer& openVariant(const char* contents) { return open(SD_BUS_TYPE_VARIANT, contents); }
    Writer& close();

    /// The bytes written, approximately: containers and padding are not counted.
    std::size_t bytes() const { return bytes_; }
    /// IllegalArgument where a string was no UTF-8; System where there was no memory.
    Result<void> done() const;

private:
    friend class DictionaryWriter;
    Writer& open(char type, const char* contents);
    Writer& basic(char type, const void* value);
    void note(int result);

    sd_bus_message* message_;
    std::size_t bytes_ = 0;
    int problem_ = 0;
    int open_ = 0; ///< containers
};

/// An a{sv}, open from its construction to its end.
class DictionaryWriter {
public:
    explicit DictionaryWriter(Writer& writer);
    ~DictionaryWriter();
    DictionaryWriter(const DictionaryWriter&) = delete;
    DictionaryWriter& operator=(const DictionaryWriter&) = delete;

    void put(const char* key, std::same_as<bool> auto value) { putBoolean(key, value); }
    void put(const char* key, std::int32_t value);
    void put(const char* key, std::uint32_t value);
    void put(const char* key, std::int64_t value);
    void put(const char* key, std::uint64_t value);
    void put(const char* key, std::string_view value);
    void put(const char* key, std::span<const std::string> values);
    /// Puts a value of the type `contents`, which `write` writes into the Writer that it gets.
    template <std::invocable<Writer&> Write> void put(const char* key, const char* contents, Write write) {
        openValue(key, contents);
        write(writer_);
        closeValue();
    }

private:
    void putBoolean(const char* key, bool value);
    void openValue(const char* key, const char* contents);
    void closeValue();

    Writer& writer_;
};

} // namespace stint::wire
