#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace holdfast::wire::testing {

/// Tests run in the project's folder.
inline const std::string vectors_folder = "spec/vectors/";

inline std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path << " is missing";
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Whether the vectors are to be written anew instead of compared.
inline bool updates_vectors() {
    return std::getenv("HOLDFAST_UPDATE_VECTORS") != nullptr;
}

/// Compares `content` with the file `name` under spec/vectors, or writes it there.
inline void expect_vector(const std::string& name, std::string_view content) {
    const std::string path = vectors_folder + name;
    if (updates_vectors()) {
        std::ofstream(path, std::ios::binary)
            .write(content.data(), static_cast<std::streamsize>(content.size()));
    }
    EXPECT_TRUE(read_file(path) == content)
        << path << " is not what this build makes. Bytes of a released version never change; "
        << "where the change is meant, run again with HOLDFAST_UPDATE_VECTORS=1";
}

}  // namespace holdfast::wire::testing
