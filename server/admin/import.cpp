#include "server/admin/import.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "core/model/json.hpp"
#include "server/admin/founder.hpp"
#include "server/admin/guarded.hpp"
#include "server/admin/org_state.hpp"
#include "server/storage/common/transact.hpp"

namespace holdfast::admin {
namespace {

using GroupNames = std::map<std::string, std::string>;  ///< by code: the name in its first row

void rewind(std::istream& csv) {
    csv.clear();
    csv.seekg(0);
}

std::unexpected<Error> invalid(Problems& problems) {
    return std::unexpected(as_error(ErrorCode::import_invalid, problems));
}

std::string import_code(const ImportMap& map, const std::string& key) {
    return "import:" + map.name.value + ":" + key;
}

/// Reads the table once, for its problems and its groups.
GroupNames survey(const ImportMap& map,
                  std::istream& csv,
                  const std::string& file,
                  Problems& problems) {
    GroupNames groups;
    rewind(csv);
    ImportRows rows(csv, map, file, problems);
    ImportRow row;
    while (rows.next(row)) {
        groups.try_emplace(row.group_code, row.group_name);
    }
    return groups;
}

class Importer {
public:
    Importer(storage::Storage& storage,
             const ImportMap& map,
             const ImportOptions& options,
             Problems& problems)
        : storage_(storage), map_(map), options_(options), problems_(problems) {}

    Result<> prepare(const GroupNames& groups) {
        HF_TRY(const std::string code, organization_code());
        HF_TRY(auto state, load_organization(storage_, code));
        if (!state) {
            return problem(1, "there is no organization " + quote(code));
        }
        organization_ = state->id;
        directory_ = state->directory;
        for (const auto& [id, channel] : state->channels) {
            if (!channel.body.code.empty()) {
                present_.insert(channel.body.code);
            }
        }
        const OrgNames names = names_of(*state);
        Founder founder(storage_, organization_, directory_);
        HF_CHECK(find_author(founder, names));
        for (const auto& [group_code, name] : groups) {
            HF_CHECK(find_group(founder, *state, {group_code, name}));
        }
        HF_TRY([[maybe_unused]] const std::size_t grants, founder.finish());
        return {};
    }

    Result<ImportProgress> write(std::istream& csv) {
        rewind(csv);
        ImportRows rows(csv, map_, options_.file, problems_);
        std::vector<ImportRow> batch;
        ImportRow row;
        bool more = true;
        while (more) {
            more = rows.next(row);
            if (more) {
                batch.push_back(std::move(row));
            }
            if (batch.size() >= options_.rows_per_transaction || (!more && !batch.empty())) {
                HF_CHECK(write_batch(batch));
                batch.clear();
                const bool goes_on = !options_.progress || options_.progress(progress_);
                more = more && goes_on;
            }
        }
        return problems_.empty() ? Result<ImportProgress>(progress_) : invalid(problems_);
    }

private:
    std::unexpected<Error> problem(std::size_t line, std::string text) {
        add_problem(problems_, line, std::move(text), map_.file);
        return invalid(problems_);
    }

    Result<std::string> organization_code() {
        if (!map_.organization.empty()) {
            return map_.organization;
        }
        HF_TRY(const auto organizations, storage_.organizations());
        if (organizations.size() == 1) {
            return organizations.front().code;
        }
        return problem(1,
                       organizations.empty()
                           ? "there is no organization: apply an organization file first"
                           : "organization is missing, and there are several");
    }

    Result<> find_author(Founder& founder, const OrgNames& names) {
        if (const auto known = find_name(names.users, map_.author.value)) {
            author_ = *known;
            return {};
        }
        HF_TRY(const auto account, storage_.find_account(map_.author.value));
        if (account) {
            return problem(map_.author.line,
                           quote(map_.author.value) + " belongs to another organization");
        }
        HF_TRY(author_,
               founder.user({.name = map_.author_name, .email = map_.author.value}, no_password));
        return {};
    }

