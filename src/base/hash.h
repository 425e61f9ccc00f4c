#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace forescale {

/// SHA-256 as 64 hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// FNV-1a, 64 bit: for spreading work and checking files, not against an attacker. The same on
/// every machine.
[[nodiscard]] constexpr std::uint64_t fnv1a(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : bytes) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3U;
    }
    return hash;
}

}  // namespace forescale
