// The frame around every view: the address becomes one of them, or a token; a banner is above them, and what is said
// to who listens.
import { post } from "./ask.js";
import { h, setAttribute } from "./dom.js";

let spoken = 0;

/** To a screen reader, in a breath. */
export function speak(text) {
    const place = document.getElementById("spoken");
    clearTimeout(spoken);
    place.textContent = text;
    spoken = window.setTimeout(() => {
        place.textContent = "";
    }, 5000);
}

let version = ""; // the server's, that this page came from

/**
 * The banner says that what is shown is out of date, or that the page itself is.
 * @param {any[] | null} says a sentence, and what follows it
 * @param {string} now the server's version
 */
export function putBanner(says, now) {
    document.body.classList.toggle("stale", says !== null);
    version ||= now;
    if (says === null && now !== version)
        says = [
            "Stint was upgraded while this page was open.",
            h("button.quiet", { type: "button", onclick: () => location.reload() }, "Load it anew"),
        ];
    const place = document.getElementById("banner");
    if (place.dataset.says === (says?.[0] ?? "")) return;
    place.dataset.says = says?.[0] ?? "";
    place.replaceChildren(...(says ? [h("p", {}, h("strong", {}, says[0]), " ", ...says.slice(1))] : []));
}

// Opened once more by the address that a verb prints, which has the token behind its '#': it stays neither in the address
// nor in the history, and signs in whom the server does not know any more.

async function takeToken(isOpen) {
    const [, token, view] = /^#([0-9a-f]{64})(\/.*)?$/.exec(location.hash) ?? [];
    if (!token) return;
    history.replaceState(null, "", view ? `/#${view}` : "/");
    if (isOpen()) return;
    try {
        await post("/enter", { token });
        location.reload();
    } catch {
        // it was another server's: what the banner says holds
    }
}

let shown = null;
let turn = 0;

/** Where the address leads: "#/now/com.example.mail/7" is the view "now", and the rest is its own. */
function route(views) {
    const [first] = Object.keys(views);
    const [, name = first, rest = ""] = /^#\/([^/]*)\/?(.*)$/.exec(location.hash) ?? [];
    let own = rest;
    try {
        own = decodeURIComponent(rest);
    } catch {
        // as it stands
    }
    return { name: name in views ? name : first, own };
}

async function show(views, page) {
    if (location.hash === "#main") return;
    const { name, own } = route(views);
    for (const link of document.querySelectorAll("#views a"))
        setAttribute(link, "aria-current", link.getAttribute("href") === `#/${name}` ? "page" : null);
    document.title = `${views[name].title} · Stint`;
    if (shown?.name === name) return shown.view.route?.(own);
    const mine = ++turn;
    const { mount } = await views[name].load();
    if (mine !== turn) return;
    const first = shown === null;
    shown?.view.close();
    const main = document.getElementById("main");
    main.replaceChildren();
    main.className = `view-${name}`;
    shown = { name, view: mount(main, page, own) };
    scrollTo(0, 0);
    if (!first) main.focus({ preventScroll: true });
}

/**
 * Shows the one that the address names, from now on; else the first.
 * @param {Record<string, {title: string, load: () => Promise<any>}>} views @param {any} page for each
 * @param {() => boolean} isOpen the stream is there, so no token is wanted
 */
export function openViews(views, page, isOpen) {
    document.getElementById("views").addEventListener("keydown", (event) => {
        const links = [...document.querySelectorAll("#views a")];
        const step = { ArrowRight: 1, ArrowLeft: -1, Home: -links.length, End: links.length }[event.key];
        if (!step) return;
        event.preventDefault();
        const at = links.indexOf(document.activeElement) + step;
        links[Math.max(0, Math.min(links.length - 1, at))].focus();
    });
    document.querySelector(".skip").addEventListener("click", (event) => {
        event.preventDefault();
        document.getElementById("main").focus();
    });
    addEventListener("hashchange", () => {
        takeToken(isOpen);
        show(views, page);
    });
    takeToken(isOpen);
    show(views, page);
}
