#pragma once
#include <vector>

#include "base/try.hpp"
#include "wire/reader.hpp"
#include "wire/writer.hpp"

namespace stint::wire {

/// Reads an aa{sv} of which each element is read by `one`: readList(reader, readJobView).
template <class T> Result<std::vector<T>> readList(Reader& reader, Result<T> (*one)(Reader&)) {
    std::vector<T> list;
    STINT_TRY(reader.array("a{sv}", [&](Reader& element) -> Result<void> {
        list.push_back(STINT_TRY(one(element)));
        return {};
    }));
    return list;
}

/// Writes an aa{sv}: writeList(writer, views, writeJobView).
template <class T> void writeList(Writer& writer, const std::vector<T>& list, void (*one)(Writer&, const T&)) {
    writer.openArray("a{sv}");
    for (const T& element : list)
        one(writer, element);
    writer.close();
}

} // namespace stint::wire
