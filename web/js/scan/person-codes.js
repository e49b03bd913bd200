// Names on business cards in codes, as firsthand.badges.person_codes reads them.
import { components, contentLines, unescaped, valueOf } from "./content-lines.js";
import { profileIn } from "./profiles.js";

const LONGEST_FIELD = 200;
// Names in these scripts are written family first, with nothing between: kana, Han, Hangul.
const FAMILY_FIRST = /^[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+$/;

/** @typedef {{name: string, headline: string, company: string}} PersonRead */

/**
 * Who a business card of any make is of; null for what is none, or says nothing.
 * @param {string} text
 * @returns {PersonRead | null}
 */
export function readCard(text) {
  const make = /^(begin:vcard|mecard:|bizcard:|memory:)/i.exec(text)?.[0].toLowerCase();
  if (!make) return null;
  const rest = text.slice(make.length);
  if (make === "begin:vcard") return called(vcard(contentLines(text)));
  if (make === "memory:") return called(memory(rest));
  return called((make === "mecard:" ? mecard : bizcard)(fields(rest)));
}

/** The text on one line, without controls and direction marks, not too long. */
export function oneLine(text) {
  const shown = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, " ").split(/\s+/).filter(Boolean).join(" ");
  return [...shown].slice(0, LONGEST_FIELD).join("").trimEnd();
}

export function emailIn(text) {
  const bare = decoded(text.trim().replace(/^mailto:([^?]*).*$/is, "$1")).toLowerCase();
  return bare.length <= LONGEST_FIELD && /^[^\s@,;:<>"()]{1,64}@[^\s@,;:<>"()]+\.[^\s@,;:<>"()]+$/.test(bare) ? bare : "";
}

export function phoneIn(text) {
  const bare = text.trim().replace(/^tel:/i, "").split(";")[0];
  const digits = bare.replace(/[^0-9]/g, "");
  if (digits.length < 4 || digits.length > 20) return "";
  return bare.trim().startsWith("+") ? `+${digits}` : digits;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without a name, whatever comes nearest to one. */
function called({ names, handle, emails, phones, companies, headlines }) {
  const company = first(companies, oneLine);
  const headline = first(headlines, oneLine);
  const name = first(names, oneLine) || handle || first(emails, emailIn) || first(phones, phoneIn) || company || headline;
  return name ? { name, headline, company } : null;
}

function first(texts, tidied) {
  for (const text of texts) {
    const tidy = tidied(text);
    if (tidy) return tidy;
  }
  return "";
}

function vcard(lines) {
  const types = ({ parameters }) =>
    parameters.flatMap(([key, value]) => (key === "TYPE" ? value.toUpperCase().split(",") : [key]));
  const isPreferred = (line) => types(line).includes("PREF");
  const of = (...names) =>
    names.flatMap((name) => {
      const found = lines.filter((line) => line.name === name);
      return [...found.filter(isPreferred), ...found.filter((line) => !isPreferred(line))];
    });
  const values = (...names) => of(...names).map(({ value }) => unescaped(value));
  const calls = of("TEL").filter((line) => !types(line).some((type) => /^(?:FAX|PAGER|MODEM)$/.test(type)));
  const social = lines.filter(({ name }) => /^(?:X-)?(?:URL|SOCIALPROFILE)$|^IMPP$/.test(name));
  return {
    names: [...values("FN"), ...of("N").map(({ value }) => structured(components(value))), ...values("NICKNAME")],
    handle: first(social, ({ value, parameters }) => handleOf(unescaped(value).trim(), parameters)),
    emails: values("EMAIL"),
    phones: calls.map(({ value }) => unescaped(value)),
    companies: of("ORG").map(({ value }) => components(value).filter(Boolean).join(", ")),
    headlines: values("TITLE", "ROLE"),
  };
}

const handleOf = (value, parameters) => profileIn(value)?.name ?? valueOf(parameters, "X-USER");

/** RFC 6350, section 6.2.2. */
function structured([family = "", given = "", additional = "", prefix = "", suffix = ""]) {
  return spaced(prefix, joined(family, spaced(given, additional)), suffix);
}

const spaced = (...parts) => parts.filter(Boolean).join(" ");

function joined(family, given) {
  return family && given && FAMILY_FIRST.test(family + given) ? family + given : spaced(given, family);
}

/** `NAME:value;` after `NAME:value;`, as a function from names to values that are still escaped. */
function fields(text) {
  return named(text.match(/(?:\\[^]|[^\\;])+/g) ?? []);
}

function named(parts) {
  const found = parts.filter((part) => part.includes(":")).map((part) => {
    const at = part.indexOf(":");
    return [part.slice(0, at).trim().toUpperCase(), part.slice(at + 1)];
  });
  return (...names) => names.flatMap((name) => found.filter(([each]) => each === name).map(([, value]) => value));
}

function mecard(values) {
  const plain = (...names) => values(...names).map(unescaped);
  return {
    names: values("N", "NICKNAME").map((value) => {
      const [family, ...given] = components(value, ",");
      return joined(family, spaced(...given));
    }),
    handle: first(plain("URL"), (address) => profileIn(address.trim())?.name),
    emails: plain("EMAIL"),
    phones: plain("TEL"),
    companies: plain("ORG", "COMPANY"),
    headlines: plain("TITLE", "TIL"),
  };
}

function bizcard(values) {
  const plain = (...names) => values(...names).map(unescaped);
  return {
    names: [spaced(...plain("N").slice(0, 1), ...plain("X").slice(0, 1))],
    emails: plain("E"),
    phones: plain("M", "B"),
    companies: plain("C"),
    headlines: plain("T"),
  };
}

function memory(text) {
  const values = named(text.split(/[\r\n]+/));
  return {
    names: values("NAME1", "NAME2"),
    emails: values("MAIL1", "MAIL2", "MAIL3"),
    phones: values("TEL1", "TEL2", "TEL3"),
    companies: [],
    headlines: [],
  };
}
