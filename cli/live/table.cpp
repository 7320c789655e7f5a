// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/live/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "cli/live/header.h"
#include "cli/report/text.h"
#include "injector/base/printable.h"

namespace memray::live {
namespace {

using report::LocationOrder;

struct Column {
    const char* title;
    std::size_t width;  // 0: what is left
    LocationOrder order;
    std::size_t needs;  // columns of terminal; that of the order is always shown
};
enum : std::uint8_t { kLocation, kOwn, kOwnShare, kTotal, kTotalShare, kCount, kFile };
constexpr std::array<Column, 7> kColumns{{{"Location", 0, LocationOrder::kTotal, 0},
                                          {"Own", 11, LocationOrder::kOwn, 50},
                                          {"% Own", 8, LocationOrder::kOwn, 100},
                                          {"Total", 11, LocationOrder::kTotal, 50},
                                          {"% Total", 8, LocationOrder::kTotal, 120},
                                          {"Allocs", 10, LocationOrder::kCount, 50},
                                          {"File/Module", 0, LocationOrder::kTotal, 100}}};

struct Widths {
    std::array<std::size_t, kColumns.size()> of{};  // 0: not shown
};

bool decides(std::size_t column, LocationOrder order) {
    const bool is_amount = column == kTotal || column == kOwn || column == kCount;
    return is_amount && kColumns[column].order == order;
}

Widths widths_for(std::size_t width, LocationOrder order) {
    Widths widths;
    std::size_t left = width > 2 ? width - 2 : 0;
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
        if (kColumns[i].width == 0 || (width < kColumns[i].needs && !decides(i, order))) { continue; }
        widths.of[i] = kColumns[i].width;
        left -= std::min(left, kColumns[i].width + 1);
    }
    const bool file = width >= kColumns[kFile].needs;
    widths.of[kLocation] = file ? left * 3 / 5 : left;  // the name matters more than its folders
    widths.of[kFile] = file ? left - widths.of[kLocation] - 1 : 0;
    return widths;
}

// Green to red, as the share grows.
Look look_of_share(std::int64_t part, std::uint64_t whole) {
    const double share = whole == 0 ? 0 : static_cast<double>(part < 0 ? -part : part) / static_cast<double>(whole);
    if (share > 0.6) { return looks::kHuge; }
    if (share > 0.2) { return looks::kLarge; }
    return share > 0.05 ? looks::kMedium : looks::kSmall;
}

std::string share_text(std::int64_t part, std::uint64_t whole, bool difference) {
    const double share = whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole) * 100;
    return difference ? fmt::format("{:+.2f}%", share) : fmt::format("{:.2f}%", share);
}

std::string name_of(const Row& row) {
    const std::string name = base::printable(row.function);
    return row.role == Role::kItself && row.line != 0 ? fmt::format("{} line {}", name, row.line) : name;
}

// What stands for the column of files where there is none.
std::string file_name_of(const Row& row) { return base::printable(row.file.substr(row.file.rfind('/') + 1)); }

class TableLines {
public:
    TableLines(const Model& model, std::size_t width) : model_(model), widths_(widths_for(width, model.order())) {}

    [[nodiscard]] Line titles(Scene& scene) const {
        Line line(" ", looks::kHeading);
        for (std::size_t i = 0; i < kColumns.size(); ++i) {
            if (widths_.of[i] == 0) { continue; }
            const bool number = kColumns[i].width != 0;
            const bool sorted = decides(i, model_.order());
            if (number) { scene.sort_columns.emplace_back(report::width_of(line.spans), kColumns[i].order); }
            cell(line, i, sorted ? std::string(kColumns[i].title) + "↓" : kColumns[i].title,
                 sorted ? looks::kSorted : looks::kHeading);
            if (number && i == kCount) {
                scene.sort_columns.emplace_back(report::width_of(line.spans), LocationOrder::kCount);
            }
        }
        return line;
    }

