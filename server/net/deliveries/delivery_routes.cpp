#include "server/net/deliveries/delivery_routes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/base/hex.hpp"
#include "core/wire/sealed.hpp"
#include "platform/net/asio.hpp"
#include "server/files/descriptor.hpp"
#include "server/net/deliveries/sealed_opener.hpp"
#include "server/net/limits.hpp"

namespace asio = boost::asio;

namespace holdfast::net {
namespace {

/// What became of a file, as its carrier is told: counts, and nothing of what is in it.
struct Report {
    std::size_t applied = 0;
    std::size_t known = 0;  ///< had been judged before
    std::size_t refused = 0;
    std::size_t later = 0;  ///< could not be judged now: to be delivered again
    std::size_t files = 0;
    std::size_t files_stored = 0;  ///< here as a whole, by whomever
};

void count(const Outcome& outcome, Report& report) {
    if (outcome.status == OutcomeStatus::later) {
        ++report.later;
    } else if (outcome.replayed) {
        ++report.known;
    } else if (outcome.status == OutcomeStatus::rejected) {
        ++report.refused;
    } else {
        ++report.applied;
    }
}

Answer make_answer(const Report& report) {
    Answer answer;
    answer.content_type = "application/json";
    answer.headers.emplace_back("Cache-Control", "no-store");
    answer.body = nlohmann::ordered_json{{"applied", report.applied},
                                         {"known", report.known},
                                         {"refused", report.refused},
                                         {"later", report.later},
                                         {"files", report.files},
                                         {"files_stored", report.files_stored}}
                      .dump();
    return answer;
}

}  // namespace

/// One file, from its first byte to its report.
class DeliveryRoutes::Delivery final : public BodySink {
public:
    Delivery(DeliveryRoutes& routes, files::Descriptor waiting)
        : routes_(routes),
          waiting_(std::make_shared<files::Descriptor>(std::move(waiting))),
          opener_(new_opener()) {}
    ~Delivery() override {
        if (identity_) {
            --routes_.taken_;
        }
    }

    asio::awaitable<Result<>> add(std::string_view piece) override;
    asio::awaitable<Answer> end(const Request& request) override;
    [[nodiscard]] Answer refuse(const Request& request, const Error& error) const override;

private:
    [[nodiscard]] SealedOpener new_opener() const {
        const auth::AuthService& auth = routes_.services_.auth;
        return {auth.sealing_secret(), auth.sealing_key()};
    }
    [[nodiscard]] Result<> check(std::string_view content);
    [[nodiscard]] Result<> check_head(const wire::SealedHead& head);
    asio::awaitable<Result<>> carry_out();
    asio::awaitable<void> carry_out(const wire::SealedPiece& piece);
    asio::awaitable<void> carry_out(const wire::SealedBytes& part);
    asio::awaitable<void> end_file();

