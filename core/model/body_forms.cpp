#include "core/model/body_forms.hpp"

#include <utility>

#include "core/model/json.hpp"

namespace holdfast::body {

Result<Form> parse_form(std::string_view text) {
    Form value;
    json::Reader reader(text);
    reader.read("code", value.code)
        .read("version", value.version)
        .read("current", value.current)
        .read("active", value.active);
    return json::finish(reader, std::move(value));
}

Result<FormVersion> parse_form_version(std::string_view text) {
    FormVersion value;
    json::Reader reader = json::Reader::of(json::parse(text));
    reader.read("form", value.form)
        .read("collections", value.collections)
        .read_object("definition", value.definition);
    return json::finish(reader, std::move(value));
}

Result<Collection> parse_collection(std::string_view text) {
    Collection value;
    json::Reader reader(text);
    reader.read("code", value.code)
        .read("name", value.name)
        .read("parents", value.parents)
        .read("active", value.active);
    return json::finish(reader, std::move(value));
}

Result<Element> parse_element(std::string_view text) {
    Element value;
    json::Reader reader(text);
    reader.read("code", value.code)
        .read("name", value.name)
        .read("parents", value.parents)
        .read("columns", value.columns)
        .read("active", value.active);
    return json::finish(reader, std::move(value));
}

Result<Answer> parse_answer(std::string_view text) {
    Answer value;
    json::Reader reader = json::Reader::of(json::parse(text));
    reader.read("author", value.author)
        .read("version", value.version)
        .read_object("answers", value.answers)
        .read("sent_at", value.sent_at)
        .read("offset", value.offset_minutes)
        .read("upcast", value.upcast)
        .read("aside", value.aside);
    return json::finish(reader, std::move(value));
}

std::string encode(const Form& value) {
    return json::Writer{}
        .write("code", value.code)
        .write("version", value.version)
        .write("current", value.current)
        .write("active", value.active, true)
        .text();
}

std::string encode(const FormVersion& value) {
    return json::Writer{}
        .write("form", value.form)
        .write("collections", value.collections)
        .write("definition", json::parse(value.definition))
        .text();
}

std::string encode(const Collection& value) {
    return json::Writer{}
        .write("code", value.code)
        .write("name", value.name)
        .write("parents", value.parents)
        .write("active", value.active, true)
        .text();
}

std::string encode(const Element& value) {
    return json::Writer{}
        .write("code", value.code)
        .write("name", value.name)
        .write("parents", value.parents)
        .write("columns", value.columns)
        .write("active", value.active, true)
        .text();
}

std::string encode(const Answer& value) {
    return json::Writer{}
        .write("author", value.author)
        .write("version", value.version)
        .write("answers", json::parse(value.answers))
        .write("sent_at", value.sent_at)
        .write("offset", value.offset_minutes)
        .write("upcast", value.upcast)
        .write("aside", value.aside)
        .text();
}

}  // namespace holdfast::body
