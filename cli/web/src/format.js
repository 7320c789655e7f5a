// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// How the pages write numbers.

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** SI units, one decimal from kB on: "960 B", "20.1 MB". */
export function sizeText(bytes) {
  let unit = 0;
  let value = bytes;
  while (Math.abs(value) >= 999.95 && unit + 1 < UNITS.length) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${UNITS[unit]}`;
}

export function countText(count, noun) {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/** "12.3 %"; a part of nothing is "0.0 %". */
export function shareText(part, whole) {
  return `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(1)} %`;
}

/** "1:02:03", "7.5 s" below a minute; with more digits if times are told apart that are `step` seconds apart. */
export function durationText(milliseconds, step = 1) {
  const seconds = milliseconds / 1000;
  const two = (value) => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 60) return `${seconds.toFixed(step < 0.01 ? 3 : step < 0.1 ? 2 : 1)} s`;
  const hours = Math.floor(seconds / 3600);
  const minutes = `${hours ? two((seconds / 60) % 60) : Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${minutes}` : minutes;
}

/** Milliseconds of a time in the metadata. */
export function timeOf(text) {
  return new Date(text.replace(" ", "T")).getTime();
}
