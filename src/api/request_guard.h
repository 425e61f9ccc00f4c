#pragma once
#include "api/server.h"

#include <optional>
#include <string_view>

namespace forescale {

/// Is this the name or address of this machine, as the value of a Host header or the host of an
/// origin? A port may follow.
[[nodiscard]] bool is_loopback_host(std::string_view host);

/// Refuses what a web page of another site could make a browser send. There is no log-in yet, so
/// being on this machine is the right to read and to write; a name that a stranger points at
/// 127.0.0.1 (DNS rebinding) must not share it.
///   421  the Host header names no loopback host
///   403  a browser says that a page of another origin asks (Origin header)
///   415  a POST that is no application/json: forms can be sent across sites without the browser
///   asking first
[[nodiscard]] std::optional<Response> refuse_foreign(const Request& request);

}  // namespace forescale
