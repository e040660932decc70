#include "link/wire/writer.hpp"

#include <cerrno>
#include <cstring>

#include "base/result/errors.hpp"
#include "link/wire/errors.hpp"

namespace stint::wire {

void Writer::note(int result) {
    if (result < 0 && problem_ == 0) problem_ = -result;
}

Writer& Writer::basic(char type, const void* value) {
    if (problem_ == 0) note(sd_bus_message_append_basic(message_, type, value));
    bytes_ += type == SD_BUS_TYPE_STRING ? std::strlen(static_cast<const char*>(value)) : sizeof(std::uint64_t);
    return *this;
}

Writer& Writer::boolean(bool value) {
    const int whole = value ? 1 : 0; // sd-bus reads an int here
    return basic(SD_BUS_TYPE_BOOLEAN, &whole);
}

Writer& Writer::byte(std::uint8_t value) { return basic(SD_BUS_TYPE_BYTE, &value); }
Writer& Writer::int32(std::int32_t value) { return basic(SD_BUS_TYPE_INT32, &value); }
Writer& Writer::uint32(std::uint32_t value) { return basic(SD_BUS_TYPE_UINT32, &value); }
Writer& Writer::int64(std::int64_t value) { return basic(SD_BUS_TYPE_INT64, &value); }
Writer& Writer::uint64(std::uint64_t value) { return basic(SD_BUS_TYPE_UINT64, &value); }
Writer& Writer::real(double value) { return basic(SD_BUS_TYPE_DOUBLE, &value); }
Writer& Writer::descriptor(int value) { return basic(SD_BUS_TYPE_UNIX_FD, &value); }

Writer& Writer::string(const std::string& value) {
    // A NUL within would silently end the string.
    if (value.find('\0') != std::string::npos) note(-EINVAL);
    return basic(SD_BUS_TYPE_STRING, value.c_str());
}

Writer& Writer::strings(std::span<const std::string> values) {
    openArray("s");
    for (const std::string& value : values)
        string(value);
    return close();
}

Writer& Writer::blob(std::span<const std::uint8_t> values) {
    bytes_ += values.size();
    if (problem_ == 0) note(sd_bus_message_append_array(message_, SD_BUS_TYPE_BYTE, values.data(), values.size()));
    return *this;
}

Writer& Writer::open(char type, const char* contents) {
    ++open_;
    if (problem_ == 0) note(sd_bus_message_open_container(message_, type, contents));
    return *this;
}

Writer& Writer::close() {
    STINT_CHECK(open_ > 0);
    --open_;
    if (problem_ == 0) note(sd_bus_message_close_container(message_));
    return *this;
}

Result<void> Writer::done() const {
    STINT_CHECK(open_ == 0 || problem_ != 0); // all that was opened was closed
    if (problem_ == 0) return {};
    if (problem_ == EINVAL)
        return fail(Errc::ILLEGAL_ARGUMENT, "a string cannot be sent: it must be UTF-8 without a NUL");
    return within("cannot write a message", errorFromErrno(problem_));
}

DictionaryWriter::DictionaryWriter(Writer& writer) : writer_(writer) { writer_.openArray("{sv}"); }
DictionaryWriter::~DictionaryWriter() { writer_.close(); }

void DictionaryWriter::openValue(const char* key, const char* contents) {
    writer_.openEntry("sv").basic(SD_BUS_TYPE_STRING, key).openVariant(contents);
}

void DictionaryWriter::closeValue() { writer_.close().close(); }

void DictionaryWriter::putBoolean(const char* key, bool value) {
    put(key, "b", [value](Writer& writer) { writer.boolean(value); });
}
void DictionaryWriter::put(const char* key, std::int32_t value) {
    put(key, "i", [value](Writer& writer) { writer.int32(value); });
}
void DictionaryWriter::put(const char* key, std::uint32_t value) {
    put(key, "u", [value](Writer& writer) { writer.uint32(value); });
}
void DictionaryWriter::put(const char* key, std::int64_t value) {
    put(key, "x", [value](Writer& writer) { writer.int64(value); });
}
void DictionaryWriter::put(const char* key, std::uint64_t value) {
    put(key, "t", [value](Writer& writer) { writer.uint64(value); });
}
void DictionaryWriter::put(const char* key, std::string_view value) {
    put(key, "s", [value](Writer& writer) { writer.string(std::string(value)); });
}
void DictionaryWriter::put(const char* key, std::span<const std::string> values) {
    put(key, "as", [values](Writer& writer) { writer.strings(values); });
}

} // namespace stint::wire
