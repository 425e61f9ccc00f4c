#pragma once
#include <span>
#include <string_view>

namespace forescale {

/// A file that is part of the program: cmake/embed.cmake put its bytes there at build.
struct WebFile {
    std::string_view path;  ///< as the browser asks for it
    std::string_view content_type;
    std::string_view bytes;
};

/// The dashboard's files and the API's description. Nothing of the page comes from elsewhere.
[[nodiscard]] std::span<const WebFile> web_files();

/// Nullptr: no such file.
[[nodiscard]] const WebFile* web_file(std::string_view path);

}  // namespace forescale
