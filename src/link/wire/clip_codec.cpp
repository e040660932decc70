// Clip data: paths, and the open files that a job is granted (jobs.md §12.9).
#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/codec.hpp"

namespace stint::wire {
namespace {

/// The limit for one job.
constexpr std::size_t mostDescriptors = 64;

} // namespace

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
    std::size_t descriptors = 0;
    STINT_TRY(reader.array("(sah)", [&](Reader& items) {
        return items.structure("sah", [&](Reader& fields) -> Result<void> {
            ClipData::Item& item = clip.items.emplace_back();
            item.path = STINT_TRY(fields.string());
            return fields.array("h", [&](Reader& files) -> Result<void> {
                if (++descriptors > mostDescriptors)
                    return fail(Errc::LIMIT_EXCEEDED,
                                "clip data with more than {} descriptors; make several jobs of it, or pass paths alone",
                                mostDescriptors);
                if (item.file)
                    return fail(Errc::ILLEGAL_ARGUMENT, "{} has two descriptors; it may have one", item.path);
                Fd file = STINT_TRY(files.descriptor());
                item.file = std::make_shared<ClipFile>(file.release());
                return {};
            });
        });
    }));
    return clip;
}

} // namespace stint::wire
