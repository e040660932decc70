// Elements without markup: what comes from an app is text wherever it lands, so there is no way to write markup here.

const SVG = "http://www.w3.org/2000/svg";

/** @param {Element} element @param {Record<string, any>} attributes a function is a listener, a boolean is there or not */
function dress(element, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
        else element.setAttribute(name, value === true ? "" : String(value));
    }
}

/** @param {Element} parent @param {any[]} children elements, text, or nothing */
export function append(parent, ...children) {
    for (const child of children.flat())
        if (child !== null && child !== undefined && child !== false) parent.append(child);
    return parent;
}

/**
 * An element: h("p.muted", {id: "says"}, "text", another).
 * @param {string} what its tag and classes
 * @returns {any}
 */
export function h(what, attributes = {}, ...children) {
    const [tag, ...classes] = what.split(".");
    const element = document.createElement(tag);
    if (classes.length > 0) element.className = classes.join(" ");
    dress(element, attributes);
    return append(element, ...children);
}

/** The same of a drawing. @returns {any} */
export function s(what, attributes = {}, ...children) {
    const [tag, ...classes] = what.split(".");
    const element = document.createElementNS(SVG, tag);
    if (classes.length > 0) element.setAttribute("class", classes.join(" "));
    dress(element, attributes);
    return append(element, ...children);
}

let heard = true; // a daemon answers

/** True if a button that wants the daemon would reach it. */
export function isHeard() {
    return heard;
}

/**
 * A button that wants something of the daemon: it does nothing while none answers, and keeps the focus all the same.
 * @param {string} classes as in ".primary" @param {any} text @param {(event: Event) => any} act
 */
export function doer(classes, text, act, attributes = {}) {
    const listener = (event) => heard && act(event);
    return h(
        `button.button.does${classes}`,
        { type: "button", "aria-disabled": !heard && "true", onclick: listener, ...attributes },
        text,
    );
}

/** Says of all that are on the page, and of those made from now on, whether a daemon answers. */
export function setHeard(answers) {
    heard = answers;
    for (const each of document.querySelectorAll(".does")) {
        if (each instanceof HTMLSelectElement) each.disabled = !answers;
        else setAttribute(each, "aria-disabled", answers ? null : "true");
    }
}

/** Writes only what is another text, so that nothing is laid out anew, or read aloud, for no reason. */
export function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? "" : value);
}

const parts = new WeakMap();

/**
 * Children that follow a list: one each item, made once, told of each change, in the list's order.
 * @template T
 * @param {Element} parent @param {T[]} items @param {(item: T) => string} keyOf
 * @param {(item: T) => {element: Element, update: (item: T) => void}} make
 */
export function follow(parent, items, keyOf, make) {
    const before = parts.get(parent) ?? new Map();
    const now = new Map();
    let place = parent.firstElementChild;
    for (const item of items) {
        const key = keyOf(item);
        const part = before.get(key) ?? make(item);
        part.update(item);
        now.set(key, part);
        if (place === part.element) place = place.nextElementSibling;
        else parent.insertBefore(part.element, place);
    }
    for (const [key, part] of before) if (!now.has(key)) part.element.remove();
    parts.set(parent, now);
}

/** A table's cell with its column's name, which a narrow screen shows in place of the head. */
export function cell(column, ...children) {
    return h(
        `td${children.every((child) => child === "–" || child === "") ? ".nothing" : ""}`,
        { "data-column": column },
        ...children,
    );
}

/** @param {string} caption what a screen reader calls it @param {string[]} columns */
export function table(caption, columns, rows, classes = "") {
    return h(
        `table${classes}`,
        {},
        h("caption.unseen", {}, caption),
        h("thead", {}, h("tr", {}, ...columns.map((column) => h("th", { scope: "col" }, column)))),
        h("tbody", {}, ...rows),
    );
}

const drawings = {
    running: "M8 1.5a6.5 6.5 0 1 0 6.5 6.5M8 4.5V8l2.5 1.5",
    waiting: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M8 4.5V8l2.5 1.5",
    needs: "M8 1.8 15 14H1ZM8 6v3.6M8 11.6v.6",
    done: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M5 8.2l2.2 2.2L11 6",
    failed: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6",
    stopped: "M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M5 8h6",
};

/** A sign for a state, beside words that say it: decoration to a screen reader. */
export function sign(name) {
    const path = s("path", { d: drawings[name] });
    const element = s(`svg.sign.${name}`, { viewBox: "0 0 16 16", "aria-hidden": "true" }, path);
    return element;
}

export function setSign(element, name) {
    if (element.classList.contains(name)) return;
    element.setAttribute("class", `sign ${name}`);
    element.firstElementChild.setAttribute("d", drawings[name]);
}
