#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "domain/sample.h"

namespace forescale {

/// Messages on the topics: one version byte, the service, then the points or windows; docs/messages.md has the layout.
[[nodiscard]] std::string encode(const SampleBatch& batch);
[[nodiscard]] std::string encode(const WindowBatch& batch);
/// errors  corrupt: truncated, of an unknown version, or longer than it says
[[nodiscard]] Result<SampleBatch> decode_samples(std::string_view payload);
[[nodiscard]] Result<WindowBatch> decode_windows(std::string_view payload);

}  // namespace forescale
