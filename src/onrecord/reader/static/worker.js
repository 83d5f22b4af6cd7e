// What was opened is there without a network: pages as they were last seen, and their pictures.
"use strict";

const PAGES = "pages-1";
const PARTS = "parts-1"; // what pages are made with, and pictures, which never change under their name
const MOST_PAGES = 500;
const MOST_PICTURES = 2000;
const OWN = ["/offline", "/reader.css", "/reader.js", "/icon.svg"];
const NOT_KEPT = /^\/(login|logout|account|settings|sources$|round|health|article\/[^/]+\/captures)/;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(PARTS).then((cache) => cache.addAll(OWN)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const drop = (names) => Promise.all(names.filter((name) => ![PAGES, PARTS].includes(name)).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(drop).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/logout") event.waitUntil(caches.delete(PAGES));
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/pictures/")) event.respondWith(kept(request));
  else if (OWN.includes(url.pathname)) event.respondWith(fresh(request, PARTS));
  else if (request.mode === "navigate" && !NOT_KEPT.test(url.pathname)) event.respondWith(fresh(request, PAGES));
});

async function kept(request) {
  const cache = await caches.open(PARTS);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok && answer.type === "basic") await put(cache, request, answer.clone(), MOST_PICTURES);
  return answer;
}

async function fresh(request, name) {
  const cache = await caches.open(name);
  try {
    const answer = await fetch(request);
    // A page that led elsewhere (to the login) is not the page that was asked for.
    if (answer.ok && !answer.redirected && answer.type === "basic") await put(cache, request, answer.clone(), MOST_PAGES);
    return answer;
  } catch (error) {
    const found = await cache.match(request, { ignoreVary: true });
    if (found) return found;
    const instead = request.mode === "navigate" && (await caches.match("/offline"));
    if (instead) return instead;
    throw error;
  }
}

async function put(cache, request, answer, most) {
  await cache.delete(request); // so that it is the last one again
  await cache.put(request, answer);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - most)).map((key) => cache.delete(key)));
}
