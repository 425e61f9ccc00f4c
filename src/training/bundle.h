#pragma once
#include "models/trained.h"
#include "training/card.h"

namespace forescale {

/// What one training made: the models, and the card that says where they come from.
struct TrainedBundle {
    TrainingCard card;
    TrainedModels models;
};

/// Gives the bundle the version that its content has: the same models have the same version.
void set_version(TrainedBundle& bundle);

/// The bytes of a file of trained models: sealed (base/archive.h) with magic, version of the layout
/// and checksum; inside, what kind of file it is, the features that it was trained on, card and
/// models.
[[nodiscard]] std::string save_bundle(TrainedBundle& bundle);
/// `name`: of the file, for errors.
/// errors  corrupt: truncated, changed, of another program, older or newer than this one, or
/// trained on other features; says which, and what to do
[[nodiscard]] Result<TrainedBundle> read_bundle(std::string_view bytes, std::string_view name);

}  // namespace forescale
