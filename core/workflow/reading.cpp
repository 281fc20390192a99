#include "core/workflow/reading.hpp"

#include <limits>

#include "core/workflow/limits.hpp"

namespace holdfast::workflow {

namespace {

constexpr std::int64_t number_max = 9'007'199'254'740'992;  // 2^53

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

Place& Place::read(const char* name, std::int64_t& out) {
    std::int64_t number = out;
    const json::Value* value = find(name);
    if (value != nullptr &&
        (!json::take(*value, number) || number > number_max || number < -number_max)) {
        refuse(name);
        return *this;
    }
    out = number;
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

Place& Place::read_json(const char* name, std::string& out) {
    if (const json::Value* value = find(name)) {
        out = json::dump(*value);
    }
    return *this;
}

}  // namespace holdfast::workflow
