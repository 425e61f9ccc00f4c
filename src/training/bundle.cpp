#include "training/bundle.h"

#include "base/archive.h"
#include "base/hash.h"
#include "features/feature.h"

namespace forescale {
namespace {

constexpr std::string_view kind_of_file = "forescale trained models";
constexpr std::uint32_t card_layout = 1;
constexpr std::uint32_t file_version = 1000 * card_layout + TrainedModels::version_of_layout;
constexpr std::size_t version_digits = 12;

/// What the columns of feature rows mean: trained models fit one list of them alone.
std::uint64_t features_id() {
    std::string text;
    for (const Feature& feature : all_features())
        text += fmt::format("{}:{}:{};", feature.name, feature.width, static_cast<int>(feature.of));
    return fnv1a(text);
}

/// Everything in a file, in order. A reader stops where it does not fit, so that nothing behind is
/// believed.
struct Content {
    TrainedBundle& bundle;
    std::string kind{kind_of_file};
    std::uint64_t features = features_id();

    template <class Archive>
    void fields(Archive& archive) {
        archive(kind, features);
        if (kind == kind_of_file && features == features_id()) archive(bundle.card, bundle.models);
    }
};

std::unexpected<Error> refused(std::string_view name, std::string_view why) {
    return fail(Errc::corrupt,
                "cannot use {} as trained models: {}; train anew with `forescale train`, or name "
                "another file",
                name, why);
}

std::string version_of(TrainedModels& models) {
    models.version.clear();
    ArchiveWriter writer;
    writer(models);
    return sha256_hex(writer.take()).substr(0, version_digits);
}

}  // namespace

void set_version(TrainedBundle& bundle) {
    bundle.card.version = version_of(bundle.models);
    bundle.models.version = bundle.card.version;
}

std::string save_bundle(TrainedBundle& bundle) {
    Content content{.bundle = bundle};
    return save_state(content, file_version);
}

Result<TrainedBundle> read_bundle(std::string_view bytes, std::string_view name) {
    TrainedBundle bundle;
    Content content{.bundle = bundle};
    const auto unsealed = unseal(bytes, file_version);
    if (!unsealed) return refused(name, unsealed.error().message);
    ArchiveReader reader(*unsealed);
    reader(content);
    if (content.kind != kind_of_file)
        return refused(name, "it is another kind of forescale state, not a bundle");
    if (content.features != features_id())
        return refused(name, "it was trained on other features than this version computes");
    if (reader.failed() || !reader.at_end())
        return refused(name, "its content does not have the shape of this version");
    if (bundle.models.version != bundle.card.version)
        return refused(name, "its card is of another version than its models");
    return bundle;
}

}  // namespace forescale
