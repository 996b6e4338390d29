// The byte scanner of an import, in AssemblyScript: compiled by script/build-kernel into
// src/ingest/scan/kernel-bytes.ts. It counts loads by (key, day) without making a string.
//
// A line's key is everything in it from `user=` on but for three words: `host=` (of which only the cluster's label
// is part), `time=` and a job id. Lines of one key differ in their moment, their node, their job and nothing else that
// parse/ looks at. A key is shown once to the parser (`resolve`), which says which of its lines may be counted here:
// none, all, or those that name no job.
// Whatever is not exactly of this form goes to the parser line by line (`slow`).

@external("host", "slow") declare function slow(start: u32, end: u32, line: u32): void;
@external("host", "resolve") declare function resolve(key: u32, start: u32, length: u32): u32;
@external("host", "dayOf") declare function dayOf(seconds: u32): void;

/** Where the bytes to scan are put. */
export const INPUT: u32 = 0x20000;
/** A bit for each byte of the line at hand: is it a space, or the newline at its end? */
const SPACES: u32 = 0x1000;
/** Words of 64 bits there; longer lines are slow. */
const LONGEST: u32 = 16;
/** Start and end of each stretch of words that belongs to the key. */
const PARTS: u32 = 0x1100;
const MOST_PARTS: u32 = 8;
/** Keys beyond this many are slow, so that lines which are never alike do not fill the memory. */
const MOST_KEYS: u32 = 1 << 19;
const MOST_KEY_BYTES: u32 = 96 << 20;

const EARLIEST: u32 = 946684800;
let latest: u32 = 0;

/** The span of seconds that falls on the day at hand; `dayOf` moves it. */
let dayFrom: u32 = 1;
let dayUntil: u32 = 0;
let day: i32 = 0;

const NONE: u32 = 0, ALL: u32 = 1;

// A key's record: bytes u32, length u32, day i32 and row u32 of its latest row, hash u32, which lines u32.
const KEY: u32 = 24;
// A row's record: first u32, last u32, loads u32, jobs u32, day i32, key u32.
const ROW: u32 = 24;
export let keys: u32 = 0;
export let rows: u32 = 0;
/** Where the rows are: records of six 32-bit numbers. */
export let rowsAt: u32 = 0;
let keySlots: u32 = 0, keyMask: u32 = 0, keysAt: u32 = 0, keyCapacity: u32 = 0;
let rowSlots: u32 = 0, rowMask: u32 = 0, rowCapacity: u32 = 0;
let keyBytesAt: u32 = 0, keyBytesEnd: u32 = 0, keyBytes: u32 = 0;
let top: u32 = 0;

function allocate(bytes: u32): u32 {
  const at = (top + 63) & ~63;
  const end = at + bytes;
  const pages = (end >>> 16) + 1;
  const have = <u32>memory.size();
  if (pages > have && memory.grow(max(pages - have, 16)) < 0) unreachable();
  top = end;
  return at;
}

/** Begins. `latestSeconds` is the first second that is too far ahead to be a load's. */
export function start(inputBytes: u32, latestSeconds: u32): void {
  // A line is read in blocks of 64 bytes, the last of which may reach past the input.
  top = INPUT + inputBytes + 256;
  latest = latestSeconds;
  keyMask = 0x7fff;
  keySlots = allocate(8 * 0x8000);
  memory.fill(keySlots, 0, 8 * 0x8000);
  keyCapacity = 0x2000;
  keysAt = allocate(keyCapacity * KEY);
  rowMask = 0x7fff;
  rowSlots = allocate(4 * 0x8000);
  memory.fill(rowSlots, 0, 4 * 0x8000);
  rowCapacity = 0x2000;
  rowsAt = allocate(rowCapacity * ROW);
}

export function setDay(from: u32, until: u32, number: i32): void {
  dayFrom = from;
  dayUntil = until;
  day = number;
}

/** Forgets the rows, and keeps the keys. */
export function clearRows(): void {
  rows = 0;
  memory.fill(rowSlots, 0, 4 * (rowMask + 1));
  for (let key: u32 = 0; key < keys; key++) store<i32>(keysAt + key * KEY, i32.MIN_VALUE, 8);
}

/** Tables double where they are full; what they leave behind adds up to no more than what they are. */
function grow(at: u32, bytes: u32): u32 {
  const grown = allocate(bytes * 2);
  memory.copy(grown, at, bytes);
  return grown;
}

const K1: u64 = 0x9e3779b97f4a7c15;
const K2: u64 = 0xc2b2ae3d27d4eb4f;

