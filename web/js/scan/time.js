const two = (n) => String(n).padStart(2, "0");

/**
 * RFC 3339 with milliseconds and the offset of the given date, never "Z": the server takes the
 * day from this offset when a scan has no event.
 * @param {Date} date
 * @param {number} offset minutes east of UTC
 * @returns {string} e.g. "2026-11-23T10:42:07.123+01:00"
 */
export function rfc3339(date, offset = -date.getTimezoneOffset()) {
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const away = Math.abs(offset);
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(away / 60))}:${two(away % 60)}`;
}
