// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Light or dark: what the reader chose last, else what the system says. Runs before the page is drawn.

const KEY = "memray-theme";

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // pages from files may be denied storage
  }
}

export function isDark() {
  return document.documentElement.dataset.theme === "dark";
}

export function applyTheme() {
  const dark = (stored() ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

export function toggleTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // then it lasts as long as the page
  }
}
