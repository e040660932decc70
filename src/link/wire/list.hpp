#pragma once
#include <cstddef>
#include <vector>

#include "base/result/try.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"

namespace stint::wire {

/// Reads an aa{sv} of which each element is read by `one`: readList(reader, readRow<JobView>).
template <class T> Result<std::vector<T>> readList(Reader& reader, Result<T> (*one)(Reader&)) {
    std::vector<T> list;
    STINT_TRY(reader.array("a{sv}", [&](Reader& element) -> Result<void> {
        auto row = STINT_TRY(one(element));
        list.push_back(std::move(row));
        return {};
    }));
    return list;
}

/// Writes an aa{sv}: writeList(writer, views, writeRow<JobView>).
template <class T> void writeList(Writer& writer, const std::vector<T>& list, void (*one)(Writer&, const T&)) {
    writer.openArray("a{sv}");
    for (const T& element : list)
        one(writer, element);
    writer.close();
}

/// Writes as many of `list`, each of the type `contents`, as fit into a page (names.hpp), and at least one; then true
/// if there are more.
template <class T, class Write>
void writePage(Writer& writer, const char* contents, const std::vector<T>& list, Write one) {
    writer.openArray(contents);
    const std::size_t before = writer.bytes();
    std::size_t written = 0;
    while (written < list.size() && written < mostListed && writer.bytes() - before < mostListedBytes)
        one(writer, list[written++]);
    writer.close().boolean(written < list.size());
}

} // namespace stint::wire
