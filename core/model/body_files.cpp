#include "core/model/body_files.hpp"

#include <utility>

#include "core/model/json.hpp"

namespace holdfast::body {

Result<File> parse_file(std::string_view text) {
    File value;
    json::Reader reader(text);
    reader.read("author", value.author)
        .read("name", value.name)
        .read("type", value.type)
        .read("bytes", value.bytes)
        .read("sha256", value.sha256)
        .read("width", value.width)
        .read("height", value.height)
        .read("thumbnail", value.thumbnail)
        .read("stored", value.stored)
        .read("refused", value.refused);
    return json::finish(reader, std::move(value));
}

std::string encode(const File& value) {
    return json::Writer{}
        .write("author", value.author)
        .write("name", value.name)
        .write("type", value.type)
        .write("bytes", value.bytes)
        .write("sha256", value.sha256)
        .write("width", value.width)
        .write("height", value.height)
        .write("thumbnail", value.thumbnail)
        .write("stored", value.stored, false)
        .write("refused", std::int64_t{value.refused})
        .text();
}

}  // namespace holdfast::body
