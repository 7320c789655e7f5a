// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// The rows of the table page. No DOM here.

const ROW = ["thread", "allocator", "bytes", "count", "location", "own", "total", "ownTotal"]; // as the data has them

function rowOf(cells) {
  return Object.fromEntries(ROW.map((name, i) => [name, cells[i]]));
}

function add(known, row) {
  known.bytes += row.bytes;
  known.count += row.count;
  known.allocators.set(row.allocator, (known.allocators.get(row.allocator) ?? 0) + row.bytes);
}

/** "mmap, malloc": those that gave most first. */
function allocatorText(allocators) {
  return [...allocators].sort(([, a], [, b]) => b - a).map(([name]) => name.toLowerCase()).join(", ");
}

/**
 * [{thread, bytes, count, total, location, allocators: text}]: one row for each place, where my code called for the memory
 * or where it was allocated; for each allocator, too, if they are to be told apart.
 */
export function tableRows(data, { mine, byAllocator }) {
  const merged = new Map();
  for (const row of data.rows.map(rowOf)) {
    const location = (mine && row.own) || row.location;
    const key = JSON.stringify([row.thread, location, byAllocator && row.allocator]);
    if (!merged.has(key)) {
      const total = mine ? row.ownTotal : row.total;
      merged.set(key, { thread: row.thread, location, bytes: 0, count: 0, total, allocators: new Map() });
    }
    add(merged.get(key), row);
  }
  return [...merged.values()].map((row) => ({ ...row, allocators: allocatorText(row.allocators) }));
}
