// Which files of an archive are sent, by their paths. Never pictures, never the texts of messages
// where a list of who and when is there, never an address book of other people.

const SMALL = 2 ** 20;
const LONGEST_PATH = 500;
const PART = String.raw`(?:[-_]part\d{1,4})?`;
const COPY = String.raw`(?:[ _-]?\(?\d{1,4}\)?)?`;

// Each row: the network, what it holds, and the paths in lower case. What the server's readers
// (server/firsthand/ties) open by name stands here too.
const TABLE = [
  ["x", "lists", `/(?:following|follower|block|mute)${PART}\\.js$`],
  ["x", "posts", `/(?:tweets?|community[-_]tweet|grailbird)${PART}\\.js$`],
  ["x", "posts", String.raw`/\d{4}_\d{2}\.js$`],
  ["x", "headers", `/direct[-_]message[-_]headers${PART}\\.js$`],
  ["x", "messages", `/direct[-_]messages?${PART}\\.js$`],
  ["x", "about", `/(?:account|screen[-_]name[-_]change)${PART}\\.js$`],
  ["x", "about", String.raw`/(?:manifest|user_details|payload_details|tweet_index)\.js$`],
  ["linkedin", "lists", `/(?:connections|invitations)${COPY}\\.csv$`],
  ["linkedin", "messages", `/messages${COPY}\\.csv$`],
  ["linkedin", "about", String.raw`/profile\.csv$`],
  ["facebook", "lists", `/friends(?:_and_followers)?/(?:your_)?friends${COPY}\\.(?:json|html)$`],
  ["facebook", "about", String.raw`/profile_information\.json$`],
  ["instagram", "lists", `/followers_and_following/(?:followers|following)${COPY}\\.(?:json|html)$`],
  ["instagram", "lists", `/followers_and_following/(?:blocked|restricted)_[a-z]+${COPY}\\.json$`],
  ["instagram", "lists", `/connections${COPY}\\.json$`],
  ["instagram", "about", String.raw`/(?:personal_information|profile)\.json$`],
  ["threads", "lists", `/(?:your_)?threads(?:_activity)?/(?:[^/]+/)*(?:followers|following)${COPY}\\.json$`],
  ["threads", "lists", `/threads/(?:blocked|restricted)_[a-z]+${COPY}\\.json$`],
  ["mastodon", "lists", String.raw`/(?:following|blocked|muted)_accounts\.csv$`],
  ["mastodon", "posts", String.raw`/outbox\.json$`],
  ["mastodon", "likes", String.raw`/likes\.json$`],
  ["mastodon", "about", String.raw`/actor\.json$`],
  ["bluesky", "lists", String.raw`\.car$`],
  ["bluesky", "lists", String.raw`/(?:get)?(?:follows|followers)\.json$`],
  ["github", "lists", `/(?:following|followers)${COPY}\\.json$`],
  ["google", "lists", String.raw`/contacts/(?:[^/]+/)?[^/]*\.csv$`],
  ["google", "lists", String.raw`\.(?:vcf|vcard)$`],
].map(([network, holds, pattern]) => ({ network, holds, pattern: new RegExp(pattern) }));

// By content the server knows more than by name, so small files of an archive that no row knows
// are sent as well. Of web pages only those lists, which the server answers with what to ask for.
const READABLE = /\.(?:js|json|csv|tsv|txt|car|vcf|vcard|html)$/i;
const PAGE = /\.html$/;
const PRIVATE = new RegExp(
  "/(?:messages|inbox|message_requests|archived_threads|filtered_threads|chats?)/" +
    String.raw`|/(?:direct[-_]message|messages?[-_.]|chat|contact\.js|importedcontacts\.csv)`,
);
const ADDED = /\/__macosx\/|_media\/|\/\._[^/]*$|\/\.ds_store$/;

function rowOf(path) {
  return TABLE.find(({ pattern }) => pattern.test(path));
}

const slashed = (path) => `/${path.toLowerCase()}`;

/**
 * "needed", or "small" for what is only sent where nothing is needed, or "" for what never is: so
 * little must be remembered of a large archive.
 */
export function judge(path, size) {
  if (path.length > LONGEST_PATH || !READABLE.test(path)) return "";
  const lower = slashed(path);
  if (ADDED.test(lower)) return "";
  if (rowOf(lower)) return "needed";
  return size <= SMALL && !PRIVATE.test(lower) && !PAGE.test(lower) ? "small" : "";
}

/** Of those entries, the ones to send, and what they hold: lists, posts, headers, messages, ... */
export function choose(entries) {
  const rows = entries.map((entry) => ({ entry, row: rowOf(slashed(entry.path)) }));
  const isKnown = rows.some(({ row }) => row && row.holds !== "about");
  const headed = new Set(
    rows.filter(({ row }) => row?.holds === "headers").map(({ entry }) => folder(entry.path)),
  );
  const chosen = rows.filter(({ entry, row }) => {
    if (!row) return !isKnown;
    return !(row.holds === "messages" && headed.has(folder(entry.path)));
  });
  return {
    entries: chosen.map(({ entry }) => entry),
    holds: new Set(chosen.map(({ row }) => row?.holds ?? "others")),
  };
}

const folder = (path) => path.slice(0, path.lastIndexOf("/") + 1);