    Result<> find_group(Founder& founder,
                        const OrgState& state,
                        const std::pair<std::string, std::string>& wanted) {
        for (const auto& [id, group] : state.groups) {
            if (address_of(id, group.body.code) != wanted.first) {
                continue;
            }
            if (group.body.kind != body::GroupKind::standard &&
                group.body.kind != body::GroupKind::workflow) {
                return problem(map_.group_code.line(),
                               "the group " + quote(wanted.first) + " holds no channels");
            }
            groups_[wanted.first] = id;
            return {};
        }
        HF_TRY(groups_[wanted.first],
               founder.group({.name = wanted.second,
                              .icon = map_.icon,
                              .color = map_.color,
                              .code = wanted.first}));
        return {};
    }

    Result<> write_batch(const std::vector<ImportRow>& batch) {
        const ImportProgress before = progress_;
        const auto write = [&]() -> Result<> {
            Founder founder(storage_, organization_, directory_);
            for (const ImportRow& row : batch) {
                HF_CHECK(write_row(founder, row));
            }
            return founder.flush();
        };
        auto written = storage::transact(storage_, [&] { return guarded(write); });
        if (!written) {
            progress_ = before;
        }
        return written;
    }

    Result<> write_row(Founder& founder, const ImportRow& row) {
        progress_.rows += 1;
        const std::string code = import_code(map_, row.key);
        if (present_.contains(code)) {
            progress_.present += 1;
            return {};
        }
        HF_TRY(const Founder::Place place,
               founder.channel({.body = {.name = row.channel_name,
                                         .group = groups_.at(row.group_code),
                                         .writable = map_.writable,
                                         .code = code},
                                .members = {}}));
        for (const ImportRow::Message& message : row.messages) {
            HF_TRY([[maybe_unused]] const Id id,
                   founder.message(
                       place.timeline, {.author = author_, .text = message.text}, message.at));
        }
        progress_.added += 1;
        progress_.messages += row.messages.size();
        return {};
    }

    storage::Storage& storage_;
    const ImportMap& map_;
    const ImportOptions& options_;
    Problems& problems_;
    Id organization_{};
    BucketId directory_{};
    Id author_{};
    std::map<std::string, Id> groups_;
    std::set<std::string> present_;
    ImportProgress progress_;
};

Result<ImportProgress> run(storage::Storage& storage,
                           const ImportMap& map,
                           std::istream& csv,
                           const ImportOptions& options,
                           Problems& problems) {
    const GroupNames groups = survey(map, csv, options.file, problems);
    if (!problems.empty()) {
        return invalid(problems);
    }
    Importer importer(storage, map, options, problems);
    HF_CHECK(storage::transact(storage,
                               [&] { return guarded([&] { return importer.prepare(groups); }); }));
    return importer.write(csv);
}

}  // namespace

Result<ImportProgress> import_table(storage::Storage& storage,
                                    const ImportMap& map,
                                    std::istream& csv,
                                    const ImportOptions& options,
                                    Problems& problems) {
    return guarded([&] { return run(storage, map, csv, options, problems); });
}

Result<> expect_import(const ImportMap& map,
                       std::istream& csv,
                       const std::string& file,
                       const std::function<void(const std::string&)>& print,
                       Problems& problems) {
    return guarded([&]() -> Result<> {
        const GroupNames groups = survey(map, csv, file, problems);
        if (!problems.empty()) {
            return invalid(problems);
        }
        rewind(csv);
        ImportRows rows(csv, map, file, problems);
        ImportRow row;
        while (rows.next(row)) {
            for (const ImportRow::Message& message : row.messages) {
                print(json::Writer{}
                          .write("group", groups.at(row.group_code))
                          .write("channel", row.channel_name)
                          .write("at", message.at)
                          .write("text", message.text)
                          .text());
            }
        }
        return {};
    });
}

}  // namespace holdfast::admin
