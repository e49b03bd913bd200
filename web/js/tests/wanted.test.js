import assert from "node:assert/strict";
import { test } from "node:test";

import { choose, judge } from "../slimming/wanted.js";

const LARGE = 900_000_000;
const entries = (...paths) => paths.map((path) => ({ path, size: 10 }));
const chosen = (...paths) =>
  choose(entries(...paths).filter(({ path, size }) => judge(path, size))).entries.map(({ path }) => path);

const NEEDED = [
  "data/following.js",
  "twitter-2024-01-01-abc/data/follower-part2.js",
  "data\\tweets.js".replaceAll("\\", "/"),
  "DATA/TWEETS-PART12.JS",
  "data/tweet.js",
  "data/community-tweet.js",
  "data/js/tweets/2012_03.js",
  "data/js/user_details.js",
  "data/manifest.js",
  "data/screen-name-change.js",
  "data/block.js",
  "data/mute.js",
  "Connections.csv",
  "Complete_LinkedInDataExport_01-29-2026/messages.csv",
  "Invitations.csv",
  "Profile.csv",
  "connections/friends/your_friends.json",
  "friends_and_followers/friends.json",
  "facebook-ana/friends/friends.json",
  "connections/followers_and_following/followers_12.json",
  "connections/followers_and_following/following.json",
  "connections/followers_and_following/followers_1.html",
  "connections/followers_and_following/blocked_profiles.json",
  "connections/followers_and_following/restricted_profiles.json",
  "followers_and_following/followers.json",
  "personal_information/personal_information/personal_information.json",
  "your_instagram_activity/threads/followers.json",
  "your_instagram_activity/threads/blocked_profiles.json",
  "connections/friends/your_friends.html",
  "connections.json",
  "threads/following.json",
  "following_accounts.csv",
  "outbox.json",
  "likes.json",
  "actor.json",
  "repo.car",
  "Takeout/Contacts/All Contacts/All Contacts.vcf",
  "Takeout/Contacts/All Contacts/All Contacts.csv",
];
for (const path of NEEDED) {
  test(`${path} is needed, of whatever size`, () => assert.equal(judge(path, LARGE), "needed"));
}

const NEVER = [
  "data/tweets_media/1-2.jpg",
  "data/direct_messages_media/following.js",
  "data/contact.js",
  "__MACOSX/data/._following.js",
  "data/._following.js",
  ".DS_Store",
  "messages/inbox/bo_123/message_1.json",
  "your_facebook_activity/messages/inbox/bo/message_1.json",
  "ImportedContacts.csv",
  "your_instagram_activity/messages/inbox/bo_1/message_1.html",
  "connections/followers_and_following/pending_follow_requests.html",
  "media/film.mp4",
  "x".repeat(60_000) + "/following.js",
];
for (const path of NEVER) {
  test(`${path.slice(-60)} is never sent`, () => assert.equal(judge(path, 10), ""));
}

test("what no row knows is sent while it is small, and only where nothing else is known", () => {
  assert.equal(judge("people/list.json", 10), "small");
  assert.equal(judge("people/list.json", LARGE), "");
  assert.deepEqual(chosen("people/list.json", "Profile.csv"), ["people/list.json", "Profile.csv"]);
  assert.deepEqual(chosen("data/ip-audit.js", "data/following.js"), ["data/following.js"]);
});

test("messages stay closed where their headers are in the same folder", () => {
  const [messages, headers] = ["data/direct-messages.js", "data/direct-message-headers-part1.js"];
  assert.deepEqual(chosen(messages, headers), [headers]);
  assert.deepEqual(chosen(messages), [messages]);
  assert.deepEqual(chosen(`old/${messages}`, headers), [`old/${messages}`, headers]);
});

test("a path made to take long is judged at once", () => {
  const began = performance.now();
  for (const path of ["threads/".repeat(60), "contacts/".repeat(50), "a_part".repeat(80)]) {
    judge(`${path}x.json`, 10);
  }
  assert.ok(performance.now() - began < 200);
});
