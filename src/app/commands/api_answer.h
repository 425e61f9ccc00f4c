#pragma once
#include "api/client.h"
#include "base/json.h"

#include <string>

namespace forescale {

/// Where the API of a running process is: the one given, or the one that a configuration file
/// names.
/// errors  as load_config
[[nodiscard]] Result<std::string> api_url(const std::string& given, const std::string& config);

/// The answer's JSON object, or what the process says against the request.
/// errors  not_found, invalid_argument; unavailable: no JSON, or the process has trouble
[[nodiscard]] Result<json::value> checked_answer(const ApiAnswer& answer);

}  // namespace forescale
