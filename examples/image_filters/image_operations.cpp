#include "image_operations.hpp"

using namespace stint::work;

ImageOperations ImageOperations::Builder::build() const {
    const auto input = Data::Builder().putString(constants::keyImage, image_.string()).build();
    auto chain = manager_.beginUniqueWork(constants::imageManipulationWorkName, ExistingWorkPolicy::REPLACE,
                                          {*OneTimeWorkRequest::Builder("CleanupWorker").setInputData(*input).build()});
    const auto filter = [&](bool applies, const char* worker) {
        if (applies) chain = chain.then(*OneTimeWorkRequest::Builder(worker).addTag(constants::tagOutput).build());
    };
    filter(waterColor_, "WaterColorFilterWorker");
    filter(grayScale_, "GrayScaleFilterWorker");
    filter(blur_, "BlurEffectFilterWorker");
    if (saveTo_.empty()) return ImageOperations(chain);
    const auto to = Data::Builder().putString(constants::keySaveTo, saveTo_.string()).build();
    return ImageOperations(
        chain.then(*OneTimeWorkRequest::Builder("SaveImageWorker")
                        .setConstraints(Constraints::Builder().setRequiresStorageNotLow(true).build())
                        .setInputData(*to)
                        .addTag(constants::tagOutput)
                        .build()));
}
