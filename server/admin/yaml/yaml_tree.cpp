#include "server/admin/yaml/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <set>
#include <sstream>
#include <utility>

#include "core/wire/utf8.hpp"

namespace holdfast::admin {
namespace {

std::size_t line_of(const YAML::Mark& mark) {
    return mark.line < 0 ? 1 : static_cast<std::size_t>(mark.line) + 1;
}

/// Builds the tree from the parser's events. Throws YAML::ParserException, as the parser does.
class TreeBuilder final : public YAML::EventHandler {
public:
    explicit TreeBuilder(Problems& problems) : problems_(problems) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ > 1) {
            throw YAML::ParserException(mark, "a second document begins here; one is read");
        }
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        refuse_anchor(mark, anchor);
        add({.kind = YamlNode::Kind::null, .line = line_of(mark)}, mark);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
        throw YAML::ParserException(mark, "aliases are not read");
    }
    void OnScalar(const YAML::Mark& mark,
                  const std::string& tag,
                  YAML::anchor_t anchor,
                  const std::string& value) override {
        refuse_anchor(mark, anchor);
        if (tag == "?" && (value.empty() || value == "~" || value == "null")) {
            add({.kind = YamlNode::Kind::null, .line = line_of(mark)}, mark);
            return;
        }
        add({.kind = YamlNode::Kind::scalar,
             .line = line_of(mark),
             .quoted = tag == "!",
             .text = value},
            mark);
    }

    void OnSequenceStart(const YAML::Mark& mark,
                         const std::string& /*tag*/,
                         YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(YamlNode::Kind::list, mark, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark,
                    const std::string& /*tag*/,
                    YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(YamlNode::Kind::map, mark, anchor);
    }
    void OnMapEnd() override { close(); }

    [[nodiscard]] YamlNode take() { return std::move(root_); }

private:
    /// A list or map whose end has not come.
    struct Open {
        YamlNode node;
        bool key_read = false;  ///< map: the next node is the value
        std::set<std::string> seen{};
    };

    static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (anchor != 0) {
            throw YAML::ParserException(mark, "anchors are not read");
        }
    }

    void open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        refuse_anchor(mark, anchor);
        if (open_.size() >= yaml_depth_max) {
            throw YAML::ParserException(mark, "nested too deep");
        }
        if (!open_.empty() && open_.back().node.kind == YamlNode::Kind::map &&
            !open_.back().key_read) {
            throw YAML::ParserException(mark, "a key is a text");
        }
        open_.push_back({.node = {.kind = kind, .line = line_of(mark)}});
    }

    void close() {
        YamlNode done = std::move(open_.back().node);
        open_.pop_back();
        place(std::move(done));
    }

    void add(YamlNode node, const YAML::Mark& mark) {
        if (++nodes_ > yaml_nodes_max) {
            throw YAML::ParserException(mark, "too many values");
        }
        if (!open_.empty() && open_.back().node.kind == YamlNode::Kind::map &&
            !open_.back().key_read) {
            take_key(node);
            return;
        }
        place(std::move(node));
    }

    void take_key(const YamlNode& node) {
        Open& map = open_.back();
        if (!map.seen.insert(node.text).second) {
            add_problem(problems_, node.line, "the key " + quote(node.text) + " is given twice");
        }
        map.node.keys.push_back({.text = node.text, .line = node.line});
        map.key_read = true;
    }

    void place(YamlNode node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        open_.back().key_read = false;
        open_.back().node.items.push_back(std::move(node));
    }

    Problems& problems_;
    YamlNode root_;
    std::vector<Open> open_;
    std::size_t nodes_ = 0;
    std::size_t documents_ = 0;
};

std::size_t line_at(std::string_view text, std::size_t offset) {
    std::size_t line = 1;
    for (const char letter : text.substr(0, offset)) {
        line += letter == '\n' ? 1 : 0;
    }
    return line;
}

/// The line of the first byte that is no UTF-8.
std::size_t line_of_garbage(std::string_view text) {
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (!wire::is_utf8(text.substr(begin, end - begin))) {
            break;
        }
        begin = end + 1;
    }
    return line_at(text, std::min(begin, text.size()));
}

}  // namespace

YamlNode parse_yaml(std::string_view text, Problems& problems) {
    if (text.size() > yaml_bytes_max) {
        add_problem(problems, 1, "the file is larger than 16 MiB");
        return {};
    }
    if (!wire::is_utf8(text)) {
        add_problem(problems, line_of_garbage(text), "this is not UTF-8");
        return {};
    }
    if (const auto zero = text.find('\0'); zero != std::string_view::npos) {
        add_problem(problems, line_at(text, zero), "a zero byte: this is not a text file");
        return {};
    }
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        TreeBuilder builder(problems);
        while (parser.HandleNextDocument(builder)) {
        }
        return builder.take();
    } catch (const YAML::Exception& refused) {
        add_problem(problems, line_of(refused.mark), refused.msg);
    } catch (const std::exception& broken) {
        add_problem(problems, 1, std::string("this is not YAML: ") + broken.what());
    }
    return {};
}

}  // namespace holdfast::admin
