// Clip data: paths, and the open files that a job is granted (jobs.md §12.9).
#include "base/fail.hpp"
#include "wire/codec.hpp"

namespace stint::wire {

void writeClip(Writer& writer, const ClipData& clip, ClipFiles files) {
    writer.openArray("(sah)");
    for (const ClipData::Item& item : clip.items) {
        writer.openStruct("sah").string(item.path).openArray("h");
        if (item.file && files == ClipFiles::Included) writer.descriptor(item.file->descriptor());
        writer.close().close();
    }
    writer.close();
}

Result<ClipData> readClip(Reader& reader) {
    ClipData clip;
    STINT_TRY(reader.array("(sah)", [&clip](Reader& items) {
        return items.structure("sah", [&clip](Reader& fields) -> Result<void> {
            ClipData::Item& item = clip.items.emplace_back();
            item.path = STINT_TRY(fields.string());
            return fields.array("h", [&item](Reader& files) -> Result<void> {
                if (item.file) return fail(Errc::IllegalArgument, "{} has two descriptors; it may have one", item.path);
                item.file = std::make_shared<ClipFile>(STINT_TRY(files.descriptor()).release());
                return {};
            });
        });
    }));
    return clip;
}

} // namespace stint::wire
