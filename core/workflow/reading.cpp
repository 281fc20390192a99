#include "core/workflow/reading.hpp"

#include <limits>

#include "core/workflow/limits.hpp"

namespace holdfast::workflow {

namespace {

constexpr std::int64_t number_max = 9'007'199'254'740'992;  // 2^53

std::optional<Id> id_of(const json::Value& value) {
    return value.is_string() ? parse_id(value.get_ref<const std::string&>()) : std::nullopt;
}

}  // namespace

json::Value parse_json(std::string_view text) {
    return text.size() > limits::definition_bytes_max ? json::Value(json::Value::value_t::discarded)
                                                      : json::parse(text, limits::depth_max);
}

void Place::refuse(std::string_view name) {
    if (!wrong_->empty()) {
        return;
    }
    *wrong_ = path_;
    if (!name.empty() || wrong_->empty()) {
        wrong_->append("/").append(name);
    }
}

const json::Value* Place::find(const char* name) const {
    if (!good()) {
        return nullptr;
    }
    const auto found = value_->find(name);
    return found == value_->end() ? nullptr : &*found;
}

Place& Place::read(const char* name, std::string& out) {
    if (const json::Value* value = find(name)) {
        if (value->is_string()) {
            out = value->get_ref<const std::string&>();
        } else {
            refuse(name);
        }
    }
    return *this;
}

Place& Place::read(const char* name, bool& out) {
    if (const json::Value* value = find(name)) {
        if (value->is_boolean()) {
            out = value->get<bool>();
        } else {
            refuse(name);
        }
    }
    return *this;
}

Place& Place::read(const char* name, std::int64_t& out) {
    const json::Value* value = find(name);
    if (value == nullptr) {
        return *this;
    }
    const bool large = value->is_number_unsigned() &&
                       value->get<std::uint64_t>() > static_cast<std::uint64_t>(number_max);
    if (!value->is_number_integer() || large || value->get<std::int64_t>() < -number_max) {
        refuse(name);
        return *this;
    }
    out = value->get<std::int64_t>();
    return *this;
}

Place& Place::read(const char* name, std::uint64_t& out) {
    auto number = static_cast<std::int64_t>(out);
    read(name, number);
    if (number < 0) {
        refuse(name);
        return *this;
    }
    out = static_cast<std::uint64_t>(number);
    return *this;
}

Place& Place::read(const char* name, std::uint32_t& out) {
    std::uint64_t number = out;
    read(name, number);
    if (number > std::numeric_limits<std::uint32_t>::max()) {
        refuse(name);
        return *this;
    }
    out = static_cast<std::uint32_t>(number);
    return *this;
}

Place& Place::read(const char* name, Id& out) {
    if (const json::Value* value = find(name)) {
        if (const std::optional<Id> id = id_of(*value)) {
            out = *id;
        } else {
            refuse(name);
        }
    }
    return *this;
}

Place& Place::read(const char* name, std::vector<Id>& out) {
    const json::Value* value = find(name);
    if (value == nullptr) {
        return *this;
    }
    if (!value->is_array()) {
        refuse(name);
        return *this;
    }
    for (const json::Value& item : *value) {
        const std::optional<Id> id = id_of(item);
        if (!id) {
            refuse(name);
            return *this;
        }
        out.push_back(*id);
    }
    return *this;
}

Place& Place::read(const char* name, std::vector<std::string>& out) {
    const json::Value* value = find(name);
    if (value == nullptr) {
        return *this;
    }
    if (!value->is_array()) {
        refuse(name);
        return *this;
    }
    for (const json::Value& item : *value) {
        if (!item.is_string()) {
            refuse(name);
            return *this;
        }
        out.push_back(item.get_ref<const std::string&>());
    }
    return *this;
}

Place& Place::read(const char* name, std::map<std::string, std::string>& out) {
    const json::Value* value = find(name);
    if (value == nullptr) {
        return *this;
    }
    if (!value->is_object()) {
        refuse(name);
        return *this;
    }
    for (auto item = value->begin(); item != value->end(); ++item) {
        if (!item->is_string()) {
            refuse(name);
            return *this;
        }
        out[item.key()] = item->get_ref<const std::string&>();
    }
    return *this;
}

Place& Place::read_json(const char* name, std::string& out) {
    if (const json::Value* value = find(name)) {
        out = json::dump(*value);
    }
    return *this;
}

}  // namespace holdfast::workflow
