// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/report/time_point.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ctime>
#include <utility>

namespace memray::report {
namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::size_t kMostDigits = 12;

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
    {{"ms", 1}, {"s", kSecond}, {"m", kMinute}, {"h", kHour}, {"d", kDay}}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes things from the front of a text. Those that are not there leave it as it is.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool done() const { return rest_.empty(); }
    bool take(char c) {
        if (rest_.empty() || rest_[0] != c) { return false; }
        rest_.remove_prefix(1);
        return true;
    }
    bool take(std::string_view word) {
        if (!rest_.starts_with(word)) { return false; }
        rest_.remove_prefix(word.size());
        return true;
    }
    // Digits, and more of them behind a point.
    std::optional<double> number() {
        const std::string_view whole = digits();
        if (whole.empty() || whole.size() > kMostDigits) { return {}; }
        double value = 0;
        for (const char c : whole) { value = value * 10 + (c - '0'); }
        if (!take('.')) { return value; }
        const std::string_view behind = digits();
        if (behind.empty()) { return {}; }
        double scale = 1;
        for (const char c : behind) { value += (c - '0') * (scale /= 10); }
        return value;
    }
    // Exactly so many digits.
    std::optional<int> fixed(std::size_t count) {
        const std::string_view before = rest_;
        const std::string_view found = digits();
        int value = 0;
        for (const char c : found.substr(0, kMostDigits)) { value = value * 10 + (c - '0'); }
        if (found.size() == count) { return value; }
        rest_ = before;
        return {};
    }
    std::optional<std::int64_t> unit() {
        for (const auto& [name, ms] : kUnits) {
            if (take(name)) { return ms; }
        }
        return {};
    }

private:
    std::string_view digits() {
        std::size_t count = 0;
        while (count < rest_.size() && is_digit(rest_[count])) { ++count; }
        const std::string_view found = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return found;
    }

    std::string_view rest_;
};

std::optional<TimePoint> since_start(std::string_view text) {
    Scanner scan(text);
    const std::optional<double> first = scan.number();
    if (!first) { return {}; }
    if (scan.done()) { return TimePoint{TimePoint::Kind::kSinceStart, *first * kSecond, {}}; }
    if (scan.take('%')) {
        if (!scan.done() || *first > 100) { return {}; }
        return TimePoint{TimePoint::Kind::kShare, *first / 100, {}};
    }
    double sum = 0;
    std::optional<double> number = first;
    std::int64_t last = kDay + 1;
    while (true) {  // 1h30m: from the largest unit to the smallest
        const std::optional<std::int64_t> unit = scan.unit();
        if (!number || !unit || *unit >= last) { return {}; }
        sum += *number * static_cast<double>(*unit);
        if (scan.done()) { return TimePoint{TimePoint::Kind::kSinceStart, sum, {}}; }
        last = *unit;
        number = scan.number();
    }
}

std::optional<TimePoint> clock(Scanner& scan, std::optional<Date> date) {
    TimePoint point{TimePoint::Kind::kClock, 0, date};
    const std::optional<int> hours = scan.fixed(2);
    if (!hours || *hours > 23 || !scan.take(':')) { return {}; }
    const std::optional<int> minutes = scan.fixed(2);
    if (!minutes || *minutes > 59) { return {}; }
    point.number = static_cast<double>(*hours * kHour + *minutes * kMinute);
    point.unit_ms = kMinute;
    if (scan.take(':')) {
        const std::optional<double> seconds = scan.number();
        if (!seconds || *seconds >= 60) { return {}; }
        point.number += *seconds * kSecond;
        point.unit_ms = *seconds == std::floor(*seconds) ? kSecond : 1;
    }
    point.utc = scan.take('Z') || scan.take("+00:00");
    if (!scan.done()) { return {}; }
    return point;
}

std::optional<TimePoint> dated(std::string_view text) {
    Scanner scan(text);
    const std::optional<int> year = scan.fixed(4);
    if (!year || *year < 1970 || !scan.take('-')) { return {}; }
    const std::optional<int> month = scan.fixed(2);
    if (!month || *month < 1 || *month > 12 || !scan.take('-')) { return {}; }
    const std::optional<int> day = scan.fixed(2);
    if (!day || *day < 1 || *day > 31 || (!scan.take(' ') && !scan.take('T'))) { return {}; }
    return clock(scan, Date{*year, *month, *day});
}

// Of a date here or in UTC, in milliseconds since the epoch.
std::int64_t midnight(const Date& date, bool utc) {
    std::tm parts{};
    parts.tm_year = date.year - 1900;
    parts.tm_mon = date.month - 1;
    parts.tm_mday = date.day;
    parts.tm_isdst = -1;
    return static_cast<std::int64_t>(utc ? ::timegm(&parts) : std::mktime(&parts)) * kSecond;
}

Date date_of(std::int64_t ms, bool utc) {
    const std::time_t seconds = ms / kSecond;
    std::tm parts{};
    if ((utc ? ::gmtime_r(&seconds, &parts) : ::localtime_r(&seconds, &parts)) == nullptr) { return {1970, 1, 1}; }
    return {parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday};
}

std::int64_t by_the_clock(const TimePoint& point, std::int64_t start_ms) {
    const auto at = [&](const Date& date) { return midnight(date, point.utc) + std::llround(point.number); };
    const Date first = date_of(start_ms, point.utc);
    std::int64_t moment = at(point.date.value_or(first));
    if (!point.date && moment + point.unit_ms <= start_ms) { moment = at({first.year, first.month, first.day + 1}); }
    return moment < start_ms && moment + point.unit_ms > start_ms ? start_ms : moment;
}

}  // namespace

std::optional<TimePoint> parse_time_point(std::string_view text) {
    if (const std::optional<TimePoint> point = dated(text)) { return point; }
    Scanner scan(text);
    if (const std::optional<TimePoint> point = clock(scan, {})) { return point; }
    return since_start(text);
}

std::int64_t moment_of(const TimePoint& point, const capture::Metadata& metadata) {
    switch (point.kind) {
        case TimePoint::Kind::kSinceStart:
            break;
        case TimePoint::Kind::kShare:
            return metadata.start_ms +
                   std::llround(point.number * static_cast<double>(metadata.end_ms - metadata.start_ms));
        case TimePoint::Kind::kClock:
            return by_the_clock(point, metadata.start_ms);
    }
    return metadata.start_ms + std::llround(point.number);
}

std::string since_start_text(std::int64_t ms, const capture::Metadata& metadata) {
    const std::int64_t since = ms - metadata.start_ms;
    std::string text = fmt::format("{}.{:03}", since / kSecond, since % kSecond);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') { text.pop_back(); }
    return text + " s";
}

}  // namespace memray::report
