// Whose profile an address is, as firsthand.badges.profile_codes reads it; a guess for the card that
// is shown without network, which the server's answer replaces.
const HOSTS = new Map([
  ["x.com", "x"],
  ["twitter.com", "x"],
  ["linkedin.com", "linkedin"],
  ["facebook.com", "facebook"],
  ["fb.com", "facebook"],
  ["bsky.app", "bluesky"],
  ["github.com", "github"],
  ["instagram.com", "instagram"],
  ["threads.net", "threads"],
  ["threads.com", "threads"],
]);
const FRONT = /^(?:www|m|mobile|touch|mbasic|[a-z]{2}(?:-[a-z]{2})?)\./;
const NAMES = {
  x: /^\w{1,15}$/,
  facebook: /^[a-z0-9](?:[a-z0-9.]{0,48}[a-z0-9])?$/i,
  github: /^[a-z0-9][a-z0-9-]{0,38}(?:_[a-z0-9]{1,8})?$/i,
  instagram: /^(?!.*\.\.)\w(?:[\w.]{0,28}\w)?$/,
  threads: /^(?!.*\.\.)\w(?:[\w.]{0,28}\w)?$/,
};
// First parts of addresses that are nobody's name.
const PAGES = new Set(
  (
    "about account accounts ads api apps business collections compose contact developer dialog direct download " +
    "enterprise events explore features gist gists groups hashtag help home i intent issues jobs join legal login " +
    "logout marketplace media messages new notifications organizations orgs p pages people photo photos policies " +
    "pricing privacy profile.php public pulls readme reel reels s search security settings share sharer signup site " +
    "solutions sponsors stars stories story t team terms topics tos trending tv users video videos watch watching"
  ).split(" "),
);
const NO_MASTODON = /(?:^|\.)(?:codepen\.io|medium\.com|npmjs\.com|pinterest\.com|producthunt\.com|reddit\.com|substack\.com|tiktok\.com|vimeo\.com|youtube\.com)$/;

/**
 * @param {string} text an address
 * @returns {{network: string, name: string} | null}
 */
export function profileIn(text) {
  const fediverse = /^@?([\w.-]+)@((?:[a-z0-9-]+\.)+[a-z]{2,})$/i.exec(text);
  if (fediverse && text.startsWith("@")) return { network: "mastodon", name: text.slice(1) };
  const isWeb = /^https?:\/\//i.test(text);
  if (!isWeb && !/^[a-z0-9.-]+\.[a-z]{2,}\/[^?#\s]+/i.test(text)) return null;
  const address = addressOf(isWeb ? text : `https://${text}`);
  if (!address) return null;
  const { host, path, query } = address;
  const network = HOSTS.get(host) ?? HOSTS.get(host.replace(FRONT, ""));
  if (network) return onNetwork(network, path, query);
  const imitated = [...HOSTS.keys()].some((base) => `.${host}`.includes(`.${base}.`) || host.endsWith(`.${base}`));
  const [first = "", ...more] = path[0] === "web" ? path.slice(1) : path;
  const isShared = isWeb && !imitated && !more.length && !NO_MASTODON.test(host) && /^@\w[\w.-]*$/.test(first);
  return isShared ? { network: "mastodon", name: `${first.slice(1)}@${host}` } : null;
}

function addressOf(text) {
  if (!URL.canParse(text)) return null;
  const { hostname, port, username, password, pathname, searchParams } = new URL(text);
  if (port || username || password || !hostname.includes(".")) return null;
  try {
    const path = pathname.split("/").filter(Boolean).map(decodeURIComponent);
    return { host: hostname.replace(/\.$/, ""), path, query: searchParams };
  } catch {
    return null;
  }
}

function onNetwork(network, path, query) {
  const name = nameOn(network, path, query);
  return name ? { network, name } : null;
}

function nameOn(network, path, query) {
  const [first = "", second = ""] = path;
  if (network === "linkedin") {
    const [kind = "", slug = ""] = /^(?:comm|mwlite)$/.test(first) ? path.slice(1) : path;
    return kind.toLowerCase() === "in" && /^[\p{L}\p{M}\p{N}\p{So}_-]{1,100}$/u.test(slug) ? slug : "";
  }
  if (network === "bluesky") {
    return first === "profile" ? second.replace(/^@/, "").toLowerCase() : "";
  }
  if (network === "facebook" && first === "profile.php") return /^\d{1,20}$/.exec(query.get("id"))?.[0] ?? "";
  const name = first.replace(/^@/, "");
  return NAMES[network].test(name) && !PAGES.has(name.toLowerCase()) ? name : "";
}
