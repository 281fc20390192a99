#include "core/model/json.hpp"

#include <utility>

namespace holdfast::json {

namespace {

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

template <class T>
bool take_items(const Value& value, std::vector<T>& out) {
    if (!value.is_array()) {
        return false;
    }
    std::vector<T> items;
    items.reserve(value.size());
    for (const Value& item : value) {
        if (!take(item, items.emplace_back())) {
            return false;
        }
    }
    out = std::move(items);
    return true;
}

template <class T>
bool take_members(const Value& value, std::map<std::string, T>& out) {
    if (!value.is_object()) {
        return false;
    }
    std::map<std::string, T> members;
    for (auto item = value.begin(); item != value.end(); ++item) {
        if (!take(*item, members[item.key()])) {
            return false;
        }
    }
    out = std::move(members);
    return true;
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

std::optional<Id> id_of(const Value& value) {
    return value.is_string() ? parse_id(value.get_ref<const std::string&>()) : std::nullopt;
}

std::string text_in(const Value& object, std::string_view name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

bool take(const Value& value, std::string& out) {
    if (!value.is_string()) {
        return false;
    }
    out = value.get_ref<const std::string&>();
    return true;
}

bool take(const Value& value, bool& out) {
    if (!value.is_boolean()) {
        return false;
    }
    out = value.get<bool>();
    return true;
}

bool take(const Value& value, std::int64_t& out) {
    const bool is_too_large =
        value.is_number_unsigned() &&
        value.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    if (!value.is_number_integer() || is_too_large) {
        return false;
    }
    out = value.get<std::int64_t>();
    return true;
}

bool take(const Value& value, std::uint16_t& out) {
    std::int64_t number = 0;
    if (!take(value, number) || number < 0 || number > std::numeric_limits<std::uint16_t>::max()) {
        return false;
    }
    out = static_cast<std::uint16_t>(number);
    return true;
}

bool take(const Value& value, Id& out) {
    const std::optional<Id> id = id_of(value);
    out = id.value_or(out);
    return id.has_value();
}

bool take(const Value& value, std::vector<Id>& out) {
    return take_items(value, out);
}

bool take(const Value& value, std::vector<std::string>& out) {
    return take_items(value, out);
}

bool take(const Value& value, std::map<std::string, Id>& out) {
    return take_members(value, out);
}

bool take(const Value& value, std::map<std::string, std::string>& out) {
    return take_members(value, out);
}

bool take(const Value& value, std::map<std::string, std::vector<Id>>& out) {
    if (!take_members(value, out)) {
        return false;
    }
    std::erase_if(out, [](const auto& member) { return member.second.empty(); });
    return true;
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
