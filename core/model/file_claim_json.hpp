#pragma once

#include <vector>

#include "core/model/file_claim.hpp"
#include "core/model/json.hpp"

/// How the arguments of intents hold files. For .cpp files only, as json.hpp.
namespace holdfast::args {

/// Reads the member `files`; absent: none. A claim must have its id, name, type, bytes and sha256.
void read_files(json::Reader& reader, std::vector<FileClaim>& out);

/// Null where there are none: the writer leaves it out.
[[nodiscard]] json::Value files_value(const std::vector<FileClaim>& files);

}  // namespace holdfast::args