    [[nodiscard]] Line row(const Row& row) const {
        const std::uint64_t bytes = model_.whole().bytes;
        const bool difference = model_.amounts() == Amounts::kDifference;
        Line line(" ", looks::kPlain);
        const Look total = look_of_share(row.total, bytes);
        const Look own = look_of_share(row.own, bytes);
        location(line, row);
        cell(line, kOwn, signed_size(row.own, difference), own);
        cell(line, kOwnShare, share_text(row.own, bytes, difference), own);
        cell(line, kTotal, signed_size(row.total, difference), total);
        cell(line, kTotalShare, share_text(row.total, bytes, difference), total);
        cell(line, kCount, fmt::format(fmt::runtime(difference ? "{:+}" : "{}"), row.count),
             look_of_share(row.count, model_.whole().count));
        cell(line, kFile, base::printable(row.file), looks::kFaint);
        return line;
    }

private:
    void cell(Line& line, std::size_t column, const std::string& text, Look look) const {
        const std::size_t width = widths_.of[column];
        if (width == 0) { return; }
        const std::string fitting = report::shortened(text, width);
        line.add(kColumns[column].width == 0 ? report::padded(fitting, width) : report::padded_left(fitting, width),
                 look);
        line.add(" ");
    }

    void location(Line& line, const Row& row) const {
        const std::string name = name_of(row);
        const std::size_t used = report::display_width(name) + 1;
        const std::size_t width = widths_.of[kLocation];
        constexpr std::size_t kShortestFile = 4;
        if (widths_.of[kFile] != 0 || used + kShortestFile > width) {
            return cell(line, kLocation, name, looks::kPlain);
        }
        line.add(name + " ", looks::kPlain);
        line.add(report::padded(report::shortened(file_name_of(row), width - used), width - used), looks::kFaint);
        line.add(" ");
    }

    const Model& model_;
    Widths widths_;
};

std::string title_text(const Model& model) {
    std::string text = " ";
    switch (model.amounts()) {
        case Amounts::kLive:
            text += "Live allocations";
            break;
        case Amounts::kSince:
            text += "Allocated since the mark and still live";
            break;
        case Amounts::kDifference:
            text += "Change since the baseline";
            break;
        case Amounts::kGrowing:
            text += "Growing steadily since the view was opened";
            break;
    }
    if (model.all_frames()) { text += " of all frames"; }
    if (model.focus() != nullptr) { text += " in " + base::printable(model.focus()->function); }
    if (!model.filter().empty()) { text += fmt::format(", matching \"{}\"", base::printable(model.filter())); }
    return text + fmt::format(": {} rows", model.rows().size());
}

const char* section_title(Role role) {
    switch (role) {
        case Role::kCaller:
            return " Called by";
        case Role::kItself:
            return " Allocates itself";
        case Role::kCallee:
            return " Calls";
        case Role::kLocation:
            break;
    }
    return "";
}

// Rows of the model, with a heading before each role: kNoRow.
std::vector<std::size_t> entries_of(const Model& model) {
    std::vector<std::size_t> entries;
    Role role = Role::kLocation;
    for (std::size_t i = 0; i < model.rows().size(); ++i) {
        if (model.rows()[i].role != role) { entries.push_back(kNoRow); }
        role = model.rows()[i].role;
        entries.push_back(i);
    }
    return entries;
}

}  // namespace

void add_table(Scene& scene, const Model& model, std::size_t width, std::size_t height) {
    if (height < 3) { return; }
    const TableLines table(model, width);
    scene.lines.emplace_back(report::shortened(title_text(model), width), looks::kSection);
    scene.titles = scene.lines.size();
    scene.lines.push_back(table.titles(scene));
    scene.first_row = scene.lines.size();
    scene.page = height - 2;
    const std::vector<std::size_t> entries = entries_of(model);
    const auto selected =
        static_cast<std::size_t>(std::find(entries.begin(), entries.end(), model.cursor()) - entries.begin());
    const std::size_t first = selected < scene.page ? 0 : selected - scene.page + 1;
    for (std::size_t i = first; i < entries.size() && i < first + scene.page; ++i) {
        scene.row_of_line.push_back(entries[i]);
        if (entries[i] == kNoRow) {
            scene.lines.emplace_back(section_title(model.rows()[entries[i + 1]].role), looks::kSection);
            continue;
        }
        Line line = table.row(model.rows()[entries[i]]);
        line.selected = entries[i] == model.cursor();
        scene.lines.push_back(std::move(line));
    }
}

}  // namespace memray::live
