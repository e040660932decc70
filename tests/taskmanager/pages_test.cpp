// The files of the page that are built in, and what a request asks with.
#include <doctest/doctest.h>

#include "entrance/pages.hpp"
#include "faces/taskmanager/paths.hpp"
#include "faces/taskmanager/request.hpp"

using namespace stint::taskmanager;

TEST_CASE("each file that is built in has a type, a tag and bytes, in the order of paths") {
    std::string_view before;
    for (const stint::entrance::EmbeddedFile& file : embeddedFiles()) {
        CHECK(before < file.path);
        before = file.path;
        CHECK(file.path.starts_with('/'));
        CHECK_FALSE(stint::entrance::typeOf(file.path).empty());
        CHECK(file.tag.size() == 34);
        CHECK(file.gzip.starts_with("\x1f\x8b"));
    }
}

TEST_CASE("the words of a query are taken apart, or refused by name") {
    CHECK(valuesIn("job=a%2F7&job=b+c", "job").value() == std::vector<std::string>{"a/7", "b c"});
    CHECK(valuesIn("", "job")->empty());
    for (const char* const query : {"job", "jobs=1", "job=%2", "job=%zz", "job=1&x=2", "&"})
        CHECK_FALSE(valuesIn(query, "job").ok());
}

TEST_CASE("a body has all keys that it needs and no other") {
    CHECK(stringsIn(R"({"b": "2", "a": "1"})", {"a", "b"}).value() == std::vector<std::string>{"1", "2"});
    for (const char* const body : {"", "[]", R"({"a": "1"})", R"({"a": "1", "b": 2})", R"({"a":"1","b":"2","c":"3"})"})
        CHECK_FALSE(stringsIn(body, {"a", "b"}).ok());
    CHECK(listIn(R"({"keys": []})", "keys")->empty());
    CHECK_FALSE(listIn(R"({"keys": [1]})", "keys").ok());
}

TEST_CASE("a job has its whole name or none") {
    CHECK(jobNamed("com.example.mail/n#b#7").value() == stint::JobKey{{"com.example.mail"}, "n#b", stint::JobId{7}});
    for (const char* const name : {"7", "", "/7", "com.example.mail", "com.example.mail/"})
        CHECK_FALSE(jobNamed(name).ok());
}
