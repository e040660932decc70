#include <doctest/doctest.h>

#include "base/result/errors.hpp"
#include "wire/loose_message.hpp"

using namespace stint;
using namespace stint::wire;

namespace {

struct Words {
    std::int64_t bytes = -1;
    std::string name;
    bool charging = false;
    std::optional<std::int32_t> id;
    std::vector<std::string> tags;
};

Result<Words> readWords(Reader reader, UnknownKeys unknown) {
    Words words;
    DictionaryReader dictionary("job", unknown);
    dictionary.take("estimatedDownloadBytes", words.bytes).take("name", words.name).take("charging", words.charging);
    dictionary.take("id", words.id).take("tags", words.tags);
    STINT_TRY(dictionary.read(reader));
    return words;
}

/// The message of the error that such a dictionary is refused with.
template <class Fill> std::string complaintAboutWords(Fill fill, UnknownKeys unknown = UnknownKeys::Refuse) {
    LooseMessage message;
    {
        Writer writer = message.writer();
        DictionaryWriter dictionary(writer);
        fill(dictionary);
    }
    const Result<Words> read = readWords(message.reader(), unknown);
    REQUIRE(!read.ok());
    CHECK(read.error().code == Errc::ILLEGAL_ARGUMENT);
    return read.error().message;
}

} // namespace

TEST_CASE("a value of the wrong type is refused by its key and both types") {
    CHECK(complaintAboutWords([](DictionaryWriter& d) { d.put("estimatedDownloadBytes", std::string_view("5 MB")); }) ==
          "job: estimatedDownloadBytes must be an int64 (x), not a string (s)");
    CHECK(complaintAboutWords([](DictionaryWriter& d) { d.put("estimatedDownloadBytes", std::int32_t{5}); }) ==
          "job: estimatedDownloadBytes must be an int64 (x), not an int32 (i)");
    CHECK(complaintAboutWords([](DictionaryWriter& d) { d.put("charging", std::int32_t{1}); }) ==
          "job: charging must be a boolean (b), not an int32 (i)");
    CHECK(complaintAboutWords([](DictionaryWriter& d) { d.put("tags", std::string_view("one")); }) ==
          "job: tags must be an array of strings (as), not a string (s)");
}

TEST_CASE("an unknown key is refused, and the key that was meant is named") {
    CHECK(complaintAboutWords([](DictionaryWriter& d) { d.put("chargin", true); }) ==
          "job: unknown key \"chargin\" (did you mean \"charging\"?)");
    CHECK(complaintAboutWords([](DictionaryWriter& d) { d.put("requiresDeviceIdle", true); }) ==
          "job: unknown key \"requiresDeviceIdle\"; known are estimatedDownloadBytes, name, charging, id, tags");
}

TEST_CASE("where unknown keys are ignored, whatever they hold is skipped") {
    LooseMessage message;
    {
        Writer writer = message.writer();
        DictionaryWriter dictionary(writer);
        dictionary.put("newer", "a{sv}", [](Writer& value) { DictionaryWriter(value).put("deep", true); });
        dictionary.put("name", std::string_view("backup"));
    }
    const Result<Words> words = readWords(message.reader(), UnknownKeys::Ignore);
    REQUIRE(words.ok());
    CHECK(words->name == "backup");
    CHECK(words->bytes == -1);
    CHECK(!words->id);
}

TEST_CASE("a key that comes twice is refused: which one counts cannot be guessed") {
    CHECK(complaintAboutWords([](DictionaryWriter& d) {
              d.put("id", std::int32_t{7});
              d.put("id", std::int32_t{8});
          }) == "job: id is given twice");
}

TEST_CASE("a string with a NUL or in no UTF-8 is not sent") {
    for (const std::string& bad : {std::string("a\0b", 3), std::string("\xff\xfe")}) {
        LooseMessage message;
        Writer writer = message.writer();
        writer.string(bad);
        const Result<void> done = writer.done();
        REQUIRE(!done.ok());
        CHECK(done.error().code == Errc::ILLEGAL_ARGUMENT);
    }
}
