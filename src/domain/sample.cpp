#include "domain/sample.h"

namespace forescale {

std::string_view to_string(SampleState state) {
    switch (state) {
        case SampleState::present:
            return "present";
        case SampleState::missing:
            return "missing";
        case SampleState::stale:
            return "stale";
        case SampleState::not_a_number:
            return "not_a_number";
        case SampleState::counter_reset:
            return "counter_reset";
    }
    return "unknown";
}

}  // namespace forescale
