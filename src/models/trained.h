#pragma once
#include "models/boosted/forest.h"
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

    template <class Archive>
    void fields(Archive& archive) {
        archive(version, forests, networks, shapes);
    }
};

}  // namespace forescale