@inline function hashPart(seed: u64, from: u32, to: u32): u64 {
  const bytes = to - from;
  let a = seed;
  if (bytes < 8) {
    const word = load<u64>(from) & ((<u64>1 << (<u64>bytes * 8)) - 1);
    a = (a ^ word) * K1;
    return (a ^ (a >>> 29)) ^ (<u64>bytes << 56);
  }
  let b = seed ^ K2;
  const last = to - 8;
  let at = from;
  while (at + 16 <= to) {
    a = (a ^ load<u64>(at)) * K1;
    a ^= a >>> 29;
    b = (b ^ load<u64>(at, 8)) * K2;
    b ^= b >>> 31;
    at += 16;
  }
  if (at < last) {
    a = (a ^ load<u64>(at)) * K1;
    a ^= a >>> 29;
  }
  b = (b ^ load<u64>(last)) * K2;
  b ^= b >>> 31;
  return (a * K2) ^ (b * K1) ^ <u64>bytes;
}

@inline function isSame(one: u32, other: u32, bytes: u32): bool {
  let at: u32 = 0;
  for (; at + 16 <= bytes; at += 16) {
    if (v128.any_true(v128.xor(v128.load(one + at), v128.load(other + at)))) return false;
  }
  if (at == bytes) return true;
  if (bytes >= 16) {
    at = bytes - 16;
    return !v128.any_true(v128.xor(v128.load(one + at), v128.load(other + at)));
  }
  for (; at < bytes; at++) if (load<u8>(one + at) != load<u8>(other + at)) return false;
  return true;
}

@inline function hashRow(key: u32, day: i32): u32 {
  const hash = (<u64>key * K1) ^ (<u64>day * K2);
  return <u32>(hash ^ (hash >>> 32));
}

function rowOf(key: u32, day: i32): u32 {
  let slot = hashRow(key, day) & rowMask;
  for (;;) {
    const place = load<u32>(rowSlots + slot * 4);
    if (place == 0) break;
    const row = rowsAt + (place - 1) * ROW;
    if (load<u32>(row, 20) == key && load<i32>(row, 16) == day) return place - 1;
    slot = (slot + 1) & rowMask;
  }
  if (rows == rowCapacity) {
    rowsAt = grow(rowsAt, rowCapacity * ROW);
    rowCapacity *= 2;
  }
  const row = rowsAt + rows * ROW;
  store<u32>(row, u32.MAX_VALUE);
  store<u32>(row, 0, 4);
  store<u64>(row, 0, 8);
  store<i32>(row, day, 16);
  store<u32>(row, key, 20);
  rows++;
  store<u32>(rowSlots + slot * 4, rows);
  if (rows * 2 > rowMask) {
    const slots = (rowMask + 1) * 2;
    rowMask = slots - 1;
    rowSlots = allocate(slots * 4);
    memory.fill(rowSlots, 0, slots * 4);
    for (let i: u32 = 0; i < rows; i++) {
      const other = rowsAt + i * ROW;
      let free = hashRow(load<u32>(other, 20), load<i32>(other, 16)) & rowMask;
      while (load<u32>(rowSlots + free * 4) != 0) free = (free + 1) & rowMask;
      store<u32>(rowSlots + free * 4, i + 1);
    }
  }
  return rows - 1;
}

@inline function bitsOf(a: v128, b: v128, c: v128, d: v128): u64 {
  return <u64>i8x16.bitmask(a) | (<u64>i8x16.bitmask(b) << 16) | (<u64>i8x16.bitmask(c) << 32) | (<u64>i8x16.bitmask(d) << 48);
}

@inline function classify(bytes: v128, low: v128, high: v128): v128 {
  const classes = v128.and(i8x16.swizzle(low, v128.and(bytes, i8x16.splat(15))), i8x16.swizzle(high, i8x16.shr_u(bytes, 4)));
  return i8x16.ne(classes, i8x16.splat(0));
}

function findNewline(from: u32, to: u32): u32 {
  for (let at = from; at < to; at += 16) {
    const found = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(10)));
    if (found) return at + ctz(found);
  }
  return to;
}

