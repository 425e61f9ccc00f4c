#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <zlib.h>

namespace forescale {

/// Files of a test in a folder of its own, gone afterwards.
class TestFiles {
public:
    TestFiles() {
        std::string name = ::testing::TempDir() + "forescale-XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    TestFiles(const TestFiles&) = delete;
    TestFiles& operator=(const TestFiles&) = delete;
    ~TestFiles() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    [[nodiscard]] std::string path(std::string_view name) const {
        return folder_ + "/" + std::string(name);
    }
    std::string write(std::string_view name, std::string_view text) const {
        std::ofstream(path(name), std::ios::binary) << text;
        return path(name);
    }
    std::string write_gzip(std::string_view name, std::string_view text) const {
        auto* const file = gzopen(path(name).c_str(), "wb");
        gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
        gzclose(file);
        return path(name);
    }

private:
    std::string folder_;
};

}  // namespace forescale
