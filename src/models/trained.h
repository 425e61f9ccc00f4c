#pragma once
#include "models/boosted/forest.h"
#include "models/event_table.h"
#include "models/recurrent/network.h"
#include "models/sibling/shape_library.h"

#include <string>

namespace forescale {

/// What was learned offline over many services: immutable once made, shared by every forecaster.
/// Each part may be empty; the members that need it sleep then and say so.
struct TrainedModels {
    static constexpr std::uint32_t version_of_layout = 1;

    std::string version;             ///< as its card says; empty: nothing was trained
    boosted::ForestSet forests;      ///< of gradient boosting
    recurrent::NetworkSet networks;  ///< GRU and LSTM
    sibling::ShapeLibrary shapes;    ///< what weeks of services look like
    FleetEvents events;              ///< what types of events do

    /// Parts at the end that are empty take no bytes, so that bundles made before them are read.
    template <class Archive>
    void fields(Archive& archive) {
        archive(version, forests, networks);
        if constexpr (Archive::is_reading) {
            archive(shapes);
            if (!archive.at_end()) archive(events.types);
        } else if (events.types.empty()) {
            archive(shapes);
        } else {
            archive(shapes.shapes, events.types);
        }
    }
};

}  // namespace forescale
