#pragma once
#include "pipeline/service_state.h"

#include <string>

namespace forescale {

/// What a restart begins from: learned state, and the state of the stream at the same turn.
struct Checkpoint {
    static constexpr std::uint32_t version = 1;
    std::string learned;
    std::string stream;

    template <class Archive>
    void fields(Archive& archive) {
        archive(learned, stream);
    }
};

}  // namespace forescale
