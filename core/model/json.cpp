#include "core/model/json.hpp"

#include <utility>

namespace holdfast::json {

namespace {

std::optional<Id> id_of(const Value& value) {
    if (!value.is_string()) {
        return std::nullopt;
    }
    return parse_id(value.get_ref<const std::string&>());
}

bool ids_of(const Value& value, std::vector<Id>& out) {
    if (!value.is_array()) {
        return false;
    }
    std::vector<Id> ids;
    ids.reserve(value.size());
    for (const Value& item : value) {
        const std::optional<Id> id = id_of(item);
        if (!id) {
            return false;
        }
        ids.push_back(*id);
    }
    out = std::move(ids);
    return true;
}

bool is_too_deep(std::string_view text, std::size_t limit) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size() && depth <= limit; ++i) {
        const char letter = text[i];
        if (in_string && letter == '\\') {
            ++i;  // what is escaped ends nothing
        } else if (letter == '"') {
            in_string = !in_string;
        } else if (!in_string && (letter == '[' || letter == '{')) {
            ++depth;
        } else if (!in_string && (letter == ']' || letter == '}') && depth > 0) {
            --depth;
        }
    }
    return depth > limit;
}

Value array_of(const std::vector<Id>& ids) {
    Value array = Value::array();
    for (const Id id : ids) {
        array.push_back(to_string(id));
    }
    return array;
}

}  // namespace

Value parse(std::string_view text, std::size_t depth) {
    return is_too_deep(text, depth) ? Value(Value::value_t::discarded)
                                    : Value::parse(text, nullptr, false);
}

std::string dump(const Value& value, int indent) {
    return value.dump(indent, ' ', false, Value::error_handler_t::replace);
}

Reader::Reader(std::string_view text) : Reader(of(Value::parse(text, nullptr, false))) {}

Reader Reader::of(Value root) {
    Reader reader;
    reader.root_ = std::move(root);
    if (!reader.root_.is_object()) {
        reader.wrong_ = "not an object";
    }
    return reader;
}

const Value* Reader::find(const char* name) const {
    if (!wrong_.empty()) {
        return nullptr;
    }
    const auto found = root_.find(name);
    return found == root_.end() ? nullptr : &*found;
}

void Reader::refuse(const char* name) {
    if (wrong_.empty()) {
        wrong_ = std::string("member ") + name;
    }
}

Reader& Reader::require(const char* name) {
    if (find(name) == nullptr) {
        refuse(name);
    }
    return *this;
}

Reader& Reader::read(const char* name, std::string& out) {
    if (const Value* value = find(name)) {
        if (value->is_string()) {
            out = value->get_ref<const std::string&>();
        } else {
            refuse(name);
        }
    }
    return *this;
}

Reader& Reader::read(const char* name, bool& out) {
    if (const Value* value = find(name)) {
        if (value->is_boolean()) {
            out = value->get<bool>();
        } else {
            refuse(name);
        }
    }
    return *this;
}

Reader& Reader::read(const char* name, std::int64_t& out) {
    if (const Value* value = find(name)) {
        const bool too_large =
            value->is_number_unsigned() &&
            value->get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
        if (value->is_number_integer() && !too_large) {
            out = value->get<std::int64_t>();
        } else {
            refuse(name);
        }
    }
    return *this;
}

Reader& Reader::read(const char* name, std::uint16_t& out) {
    std::int64_t number = out;
    read(name, number);
    if (number < 0 || number > std::numeric_limits<std::uint16_t>::max()) {
        refuse(name);
        return *this;
    }
    out = static_cast<std::uint16_t>(number);
    return *this;
}

Reader& Reader::read(const char* name, Id& out) {
    if (const Value* value = find(name)) {
        if (const std::optional<Id> id = id_of(*value)) {
            out = *id;
        } else {
            refuse(name);
        }
    }
    return *this;
}

Reader& Reader::read(const char* name, std::vector<Id>& out) {
    if (const Value* value = find(name); value != nullptr && !ids_of(*value, out)) {
        refuse(name);
    }
    return *this;
}

Reader& Reader::read(const char* name, std::vector<std::string>& out) {
    const Value* value = find(name);
    if (value == nullptr) {
        return *this;
    }
    if (!value->is_array()) {
        refuse(name);
        return *this;
    }
    std::vector<std::string> texts;
    texts.reserve(value->size());
    for (const Value& item : *value) {
        if (!item.is_string()) {
            refuse(name);
            return *this;
        }
        texts.push_back(item.get_ref<const std::string&>());
    }
    out = std::move(texts);
    return *this;
}

