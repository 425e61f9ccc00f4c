#pragma once
#include "base/error.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace forescale {

/// Lines of a plain or gzip-compressed text file, one at a time, in bounded memory. LF or CRLF; a
/// last line without an end counts; a byte-order mark is skipped.
class TextFile {
public:
    static constexpr std::size_t line_bytes_max = std::size_t{1} << 20U;

    /// errors  not_found: no such file; invalid_argument: a folder, or not readable
    [[nodiscard]] static Result<TextFile> open(const std::string& path);
    TextFile(TextFile&&) noexcept;
    TextFile& operator=(TextFile&&) noexcept;
    ~TextFile();

    /// The next line without its end, or nothing at the end of the file. The view lives until the
    /// next call.
    /// errors  invalid_argument: a line longer than line_bytes_max; corrupt: broken gzip data. Both
    /// name file and line.
    [[nodiscard]] Result<std::optional<std::string_view>> next();
    [[nodiscard]] std::size_t line_number() const;  ///< of the line that next() gave last, from 1
    [[nodiscard]] const std::string& path() const;

private:
    struct State;
    explicit TextFile(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace forescale