/** Scans whole lines, the last of which ends in a newline just before `to`; returns how many there were. */
export function scan(from: u32, to: u32): u32 {
  let lines: u32 = 0;
  const newline = i8x16.splat(10), space = i8x16.splat(32), equals = i8x16.splat(61);
  // By both halves of a byte: control characters, quotes, commas, `{` and what is not ASCII are for the parser.
  const low = i8x16(1, 1, 3, 1, 1, 1, 1, 3, 1, 1, 1, 5, 3, 1, 1, 5);
  const high = i8x16(1, 1, 2, 0, 0, 0, 0, 4, 1, 1, 1, 1, 1, 1, 1, 1);
  for (let at = from; at < to; ) {
    let isOdd = false;
    let firstEquals: u32 = 0;
    let words: u32 = 0;
    let block = at;
    let end: u32 = 0;
    for (;;) {
      const a = v128.load(block), b = v128.load(block, 16), c = v128.load(block, 32), d = v128.load(block, 48);
      const ends = bitsOf(i8x16.eq(a, newline), i8x16.eq(b, newline), i8x16.eq(c, newline), i8x16.eq(d, newline));
      const spaces = bitsOf(i8x16.eq(a, space), i8x16.eq(b, space), i8x16.eq(c, space), i8x16.eq(d, space));
      const odd = bitsOf(classify(a, low, high), classify(b, low, high), classify(c, low, high), classify(d, low, high));
      if (firstEquals == 0) {
        const found = bitsOf(i8x16.eq(a, equals), i8x16.eq(b, equals), i8x16.eq(c, equals), i8x16.eq(d, equals));
        if (found) firstEquals = block + <u32>ctz(found);
      }
      if (ends) {
        const place = ctz(ends);
        const before = (<u64>1 << place) - 1;
        isOdd = isOdd || (odd & before) != 0;
        end = block + <u32>place;
        store<u64>(SPACES + words * 8, (spaces & before) | (<u64>1 << place));
        break;
      }
      isOdd = isOdd || odd != 0;
      store<u64>(SPACES + words * 8, spaces);
      words++;
      block += 64;
      if (words == LONGEST) {
        end = findNewline(block, to);
        isOdd = true;
        break;
      }
    }
    if (isOdd || firstEquals < at + 4 || firstEquals >= end || !count(at, firstEquals - 4, end)) slow(at, end, lines);
    lines++;
    at = end + 1;
  }
  return lines;
}

