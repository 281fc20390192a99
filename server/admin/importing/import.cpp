#include "server/admin/importing/import.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/model/json.hpp"
#include "server/admin/founder.hpp"
#include "server/admin/guarded.hpp"
#include "server/admin/importing/import_tasks.hpp"
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

/// What a row may be refused for besides the map.
using CheckRow = std::function<Result<>(const ImportRow& row)>;

/// Reads the table once, for its problems and its groups.
class Survey {
public:
    Survey(const ImportMap& map, const ImportOptions& options, Problems& problems)
        : map_(map), options_(options), problems_(problems) {}

    Result<> read(std::istream& csv, const CheckRow& check) {
        rewind(csv);
        std::vector<std::string> header;
        RefuseRow refuse;
        if (options_.refused) {
            refuse = [&](const CsvRecord& record, std::string reason) {
                refused += 1;
                options_.refused({.line = record.line,
                                  .reason = std::move(reason),
                                  .fields = record.fields,
                                  .header = header});
            };
        }
        ImportRows rows(csv, map_, options_.file, problems_, std::move(refuse));
        header = rows.header();
        ImportRow row;
        while (rows.next(row)) {
            const Result<> right = check ? check(row) : Result<>{};
            if (right) {
                groups.try_emplace(row.group_code, row.group_name);
            } else if (right.error().code == ErrorCode::import_invalid) {
                refused_lines.insert(row.line);
                rows.refuse(right.error().detail);
            } else {
                return right;
            }
        }
        return {};
    }

    GroupNames groups{};
    std::set<std::size_t> refused_lines{};  ///< that the map alone would take
    std::size_t refused = 0;

private:
    const ImportMap& map_;
    const ImportOptions& options_;
    Problems& problems_;
};

class Importer {
public:
    Importer(storage::Storage& storage,
             const ImportMap& map,
             const ImportOptions& options,
             Problems& problems)
        : storage_(storage), map_(map), options_(options), problems_(problems) {}

    /// Reads the organization; writes nothing.
    Result<> open() {
        HF_TRY(const std::string code, organization_code());
        HF_TRY(auto state, load_organization(storage_, code));
        if (!state) {
            return problem(1, "there is no organization " + quote(code));
        }
        state_ = *std::move(state);
        for (const auto& [id, channel] : state_.channels) {
            if (!channel.body.code.empty()) {
                present_.insert(channel.body.code);
            }
        }
        if (map_.task) {
            tasks_.emplace(storage_, state_, map_);
        }
        return {};
    }

    Result<> check(const ImportRow& row) { return row.task ? tasks_->check(row) : Result<>{}; }

    Result<> prepare(const GroupNames& groups) {
        const OrgNames names = names_of(state_);
        Founder founder(storage_, state_.id, state_.directory);
        HF_CHECK(find_author(founder, names));
        if (!map_.task) {
            for (const auto& [group_code, name] : groups) {
                HF_CHECK(find_group(founder, {group_code, name}));
            }
        }
        HF_TRY([[maybe_unused]] const std::size_t grants, founder.finish());
        return {};
    }

    /// Rows that the survey has refused are passed over.
    Result<ImportProgress> write(std::istream& csv, const Survey& survey) {
        rewind(csv);
        progress_.refused = survey.refused;
        ImportRows rows(csv, map_, options_.file, problems_, [](const CsvRecord&, const auto&) {});
        std::vector<ImportRow> batch;
        ImportRow row;
        bool more = true;
        while (more) {
            more = rows.next(row);
            if (more && !survey.refused_lines.contains(row.line)) {
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

    Result<> find_group(Founder& founder, const std::pair<std::string, std::string>& wanted) {
        for (const auto& [id, group] : state_.groups) {
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
            Founder founder(storage_, state_.id, state_.directory);
            HF_CHECK(tasks_ ? tasks_->begin() : Result<>{});
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
        if (row.task) {
            const Result<> written = tasks_->write(row, author_, code);
            if (!written && written.error().code == ErrorCode::import_invalid) {
                add_problem(problems_, row.line, written.error().detail, options_.file);
            }
            HF_CHECK(written);
        } else {
            HF_CHECK(write_channel(founder, row, code));
        }
        progress_.added += 1;
        progress_.messages += row.messages.size();
        return {};
    }

    Result<> write_channel(Founder& founder, const ImportRow& row, const std::string& code) {
        body::Channel channel{.name = row.channel_name,
                              .group = groups_.at(row.group_code),
                              .writable = map_.writable,
                              .code = code};
        for (const ImportRow::Message& message : row.messages) {
            channel.read_until = std::max(channel.read_until, message.at);
        }
        HF_TRY(const Founder::Place place,
               founder.channel({.body = std::move(channel), .members = {}}));
        for (const ImportRow::Message& message : row.messages) {
            HF_TRY([[maybe_unused]] const Id id,
                   founder.message(
                       place.timeline, {.author = author_, .text = message.text}, message.at));
        }
        return {};
    }

    storage::Storage& storage_;
    const ImportMap& map_;
    const ImportOptions& options_;
    Problems& problems_;
    OrgState state_;                     ///< as it was before
    std::optional<TaskImporter> tasks_;  ///< where the map makes tasks
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
    Importer importer(storage, map, options, problems);
    if (map.task) {
        HF_CHECK(importer.open());
    }
    Survey survey(map, options, problems);
    HF_CHECK(survey.read(csv, [&](const ImportRow& row) { return importer.check(row); }));
    if (!problems.empty()) {
        return invalid(problems);
    }
    const auto prepare = [&]() -> Result<> {
        HF_CHECK(importer.open());
        return importer.prepare(survey.groups);
    };
    const Result<> prepared = storage::transact(storage, [&] { return guarded(prepare); });
    HF_CHECK(prepared);
    return importer.write(csv, survey);
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
        const ImportOptions options{.file = file};
        Survey survey(map, options, problems);
        HF_CHECK(survey.read(csv, {}));
        if (!problems.empty()) {
            return invalid(problems);
        }
        rewind(csv);
        ImportRows rows(csv, map, file, problems);
        ImportRow row;
        while (rows.next(row)) {
            for (const ImportRow::Message& message : row.messages) {
                print(json::Writer{}
                          .write("group",
                                 row.task ? row.group_code : survey.groups.at(row.group_code))
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
