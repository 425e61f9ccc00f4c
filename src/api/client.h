#pragma once
#include "base/error.h"

#include <string>
#include <string_view>

namespace forescale {

/// What a running process answered.
struct ApiAnswer {
    int status = 0;
    std::string body;
};

/// One request to the API of a running process at `url` ("http://127.0.0.1:8480"); `body`: JSON for
/// a POST, empty for a GET. Waits 10 s at most.
/// errors  invalid_argument: no such URL; unavailable: nobody answers there
[[nodiscard]] Result<ApiAnswer> ask_api(const std::string& url, std::string_view path,
                                        const std::string& body = {});

/// `text` as one segment of a path.
[[nodiscard]] std::string path_segment(std::string_view text);

}  // namespace forescale
