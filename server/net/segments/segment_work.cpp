#include "server/net/segments/segment_work.hpp"

#include <utility>

#include "platform/net/asio.hpp"
#include "platform/net/compression.hpp"
#include "server/auth/segment_addresses.hpp"
#include "server/net/content_answer.hpp"
#include "server/net/limits.hpp"
#include "server/net/static_files.hpp"

namespace asio = boost::asio;

namespace holdfast::net {
namespace {

/// Of the files of a part, in the order of SegmentPart::sums.
constexpr Encoding encodings[] = {Encoding::zstd, Encoding::gzip};

std::string name_of(const services::SegmentName& name, std::uint32_t part, Encoding encoding) {
    std::string text = to_string(Id{name.bucket.value});
    text += "-" + std::to_string(name.epoch) + "-" + std::to_string(name.as_of) + "-" +
            std::to_string(part) + ".";
    return text += encoding_name(encoding);
}

/// Both files of a part.
Result<services::SegmentPart> write_files(const files::CacheFolder& folder,
                                          const services::SegmentName& name,
                                          std::uint32_t number,
                                          const services::SnapshotPart& part) {
    services::SegmentPart written{.to = part.to};
    for (std::size_t i = 0; i < std::size(encodings); ++i) {
        const int level = encodings[i] == Encoding::zstd ? limits::segment_zstd_level
                                                         : limits::segment_gzip_level;
        const std::string bytes = compress(encodings[i], part.frames, level);
        HF_TRY(written.sums[i], folder.put(name_of(name, number, encodings[i]), bytes));
        written.bytes += bytes.size();
    }
    return written;
}

/// The bytes, or the range of them that was asked for, or that they are known.
Answer answer_with(std::string bytes, Encoding encoding, std::string etag, const Request& request) {
    Answer answer;
    answer.headers.emplace_back("ETag", etag);
    answer.headers.emplace_back("Cache-Control", "private, max-age=31536000, immutable");
    answer.headers.emplace_back("Vary", "Accept-Encoding");
    answer.headers.emplace_back("Accept-Ranges", "bytes");
    if (names_etag(request.if_none_match, etag)) {
        answer.status = 304;
        return answer;
    }
    answer.content_type = "application/x-holdfast";
    if (encoding != Encoding::identity) {
        answer.headers.emplace_back("Content-Encoding", encoding_name(encoding));
    }
    const auto size = static_cast<std::int64_t>(bytes.size());
    const bool is_same = request.if_range.empty() || request.if_range == etag;
    if (const auto range = parse_range(request.range, size); range && is_same) {
        answer.status = 206;
        answer.headers.emplace_back("Content-Range",
                                    "bytes " + std::to_string(range->begin) + "-" +
                                        std::to_string(range->end - 1) + "/" +
                                        std::to_string(size));
        bytes = bytes.substr(static_cast<std::size_t>(range->begin),
                             static_cast<std::size_t>(range->end - range->begin));
    }
    answer.body = std::move(bytes);
    return answer;
}

}  // namespace

SegmentWork::SegmentWork(asio::any_io_executor executor,
                         Options options,
                         services::Hub& hub,
                         auth::AuthService& auth,
                         Environment& environment,
                         NetCounters& counters,
                         const Log& log)
    : options_(std::move(options)),
      hub_(hub),
      auth_(auth),
      environment_(environment),
      counters_(counters),
      log_(log),
      shelf_(options_.limits),
      news_(executor) {}

Result<> SegmentWork::start(TaskGroup& tasks) {
    if (options_.folder.empty()) {
        return {};
    }
    HF_TRY(folder_, files::CacheFolder::open(options_.folder));
    hub_.offer_segments(this);
    tasks.spawn("segments", make());
    return {};
}

void SegmentWork::stop() {
    stopping_ = true;
    news_.raise();
}

// ---------------------------------------------------------------------------- making

std::optional<wire::Segment> SegmentWork::offer(const services::Identity& identity,
                                                const Bucket& head,
                                                const wire::Want& want) {
    const auto found = shelf_.offer(head, want);
    if (!found) {
        news_.raise();  // it may have to be made
        return std::nullopt;
    }
    return auth::address_segment(auth_, identity, *found, end_of_address(environment_.wall()));
}

WallTime SegmentWork::end_of_address(WallTime now) {
    constexpr std::int64_t step = limits::segment_token_life.count / 2;
    return WallTime{(now.ms / step + 2) * step};
}

asio::awaitable<void> SegmentWork::make() {
    while (!stopping_) {
        co_await delete_gone();
        if (const auto name = shelf_.take_build()) {
            co_await make_one(*name);
        } else if (!stopping_) {
            co_await news_.wait();
        }
    }
}

asio::awaitable<void> SegmentWork::make_one(Name name) {
    RowPlace after;
    std::uint64_t rows = 0;
    for (std::uint32_t number = 0; number == 0 || !after.is_open(); ++number) {
        auto part = hub_.read_part(name, after, options_.limits.part_bytes);
        if (!part) {
            log_.write(Log::Level::info,
                       "segment_abandoned",
                       {{"bucket", to_string(Id{name.bucket.value})},
                        {"code", error_name(part.error().code)}});
            shelf_.abandon();
            co_return;
        }
        after = part->to;
        rows += part->rows;
        const bool written = co_await write_part(name, number, *std::move(part));
        if (!written || stopping_) {
            co_return;
        }
    }
    shelf_.finish(rows);
    ++counters_.segments_made;
    counters_.segment_disk_bytes = shelf_.bytes();
}

/// False: the segment is abandoned.
asio::awaitable<bool> SegmentWork::write_part(Name name,
                                              std::uint32_t number,
                                              services::SnapshotPart part) {
    auto work = [folder = *folder_, name, number, content = std::move(part)] {
        return write_files(folder, name, number, content);
    };
    const auto written = co_await workers_.run(std::move(work));
    if (!written) {
        log_.write(Log::Level::warning,
                   "segment_not_written",
                   {{"code", error_name(written.error().code)}, {"what", written.error().detail}});
        shelf_.abandon();
        co_return false;
    }
    co_return shelf_.add_part(*written);
}

asio::awaitable<void> SegmentWork::delete_gone() {
    for (const services::SegmentShelf::Gone& gone : shelf_.take_gone()) {
        std::vector<std::string> names;
        for (std::uint32_t part = 0; part <= gone.parts; ++part) {  // one more may be half written
            for (const Encoding encoding : encodings) {
                names.push_back(name_of(gone.name, part, encoding));
            }
        }
        auto work = [folder = *folder_, which = std::move(names)] { folder.remove(which); };
        co_await workers_.run(std::move(work));
        ++counters_.segments_evicted;
    }
    counters_.segment_disk_bytes = shelf_.bytes();
}

// ---------------------------------------------------------------------------- serving

bool SegmentWork::is_path(std::string_view path) {
    return auth::is_segment_path(path);
}

std::string SegmentWork::loggable(const std::string& path) {
    return is_path(path) ? std::string(auth::segments_path) : path;
}

asio::awaitable<Answer> SegmentWork::answer(Request request) {
    if (request.method != "GET") {
        co_return make_method_refused("GET");
    }
    const auto address = auth::parse_segment_path(request.path);
    if (!address || !folder_) {
        co_return make_problem(ErrorCode::request_not_found);
    }
    const auto pass = auth_.check_segment(address->token);
    if (!pass) {
        co_return make_problem(pass.error().code);
    }
    const Name name = auth::name_of(pass->token);
    const auto readable = hub_.may_read(pass->identity, name.bucket);
    if (!readable || !*readable) {
        co_return make_problem(readable ? ErrorCode::access_forbidden : readable.error().code);
    }
    const services::SegmentPart* part = shelf_.use(name, address->part);
    if (part == nullptr) {
        co_return make_problem(ErrorCode::request_not_found);
    }
    const Encoding encoding = choose_encoding(request.accept_encoding);
    const Encoding stored = encoding == Encoding::gzip ? Encoding::gzip : Encoding::zstd;
    auto work = [folder = *folder_,
                 file = name_of(name, address->part, stored),
                 sum = part->sums[stored == Encoding::gzip ? 1 : 0],
                 plain = encoding == Encoding::identity]() -> Result<std::string> {
        HF_TRY(auto bytes, folder.get(file, sum));
        return plain ? decompress(Encoding::zstd, bytes, limits::segment_part_bytes_max)
                     : Result<std::string>(std::move(bytes));
    };
    auto bytes = co_await workers_.run(std::move(work));
    if (!bytes) {
        // It is made anew when somebody begins the bucket; whoever was fetching goes on with pages.
        log_.write(Log::Level::warning,
                   "segment_damaged",
                   {{"code", error_name(bytes.error().code)}, {"what", bytes.error().detail}});
        ++counters_.segments_damaged;
        shelf_.drop(name);
        news_.raise();
        co_return make_problem(ErrorCode::request_not_found);
    }
    ++counters_.segment_parts_sent;
    const std::string etag = "\"" + name_of(name, address->part, encoding) + "\"";
    Answer answer = answer_with(*std::move(bytes), encoding, etag, request);
    counters_.segment_wire_bytes += answer.body.size();
    co_return answer;
}

}  // namespace holdfast::net
