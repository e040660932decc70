#include <doctest/doctest.h>

#include "link/wire/fields.hpp"
#include "link/wire/views.hpp"
#include "wire/loose_message.hpp"

using namespace stint;
using namespace stint::wire;
using Grade = Finding::Grade;

TEST_CASE("a finding of each grade is the same at the other end") {
    for (const auto grade : {Grade::Enforced, Grade::Advisory, Grade::Absent, Grade::Trouble}) {
        const Finding finding{"processes", grade, "no cgroup", "Delegate=yes"};
        LooseMessage message;
        {
            Writer writer = message.writer();
            writeRow(writer, finding);
        }
        Reader reader = message.reader();
        CHECK(readRow<Finding>(reader).value() == finding);
    }
}

TEST_CASE("a grade that only a newer daemon knows reads as absent") {
    LooseMessage message;
    {
        Writer writer = message.writer();
        DictionaryWriter dictionary(writer);
        dictionary.put("topic", std::string_view("gravity"));
        dictionary.put("grade", std::string_view("sublime"));
    }
    Reader reader = message.reader();
    CHECK(readRow<Finding>(reader).value() == Finding{"gravity", Grade::Absent, "", ""});
}
