// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// What a person types to search or to hide frames. No DOM here.

/** An expression that finds the text as it stands. */
export const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * {expression: RegExp, null if the text is empty; problem: what is wrong with it, "" if nothing is}. A text that is no
 * regular expression is looked for as it stands.
 */
export function expressionOf(text) {
  if (!text) return { expression: null, problem: "" };
  try {
    return { expression: new RegExp(text, "i"), problem: "" };
  } catch (error) {
    const why = error.message.replace(/^Invalid regular expression: \/.*\/i?: /s, "");
    return { expression: new RegExp(quoted(text), "i"), problem: `No regular expression (${why}): taken as text` };
  }
}
