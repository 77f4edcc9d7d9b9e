// Which paths somebody means who types some letters of them, best first. The node ranks alike in
// web/areas/files/fuzzy.py: both read the same table of examples in the tests.

const FIRST = 8;
const NEXT = 5;
const IN_NAME = 3;
const GAP = 1;

export function best(paths, typed, count) {
  const letters = typed.toLowerCase().replace(/\s+/g, "");
  const scored = [];
  for (const path of paths) {
    const score = letters === "" ? 0 : rate(path, letters);
    if (score !== null) scored.push([score, path]);
  }
  scored.sort(([a, one], [b, two]) => b - a || one.length - two.length || (one < two ? -1 : 1));
  return scored.slice(0, count).map(([, path]) => path);
}

// From the end, so that letters are found in the file's name before its folders.
export function rate(path, letters) {
  const lower = path.toLowerCase();
  const name = lower.lastIndexOf("/") + 1;
  let at = lower.length;
  let score = 0;
  for (let n = letters.length - 1; n >= 0; n -= 1) {
    const found = lower.lastIndexOf(letters[n], at - 1);
    if (at === 0 || found < 0) return null;
    if (found === at - 1 && n < letters.length - 1) score += NEXT;
    else score -= GAP;
    if (found >= name) score += IN_NAME;
    if (found === 0 || /[^a-z0-9]/.test(lower[found - 1])) score += FIRST;
    at = found;
  }
  return lower.slice(name).startsWith(letters) ? score + 2 * FIRST : score;
}