Reader& Reader::read(const char* name, std::map<std::string, std::string>& out) {
    const Value* value = object(name);
    if (value == nullptr) {
        return *this;
    }
    std::map<std::string, std::string> texts;
    for (auto item = value->begin(); item != value->end(); ++item) {
        if (!item->is_string()) {
            refuse(name);
            return *this;
        }
        texts.emplace(item.key(), item->get_ref<const std::string&>());
    }
    out = std::move(texts);
    return *this;
}

Reader& Reader::read(const char* name, std::map<std::string, std::vector<Id>>& out) {
    const Value* value = object(name);
    if (value == nullptr) {
        return *this;
    }
    std::map<std::string, std::vector<Id>> lists;
    for (auto item = value->begin(); item != value->end(); ++item) {
        std::vector<Id> ids;
        if (!ids_of(*item, ids)) {
            refuse(name);
            return *this;
        }
        if (!ids.empty()) {
            lists.emplace(item.key(), std::move(ids));
        }
    }
    out = std::move(lists);
    return *this;
}

Reader& Reader::read(const char* name, std::map<std::string, Id>& out) {
    const Value* value = object(name);
    if (value == nullptr) {
        return *this;
    }
    std::map<std::string, Id> ids;
    for (auto item = value->begin(); item != value->end(); ++item) {
        const std::optional<Id> id = id_of(*item);
        if (!id) {
            refuse(name);
            return *this;
        }
        ids.emplace(item.key(), *id);
    }
    out = std::move(ids);
    return *this;
}

Reader& Reader::read_object(const char* name, std::string& out) {
    if (const Value* value = object(name)) {
        out = dump(*value);
    }
    return *this;
}

const Value* Reader::object(const char* name) {
    const Value* value = find(name);
    if (value != nullptr && !value->is_object()) {
        refuse(name);
        return nullptr;
    }
    return value;
}

const Value* Reader::array(const char* name) {
    const Value* value = find(name);
    if (value != nullptr && !value->is_array()) {
        refuse(name);
        return nullptr;
    }
    return value;
}

Result<> Reader::done() const {
    if (!wrong_.empty()) {
        return fail(ErrorCode::intent_malformed, wrong_);
    }
    return {};
}

Writer& Writer::write(const char* name, const std::string& value) {
    if (!value.empty()) {
        root_[name] = value;
    }
    return *this;
}

Writer& Writer::write(const char* name, bool value, bool otherwise) {
    if (value != otherwise) {
        root_[name] = value;
    }
    return *this;
}

Writer& Writer::write(const char* name, std::int64_t value) {
    if (value != 0) {
        root_[name] = value;
    }
    return *this;
}

Writer& Writer::write(const char* name, Id value) {
    if (value) {
        root_[name] = to_string(value);
    }
    return *this;
}

Writer& Writer::write(const char* name, const std::vector<Id>& value) {
    if (!value.empty()) {
        root_[name] = array_of(value);
    }
    return *this;
}

Writer& Writer::write(const char* name, const std::vector<std::string>& value) {
    if (!value.empty()) {
        Value array = Value::array();
        for (const std::string& item : value) {
            array.push_back(item);
        }
        root_[name] = std::move(array);
    }
    return *this;
}

Writer& Writer::write(const char* name, const std::map<std::string, std::string>& value) {
    if (!value.empty()) {
        Value object = Value::object();
        for (const auto& [key, text] : value) {
            object[key] = text;
        }
        root_[name] = std::move(object);
    }
    return *this;
}

Writer& Writer::write(const char* name, const std::map<std::string, std::vector<Id>>& value) {
    Value object = Value::object();
    for (const auto& [key, ids] : value) {
        if (!ids.empty()) {
            object[key] = array_of(ids);
        }
    }
    return write(name, std::move(object));
}

Writer& Writer::write(const char* name, const std::map<std::string, Id>& value) {
    Value object = Value::object();
    for (const auto& [key, id] : value) {
        object[key] = to_string(id);
    }
    return write(name, std::move(object));
}

Writer& Writer::write(const char* name, Value value) {
    if (!value.empty()) {
        root_[name] = std::move(value);
    }
    return *this;
}

std::string Writer::text() const {
    return dump(root_);
}

}  // namespace holdfast::json
