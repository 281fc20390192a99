#include "bench/report.hpp"

#include <cstdio>

namespace holdfast::bench {

void print(const Figure& figure, bool json) {
    const double ratio = figure.limit == 0 ? 0 : figure.value / figure.limit;
    const char* format = json ? "{\"bench\":\"%s\",\"value\":%.4g,\"unit\":\"%s\",\"limit\":%.4g,"
                                "\"ratio\":%.3f,\"note\":\"%s\"}\n"
                              : "%-12s %10.4g %-12s limit %-10.4g ratio %.3f  %s\n";
    std::printf(format,
                figure.bench.c_str(),
                figure.value,
                figure.unit.c_str(),
                figure.limit,
                ratio,
                figure.note.c_str());
    std::fflush(stdout);
}

}  // namespace holdfast::bench
