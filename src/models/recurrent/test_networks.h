#pragma once
#include "base/rng.h"
#include "models/recurrent/inputs.h"
#include "models/recurrent/network.h"

namespace forescale::recurrent {

/// A network of every cell that learned nothing: random weights, heads at `horizons`.
inline NetworkSet random_networks(Duration step, const std::vector<int>& horizons,
                                  std::uint64_t seed = 1) {
    NetworkSet set;
    Rng rng(seed);
    for (const Cell cell : {Cell::gru, Cell::lstm}) {
        Network network{.cell = cell,
                        .step = step,
                        .horizons = horizons,
                        .looks = horizons,
                        .inputs_id = id_of_inputs(),
                        .hidden = 12,
                        .weights = {},
                        .lineage = 0,
                        .id = 0};
        network.weights.resize(network.layout().size());
        for (float& weight : network.weights)
            weight = static_cast<float>(0.2 * (rng.uniform() - 0.5));
        network.id = network.lineage = network.fingerprint();
        set.networks.push_back(std::move(network));
    }
    return set;
}

}  // namespace forescale::recurrent
