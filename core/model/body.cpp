#include "core/model/body.hpp"

#include <array>
#include <utility>

#include "core/model/json.hpp"

namespace holdfast::body {

namespace {

constexpr std::array<std::pair<GroupKind, std::string_view>, 4> group_kinds{{
    {GroupKind::standard, "standard"},
    {GroupKind::workflow, "workflow"},
    {GroupKind::link, "link"},
    {GroupKind::category, "category"},
}};

void read_flag(const json::Value& object, const char* name, bool& out, json::Reader& reader) {
    const auto found = object.find(name);
    if (found == object.end()) {
        return;
    }
    if (found->is_boolean()) {
        out = found->get<bool>();
    } else {
        reader.refuse(name);
    }
}

void read_policy(json::Reader& reader, OfflinePolicy& out) {
    if (const json::Value* policy = reader.object("offline")) {
        read_flag(*policy, "granted", out.granted, reader);
        read_flag(*policy, "automatic", out.automatic, reader);
        read_flag(*policy, "allow_messages", out.allow_messages, reader);
    }
}

void read_elements(json::Reader& reader, std::vector<HeldElement>& out) {
    const json::Value* list = reader.array("elements");
    if (list == nullptr) {
        return;
    }
    for (const json::Value& item : *list) {
        HeldElement element;
        json::Reader inside = json::Reader::of(item);
        inside.read("id", element.id)
            .read("collection", element.collection)
            .read("code", element.code);
        if (!inside.done()) {
            reader.refuse("elements");
            return;
        }
        out.push_back(std::move(element));
    }
}

/// Null where there are none: what is null is not written.
json::Value elements_value(const std::vector<HeldElement>& elements) {
    json::Value list;
    for (const HeldElement& element : elements) {
        json::Writer writer;
        writer.write("id", element.id)
            .write("collection", element.collection)
            .write("code", element.code);
        list.push_back(writer.take());
    }
    return list;
}

json::Writer write_policy(const OfflinePolicy& value) {
    const OfflinePolicy otherwise;
    json::Writer writer;
    writer.write("granted", value.granted, otherwise.granted)
        .write("automatic", value.automatic, otherwise.automatic)
        .write("allow_messages", value.allow_messages, otherwise.allow_messages)
        .write("withdrawn", value.withdrawn, otherwise.withdrawn)
        .write("pin_required", value.pin_required, otherwise.pin_required)
        .write("offline_days_max", value.offline_days_max)
        .write("attachment_bytes_max", value.attachment_bytes_max);
    return writer;
}

}  // namespace

std::string_view group_kind_name(GroupKind kind) {
    for (const auto& [known, name] : group_kinds) {
        if (known == kind) {
            return name;
        }
    }
    return "standard";
}

std::optional<GroupKind> parse_group_kind(std::string_view name) {
    for (const auto& [kind, known] : group_kinds) {
        if (known == name) {
            return kind;
        }
    }
    return std::nullopt;
}

Result<OfflinePolicy> parse_offline_policy(std::string_view text) {
    OfflinePolicy value;
    json::Reader reader(text);
    reader.read("granted", value.granted)
        .read("automatic", value.automatic)
        .read("allow_messages", value.allow_messages)
        .read("withdrawn", value.withdrawn)
        .read("pin_required", value.pin_required)
        .read("offline_days_max", value.offline_days_max)
        .read("attachment_bytes_max", value.attachment_bytes_max);
    return json::finish(reader, value);
}

Result<Organization> parse_organization(std::string_view text) {
    Organization value;
    json::Reader reader(text);
    reader.read("name", value.name).read("language", value.language);
    read_policy(reader, value.offline);
    return json::finish(reader, std::move(value));
}

Result<User> parse_user(std::string_view text) {
    User value;
    json::Reader reader(text);
    reader.read("name", value.name)
        .read("last_name", value.last_name)
        .read("email", value.email)
        .read("phone", value.phone)
        .read("job", value.job)
        .read("roles", value.roles)
        .read("read_only", value.read_only)
        .read("active", value.active)
        .read("bosses", value.bosses);
    read_elements(reader, value.elements);
    return json::finish(reader, std::move(value));
}

Result<Role> parse_role(std::string_view text) {
    Role value;
    json::Reader reader(text);
    reader.read("name", value.name).read("permissions", value.permissions);
    return json::finish(reader, std::move(value));
}

Result<Group> parse_group(std::string_view text) {
    Group value;
    std::string kind(group_kind_name(value.kind));
    json::Reader reader(text);
    reader.read("name", value.name)
        .read("kind", kind)
        .read("icon", value.icon)
        .read("color", value.color)
        .read("weight", value.weight)
        .read("parent", value.parent)
        .read("category", value.category)
        .read("view", value.view)
        .read("create_channels", value.create_channels)
        .read("url", value.url)
        .read("active", value.active)
        .read("code", value.code);
    if (const auto known = parse_group_kind(kind)) {
        value.kind = *known;
    } else {
        reader.refuse("kind");
    }
    return json::finish(reader, std::move(value));
}

Result<Channel> parse_channel(std::string_view text) {
    Channel value;
    json::Reader reader(text);
    reader.read("name", value.name)
        .read("group", value.group)
        .read("private", value.is_private)
        .read("writable", value.writable)
        .read("active", value.active)
        .read("code", value.code)
        .read("read_until", value.read_until);
    read_elements(reader, value.elements);
    return json::finish(reader, std::move(value));
}

Result<Member> parse_member(std::string_view text) {
    Member value;
    json::Reader reader(text);
    reader.read("admin", value.admin);
    return json::finish(reader, value);
}

Result<Message> parse_message(std::string_view text) {
    Message value;
    json::Reader reader(text);
    reader.read("author", value.author)
        .read("text", value.text)
        .read("system", value.system)
        .read("params", value.params)
        .read("reply_to", value.reply_to)
        .read("reactions", value.reactions)
        .read("hidden", value.hidden)
        .read("form", value.form)
        .read("files", value.files);
    return json::finish(reader, std::move(value));
}

Result<Grant> parse_grant(std::string_view text) {
    Grant value;
    json::Reader reader(text);
    reader.read("channel", value.channel);
    return json::finish(reader, value);
}

Result<ReadMark> parse_read_mark(std::string_view text) {
    ReadMark value;
    json::Reader reader(text);
    reader.read("sort", value.sort).read("message", value.message);
    return json::finish(reader, value);
}

Result<Receipt> parse_receipt(std::string_view text) {
    Receipt value;
    json::Reader reader(text);
    reader.read("code", value.code).read("detail", value.detail).read("kept", value.kept);
    return json::finish(reader, std::move(value));
}

std::string encode(const OfflinePolicy& value) {
    return write_policy(value).text();
}

std::string encode(const Organization& value) {
    json::Writer writer;
    writer.write("name", value.name).write("offline", write_policy(value.offline).take());
    if (value.language != Organization{}.language) {
        writer.write("language", json::Value(value.language));
    }
    return writer.text();
}

std::string encode(const User& value) {
    return json::Writer{}
        .write("name", value.name)
        .write("last_name", value.last_name)
        .write("email", value.email)
        .write("phone", value.phone)
        .write("job", value.job)
        .write("roles", value.roles)
        .write("read_only", value.read_only, false)
        .write("active", value.active, true)
        .write("bosses", value.bosses)
        .write("elements", elements_value(value.elements))
        .text();
}

std::string encode(const Role& value) {
    return json::Writer{}.write("name", value.name).write("permissions", value.permissions).text();
}

std::string encode(const Group& value) {
    const bool usual = value.kind == GroupKind::standard;
    return json::Writer{}
        .write("name", value.name)
        .write("kind", usual ? std::string{} : std::string(group_kind_name(value.kind)))
        .write("icon", value.icon)
        .write("color", value.color)
        .write("weight", value.weight)
        .write("parent", value.parent)
        .write("category", value.category)
        .write("view", value.view)
        .write("create_channels", value.create_channels)
        .write("url", value.url)
        .write("active", value.active, true)
        .write("code", value.code)
        .text();
}

std::string encode(const Channel& value) {
    return json::Writer{}
        .write("name", value.name)
        .write("group", value.group)
        .write("private", value.is_private, false)
        .write("writable", value.writable, true)
        .write("active", value.active, true)
        .write("code", value.code)
        .write("elements", elements_value(value.elements))
        .write("read_until", value.read_until)
        .text();
}

std::string encode(const Member& value) {
    return json::Writer{}.write("admin", value.admin, false).text();
}

std::string encode(const Message& value) {
    return json::Writer{}
        .write("author", value.author)
        .write("text", value.text)
        .write("system", value.system)
        .write("params", value.params)
        .write("reply_to", value.reply_to)
        .write("reactions", value.reactions)
        .write("hidden", value.hidden, false)
        .write("form", value.form)
        .write("files", value.files)
        .text();
}

std::string encode(const Grant& value) {
    return json::Writer{}.write("channel", value.channel, false).text();
}

std::string encode(const ReadMark& value) {
    return json::Writer{}.write("sort", value.sort).write("message", value.message).text();
}

std::string encode(const Receipt& value) {
    return json::Writer{}
        .write("code", std::int64_t{value.code})
        .write("detail", value.detail)
        .write("kept", value.kept)
        .text();
}

}  // namespace holdfast::body
