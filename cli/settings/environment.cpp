// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
#include "cli/settings/environment.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "injector/base/error.h"

namespace memray::settings {
namespace {

base::Error wrong(const std::string& what) { return base::Error(kOptionsVariable + (": " + what), base::kWrongUsage); }

// As a shell takes quotes, and nothing else of one.
std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    bool inside = false;  // of a word
    char quote = 0;
    for (const char letter : text) {
        if (quote == 0 && (letter == ' ' || letter == '\t' || letter == '\n')) {
            inside = false;
            continue;
        }
        if (!std::exchange(inside, true)) { words.emplace_back(); }
        if (letter == quote) {
            quote = 0;
        } else if (quote == 0 && (letter == '"' || letter == '\'')) {
            quote = letter;
        } else {
            words.back() += letter;
        }
    }
    if (quote != 0) { throw wrong("a quote is not closed"); }
    return words;
}

Setting setting_of(const std::string& word) {
    const std::size_t equals = word.find('=');
    const bool is_long = word.size() > 2 && word.starts_with("--") && equals != 2 && equals + 1 != word.size();
    if (!is_long) { throw wrong("'" + word + "' is not --NAME or --NAME=VALUE"); }
    const bool bare = equals == std::string::npos;
    const std::string value = bare ? "true" : word.substr(equals + 1);
    return {Origin::kEnvironment,
            kOptionsVariable,
            "",
            word.substr(2, bare ? std::string::npos : equals - 2),
            {value},
            bare};
}

}  // namespace

std::vector<Setting> settings_in(const std::string& text) {
    std::vector<Setting> settings;
    for (const std::string& word : words_of(text)) {
        Setting setting = setting_of(word);
        const auto earlier = std::find_if(settings.begin(), settings.end(),
                                          [&](const Setting& each) { return each.name == setting.name; });
        if (earlier == settings.end()) {
            settings.push_back(std::move(setting));
        } else {
            earlier->values.push_back(setting.values.front());
        }
    }
    return settings;
}

std::vector<Setting> environment_settings() {
    const char* text = std::getenv(kOptionsVariable);
    return settings_in(text == nullptr ? "" : text);
}

}  // namespace memray::settings