@inline function areDigits(word: u64): bool {
  const carried = (word + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0;
  return ((word & 0xf0f0f0f0f0f0f0f0) | (carried >>> 4)) == 0x3333333333333333;
}

@inline function eightDigits(word: u64): u32 {
  word = (word & 0x0f0f0f0f0f0f0f0f) * 2561 >>> 8;
  word = (word & 0x00ff00ff00ff00ff) * 6553601 >>> 16;
  return <u32>((word & 0x0000ffff0000ffff) * 42949672960001 >>> 32);
}

@inline function isDigit(at: u32): bool {
  return <u32>load<u8>(at) - 48 < 10;
}

/**
 * Whether the prefix cannot reach past `user`. One of RFC 5424 has seven words; of those with a version, only such
 * with an ISO time or none are told here.
 */
function endsBefore(start: u32, user: u32): bool {
  if (load<u8>(start) != 60) return true;
  let at = start + 1;
  while (at < start + 5 && isDigit(at)) at++;
  if (load<u8>(at) != 62 || !isDigit(at + 1)) return true;
  if (isDigit(at + 2)) return load<u8>(at, 3) != 32;
  if (load<u8>(at, 2) != 32) return true;
  const isIso = load<u8>(at, 13) == 84 && at + 13 < user;
  const isNone = load<u8>(at, 3) == 45 && load<u8>(at, 4) == 32;
  if (!isIso && !isNone) return false;
  let words: u32 = 0;
  for (let i = at; i < user; i++) {
    if (load<u8>(i) == 91) return false; // structured data, which may hold anything
    if (load<u8>(i) == 32 && load<u8>(i, 1) != 32) words++;
  }
  return words >= 7;
}

/** Whether a word is a job id that counts as a job: one of the parser's keys, and a number. */
@inline function isJob(from: u32, to: u32): bool {
  const word = load<u32>(from) | 0x20202020;
  let value: u32 = 0;
  if ((word & 0xff) == 106) { // j
    if (load<u8>(from, 1) == 61) value = from + 2;
    else if (word == 0x69626f6a && (load<u8>(from, 4) | 32) == 100 && load<u8>(from, 5) == 61) value = from + 6; // jobi d
    else if ((word & 0xffffff) == 0x626f6a && load<u8>(from, 3) == 95 && (load<u16>(from, 4) | 0x2020) == 0x6469 && load<u8>(from, 6) == 61) value = from + 7; // job_id
  } else if ((word & 0xffff) == 0x6a73 && load<u8>(from, 2) == 61) value = from + 3; // sj
  return value != 0 && value < to && <u32>load<u8>(value) - 49 < 9;
}

/** Counts a line, or says that it is not of the form that can be counted here. */
@inline function count(start: u32, user: u32, end: u32): bool {
  if (load<u32>(user) != 0x72657375) return false; // user
  if (user > start && (load<u8>(user - 1) != 32 || !endsBefore(start, user))) return false;
  let word = (user - start) >>> 6;
  let bits = load<u64>(SPACES + word * 8) & (~<u64>0 << (<u64>(user - start) & 63));
  let from = user;
  let parts: u32 = 0;
  let isOpen = false;
  let host: u32 = 0, hostEnd: u32 = 0, seconds: u32 = 0, jobs: u32 = 0;
  for (;;) {
    while (bits == 0) bits = load<u64>(SPACES + ++word * 8);
    const to = start + (word << 6) + <u32>ctz(bits);
    bits &= bits - 1;
    if (to == from) return false;
    const head = load<u32>(from);
    let isOfKey = false;
    if (head == 0x74736f68 && load<u8>(from, 4) == 61) { // host=
      if (host != 0) return false;
      host = from + 5;
      hostEnd = to;
    } else if (head == 0x656d6974 && load<u8>(from, 4) == 61) { // time=
      const length = to - from;
      if (seconds != 0 || length < 15 || length > 22) return false;
      const digits = load<u64>(from, 5);
      if (!areDigits(digits) || !isDigit(from + 13) || !isDigit(from + 14)) return false;
      // Ten digits may be more than 32 bits hold.
      const value = <u64>eightDigits(digits) * 100 + (<u64>load<u8>(from, 13) - 48) * 10 + <u64>load<u8>(from, 14) - 48;
      if (value < EARLIEST || value >= latest) return false;
      if (length > 15) {
        if (load<u8>(from, 15) != 46) return false;
        for (let i = from + 16; i < to; i++) if (!isDigit(i)) return false;
      }
      seconds = <u32>value;
    } else if (isJob(from, to)) {
      if (jobs != 0) return false;
      jobs = 1;
    } else isOfKey = true;
    if (!isOfKey) isOpen = false;
    else if (isOpen) store<u32>(PARTS + parts * 8 - 4, to);
    else {
      if (parts == MOST_PARTS) return false;
      store<u32>(PARTS + parts * 8, from);
      store<u32>(PARTS + parts * 8, to, 4);
      parts++;
      isOpen = true;
    }
    if (to >= end) break;
    from = to + 1;
  }
  if (seconds == 0 || host == hostEnd) return false;
  // The cluster's label: see core/syshost.ts.
  let label = host, labelEnd = hostEnd;
  let dot = host;
  while (dot < hostEnd && load<u8>(dot) != 46) dot++;
  if (dot < hostEnd) {
    label = labelEnd = dot + 1;
    while (labelEnd < hostEnd && load<u8>(labelEnd) != 46) labelEnd++;
    if (label == labelEnd) return false;
  }
  let hash = K2;
  for (let i: u32 = 0; i < parts; i++) hash = hashPart(hash, load<u32>(PARTS + i * 8), load<u32>(PARTS + i * 8, 4));
  hash = hashPart(hash, label, labelEnd);
  hash ^= hash >>> 32;
  const tag = <u32>(hash >>> 32);
  let slot = <u32>hash & keyMask;
  let key: u32 = 0;
  for (;;) {
    const place = load<u64>(keySlots + slot * 8);
    if (place == 0) {
      if (keys >= MOST_KEYS || keyBytes > MOST_KEY_BYTES) return false;
      key = addKey(hash, slot, parts, label, labelEnd);
      break;
    }
    if (<u32>(place >>> 32) == tag && isKey(<u32>place - 1, parts, label, labelEnd)) {
      key = <u32>place - 1;
      break;
    }
    slot = (slot + 1) & keyMask;
  }
  const record = keysAt + key * KEY;
  const which = load<u32>(record, 20);
  if (which != ALL && (which == NONE || jobs != 0)) return false;
  if (seconds < dayFrom || seconds >= dayUntil) dayOf(seconds);
  let place: u32;
  if (load<i32>(record, 8) == day) place = load<u32>(record, 12);
  else {
    place = rowOf(key, day);
    store<i32>(record, day, 8);
    store<u32>(record, place, 12);
  }
  const row = rowsAt + place * ROW;
  if (seconds < load<u32>(row)) store<u32>(row, seconds);
  if (seconds > load<u32>(row, 4)) store<u32>(row, seconds, 4);
  store<u32>(row, load<u32>(row, 8) + 1, 8);
  store<u32>(row, load<u32>(row, 12) + jobs, 12);
  return true;
}

/** A key's bytes are its parts, each with a space behind it, and the label. */
@inline function isKey(key: u32, parts: u32, label: u32, labelEnd: u32): bool {
  const record = keysAt + key * KEY;
  let at = load<u32>(record);
  const end = at + load<u32>(record, 4);
  for (let i: u32 = 0; i < parts; i++) {
    const from = load<u32>(PARTS + i * 8);
    const bytes = load<u32>(PARTS + i * 8, 4) - from;
    if (at + bytes + 1 > end || load<u8>(at + bytes) != 32 || !isSame(at, from, bytes)) return false;
    at += bytes + 1;
  }
  return at + (labelEnd - label) == end && isSame(at, label, labelEnd - label);
}

function addKey(hash: u64, slot: u32, parts: u32, label: u32, labelEnd: u32): u32 {
  let bytes = labelEnd - label;
  for (let i: u32 = 0; i < parts; i++) bytes += load<u32>(PARTS + i * 8, 4) - load<u32>(PARTS + i * 8) + 1;
  // Bytes of keys are compared in steps of sixteen.
  if (keyBytesAt + bytes + 16 > keyBytesEnd) {
    keyBytesAt = allocate(1 << 18);
    keyBytesEnd = keyBytesAt + (1 << 18);
  }
  if (keys == keyCapacity) {
    keysAt = grow(keysAt, keyCapacity * KEY);
    keyCapacity *= 2;
  }
  const key = keys++;
  const record = keysAt + key * KEY;
  store<u32>(record, keyBytesAt);
  store<u32>(record, bytes, 4);
  store<i32>(record, i32.MIN_VALUE, 8);
  store<u32>(record, 0, 12);
  store<u32>(record, <u32>hash, 16);
  let at = keyBytesAt;
  for (let i: u32 = 0; i < parts; i++) {
    const from = load<u32>(PARTS + i * 8);
    const length = load<u32>(PARTS + i * 8, 4) - from;
    memory.copy(at, from, length);
    store<u8>(at + length, 32);
    at += length + 1;
  }
  memory.copy(at, label, labelEnd - label);
  store<u32>(record, resolve(key, keyBytesAt, bytes), 20);
  keyBytesAt += bytes;
  keyBytes += bytes;
  store<u64>(keySlots + slot * 8, (hash & 0xffffffff00000000) | <u64>(key + 1));
  if (keys * 2 > keyMask) {
    const slots = (keyMask + 1) * 2;
    const grown = allocate(slots * 8);
    memory.fill(grown, 0, slots * 8);
    for (let i: u32 = 0; i <= keyMask; i++) {
      const place = load<u64>(keySlots + i * 8);
      if (place == 0) continue;
      let free = load<u32>(keysAt + (<u32>place - 1) * KEY, 16) & (slots - 1);
      while (load<u64>(grown + free * 8) != 0) free = (free + 1) & (slots - 1);
      store<u64>(grown + free * 8, place);
    }
    keySlots = grown;
    keyMask = slots - 1;
  }
  return key;
}

const P1: u64 = 11400714785074694791, P2: u64 = 14029467366897019727, P3: u64 = 1609587929392839161;
const P4: u64 = 9650029242287828579;

@inline function round(lane: u64, word: u64): u64 {
  return rotl(lane + word * P2, 31) * P1;
}

@inline function join(hash: u64, lane: u64): u64 {
  return (hash ^ round(0, lane)) * P1 + P4;
}

/** XXH64 (https://github.com/Cyan4973/xxHash, seed 0) of each block of a size that 32 divides; to `out`, 8 bytes each. */
export function hashBlocks(from: u32, to: u32, blockBytes: u32, out: u32): void {
  for (let block = from; block + blockBytes <= to; block += blockBytes) {
    let a: u64 = P1 + P2, b: u64 = P2, c: u64 = 0, d: u64 = 0 - P1;
    for (let at = block; at < block + blockBytes; at += 32) {
      a = round(a, load<u64>(at));
      b = round(b, load<u64>(at, 8));
      c = round(c, load<u64>(at, 16));
      d = round(d, load<u64>(at, 24));
    }
    let hash = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    hash = join(join(join(join(hash, a), b), c), d) + <u64>blockBytes;
    hash = (hash ^ (hash >>> 33)) * P2;
    hash = (hash ^ (hash >>> 29)) * P3;
    store<u64>(out, hash ^ (hash >>> 32));
    out += 8;
  }
}