    DeliveryRoutes& routes_;
    std::shared_ptr<files::Descriptor> waiting_;  ///< shared with the thread that writes to it
    std::int64_t bytes_ = 0;                      ///< written to it
    SealedOpener opener_;
    std::optional<services::Identity> identity_;  ///< whose work it is, once that is known
    Report report_;
    std::set<Id> held_;      ///< lanes in which something is `later`
    files::UploadKey file_;  ///< of the bytes that came last
    std::unique_ptr<FileRoutes::Patch> upload_;
    bool is_whole_ = true;  ///< no byte of that file is missing
};

std::unique_ptr<BodySink> DeliveryRoutes::begin(Answer& refusal) {
    if (services_.folder.empty()) {
        refusal = make_problem(ErrorCode::request_not_found);
        return nullptr;
    }
    std::string name(8, '\0');
    services_.environment.random(name.data(), name.size());
    const std::string place = services_.folder + "/delivery-" + to_hex(name);
    auto waiting = files::Descriptor::open(place, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC);
    ::unlink(place.c_str());  // without a name it is gone with the request, whatever happens
    if (!waiting) {
        refusal = make_problem(waiting.error().code);
        return nullptr;
    }
    return std::make_unique<Delivery>(*this, *std::move(waiting));
}

asio::awaitable<Result<>> DeliveryRoutes::Delivery::add(std::string_view piece) {
    opener_.add(piece);
    for (;;) {
        const auto content = opener_.next();
        if (!content) {
            co_return std::unexpected(content.error());
        }
        if (!*content) {
            break;
        }
        if (const auto good = check(**content); !good) {
            co_return good;
        }
    }
    auto write = [waiting = waiting_, at = bytes_, bytes = std::string(piece)] {
        return waiting->write_at(at, bytes);
    };
    const auto written = co_await routes_.workers_.run(std::move(write));
    bytes_ += static_cast<std::int64_t>(piece.size());
    co_return written;
}

/// What does not depend on today's state, while the file comes.
Result<> DeliveryRoutes::Delivery::check(std::string_view content) {
    HF_TRY(const wire::SealedPiece piece, wire::decode_sealed(content));
    const auto* head = std::get_if<wire::SealedHead>(&piece);
    if ((head != nullptr) == identity_.has_value() ||
        std::holds_alternative<wire::SealedEnd>(piece) != opener_.has_ended()) {
        return fail(ErrorCode::sealed_unreadable, "order of pieces");
    }
    return head != nullptr ? check_head(*head) : Result<>{};
}

Result<> DeliveryRoutes::Delivery::check_head(const wire::SealedHead& head) {
    HF_TRY(services::Identity identity, routes_.services_.auth.check_pass(head.pass, head.device));
    if (identity.organization != head.organization) {
        return fail(ErrorCode::sealed_other_organization, "of another organization");
    }
    if (identity.user != head.user) {
        return fail(ErrorCode::sealed_refused, "the pass is another person's");
    }
    if (routes_.taken_ >= limits::deliveries_max) {
        return fail(ErrorCode::server_busy, "deliveries");
    }
    HF_CHECK(routes_.services_.hub.admit_delivery(identity));
    identity_ = std::move(identity);
    ++routes_.taken_;
    return {};
}

asio::awaitable<Answer> DeliveryRoutes::Delivery::end(const Request& request) {
    if (!opener_.has_ended()) {
        co_return refuse(request, Error{ErrorCode::sealed_altered, "the end is missing", {}});
    }
    if (const auto done = co_await carry_out(); !done) {
        co_return refuse(request, done.error());
    }
    ++routes_.services_.counters.deliveries;
    routes_.services_.log.write(Log::Level::info,
                                "delivered",
                                {{"user", to_string(identity_->user)},
                                 {"device", static_cast<std::int64_t>(identity_->device)},
                                 {"address", request.address},
                                 {"applied", static_cast<std::int64_t>(report_.applied)},
                                 {"known", static_cast<std::int64_t>(report_.known)},
                                 {"refused", static_cast<std::int64_t>(report_.refused)},
                                 {"later", static_cast<std::int64_t>(report_.later)},
                                 {"files", static_cast<std::int64_t>(report_.files_stored)}});
    co_return make_answer(report_);
}

/// Opens the whole file again, from the disk.
asio::awaitable<Result<>> DeliveryRoutes::Delivery::carry_out() {
    opener_ = new_opener();
    std::int64_t at = 0;
    while (!opener_.has_ended()) {
        const auto content = opener_.next();
        if (!content) {
            co_return std::unexpected(content.error());
        }
        if (*content) {
            const auto piece = wire::decode_sealed(**content);
            if (!piece) {
                co_return std::unexpected(piece.error());
            }
            co_await carry_out(*piece);
            continue;
        }
        auto read = [waiting = waiting_, at] {
            return waiting->read_at(at, limits::file_piece_bytes);
        };
        const auto more = co_await routes_.workers_.run(std::move(read));
        if (!more || more->empty()) {
            co_return fail(more ? ErrorCode::storage_failed : more.error().code, "waiting file");
        }
        opener_.add(*more);
        at += static_cast<std::int64_t>(more->size());
    }
    co_await end_file();
    co_return Result<>{};
}

asio::awaitable<void> DeliveryRoutes::Delivery::carry_out(const wire::SealedPiece& piece) {
    if (const auto* actions = std::get_if<wire::SealedActions>(&piece)) {
        for (const Outcome& outcome :
             routes_.services_.hub.deliver(*identity_, actions->intents, held_)) {
            count(outcome, report_);
        }
        routes_.services_.sockets.schedule();
        // Others are served between two pieces.
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    } else if (const auto* part = std::get_if<wire::SealedBytes>(&piece)) {
        co_await carry_out(*part);
    }
}

/// A file whose action was refused, or which somebody else is bringing now, is passed over: that
/// takes nothing from the rest.
asio::awaitable<void> DeliveryRoutes::Delivery::carry_out(const wire::SealedBytes& part) {
    const files::UploadKey key{part.channel, part.file};
    if (report_.files == 0 || key != file_) {
        co_await end_file();
        file_ = key;
        ++report_.files;
        auto begun = co_await routes_.services_.files.begin_brought(identity_->user, key);
        is_whole_ = begun.has_value();
        upload_ = begun ? *std::move(begun) : nullptr;
    }
    if (upload_) {
        const auto added = co_await upload_->bring(part.at, part.bytes);
        if (!added) {
            is_whole_ = false;
            upload_.reset();
        }
    }
}

asio::awaitable<void> DeliveryRoutes::Delivery::end_file() {
    if (upload_) {
        const auto finished = co_await upload_->finish();
        is_whole_ = finished.value_or(false);
        upload_.reset();
    }
    if (report_.files > 0 && is_whole_) {
        ++report_.files_stored;
    }
}

Answer DeliveryRoutes::Delivery::refuse(const Request& request, const Error& error) const {
    ++routes_.services_.counters.deliveries_refused;
    routes_.services_.log.write(
        Log::Level::info,
        "delivery_refused",
        {{"address", request.address}, {"code", error_name(error.code)}, {"detail", error.detail}});
    return make_problem(error.code, error.params, retry_after_of(error));
}

}  // namespace holdfast::net
