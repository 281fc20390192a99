#include "core/model/file_claim_json.hpp"

#include <utility>

namespace holdfast::args {

namespace {

[[nodiscard]] Result<FileClaim> read_claim(const json::Value& value) {
    FileClaim claim;
    json::Reader reader = json::Reader::of(value);
    reader.require("id")
        .read("id", claim.id)
        .require("name")
        .read("name", claim.name)
        .require("type")
        .read("type", claim.type)
        .require("bytes")
        .read("bytes", claim.bytes)
        .require("sha256")
        .read("sha256", claim.sha256)
        .read("width", claim.width)
        .read("height", claim.height)
        .read("thumbnail", claim.thumbnail);
    if (!claim.id) {
        reader.refuse("id");
    }
    return json::finish(reader, std::move(claim));
}

}  // namespace

void read_files(json::Reader& reader, std::vector<FileClaim>& out) {
    const json::Value* list = reader.array("files");
    if (list == nullptr) {
        return;
    }
    for (const json::Value& value : *list) {
        auto claim = read_claim(value);
        if (!claim) {
            reader.refuse("files");
            return;
        }
        out.push_back(*std::move(claim));
    }
}

json::Value files_value(const std::vector<FileClaim>& files) {
    json::Value list;
    for (const FileClaim& file : files) {
        json::Writer writer;
        writer.write("id", file.id)
            .write("name", json::Value(file.name))
            .write("type", json::Value(file.type))
            .write("bytes", json::Value(file.bytes))
            .write("sha256", json::Value(file.sha256))
            .write("width", file.width)
            .write("height", file.height)
            .write("thumbnail", file.thumbnail);
        list.push_back(writer.take());
    }
    return list;
}

}  // namespace holdfast::args
