#include "base/archive.h"

#include <zlib.h>

namespace forescale {
namespace {

constexpr std::string_view magic = "FSCSTATE";

struct Header {
    std::array<char, 8> magic;
    std::uint32_t version;
    std::uint32_t reserved;
    std::uint64_t size;
    std::uint64_t checksum;
};
static_assert(sizeof(Header) == 32);

/// CRC-32: about 1 GB/s, and a checkpoint is half a megabyte.
std::uint64_t checksum_of(std::string_view content) {
    return crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
}

}  // namespace

// Out of line, because g++ 12 sees an overrun in a string of known length that is moved.
std::string ArchiveWriter::take() {
    return std::move(bytes_);
}

std::string seal(std::string_view content, std::uint32_t version) {
    Header header{.magic = {},
                  .version = version,
                  .reserved = 0,
                  .size = content.size(),
                  .checksum = checksum_of(content)};
    std::ranges::copy(magic, header.magic.begin());
    std::string sealed(sizeof header, '\0');
    std::memcpy(sealed.data(), &header, sizeof header);
    sealed.append(content);
    return sealed;
}

Result<std::string_view> unseal(std::string_view sealed, std::uint32_t version) {
    Header header{};
    if (sealed.size() < sizeof header)
        return fail(Errc::corrupt, "stored state is {} bytes, shorter than its header",
                    sealed.size());
    std::memcpy(&header, sealed.data(), sizeof header);
    const auto content = sealed.substr(sizeof header);
    if (std::string_view(header.magic.data(), header.magic.size()) != magic)
        return fail(Errc::corrupt,
                    "stored state does not begin with {}; it was not written by forescale", magic);
    if (header.version != version)
        return fail(Errc::corrupt, "stored state has version {}, this program reads {}",
                    header.version, version);
    if (header.size != content.size() || header.checksum != checksum_of(content))
        return fail(Errc::corrupt, "stored state is truncated or changed (checksum differs)");
    return content;
}

}  // namespace forescale
