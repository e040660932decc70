// The dialog that adds downloads: addresses a line each, where they are saved, and when. The server checks all of it, as
// `stint get` does: one line that is wrong, and nothing is added.
import { download } from "../actions.js";
import { doer, h, setText } from "../dom.js";

const kept = { urls: "", directory: "", checksum: "" }; // what was typed outlives a dialog that is closed

const whens = {
    unmetered: "Only on Wi-Fi, or another unmetered network",
    charging: "Only while charging",
    tonight: "Tonight, from 01:00",
};

function field(label, input, hint = null) {
    return h("label.field", {}, h("span.field-name", {}, label), input, hint && h("span.detail", {}, hint));
}

/** @param {string} usual the directory that is meant where none is named */
export function addDownloads(usual) {
    const keep = (name) => (event) => {
        kept[name] = event.target.value;
    };
    const urls = h("textarea", { spellcheck: "false", autocomplete: "off", oninput: keep("urls") });
    urls.value = kept.urls;
    const text = (name, placeholder) => {
        const made = h("input", { type: "text", spellcheck: "false", autocomplete: "off", placeholder, oninput: keep(name) });
        made.value = kept[name];
        return made;
    };
    const directory = text("directory", usual);
    const checksum = text("checksum", "sha256:…");
    const boxes = Object.entries(whens).map(([word, label]) => [word, h("input", { type: "checkbox" }), label]);
    const trouble = h("p.trouble-says", { role: "alert" });
    const close = h("button.button", { type: "button", onclick: () => dialog.close() }, "Go back");
    const adds = doer(".primary", "Add", () => add());
    const dialog = h(
        "dialog.dialog.wide",
        { "aria-labelledby": "dialog-title" },
        h("h2", { id: "dialog-title" }, "Add downloads"),
        h(
            "div.dialog-body",
            {},
            h("div.addresses", {}, field("Addresses, a line each", urls), trouble),
            field("Save to", directory, "A directory in your home."),
            field("Checksum", checksum, "Of a single file, if you have one."),
            h(
                "fieldset",
                {},
                h("legend", {}, "When"),
                ...boxes.map(([, box, label]) => h("label.check", {}, box, h("span", {}, label))),
            ),
        ),
        h("div.dialog-acts", {}, close, adds),
    );
    let busy = false;
    async function add() {
        if (busy) return;
        busy = true;
        setText(adds, "Adding…");
        const wrong = await download({
            urls: urls.value,
            directory: directory.value.trim() || usual,
            checksum: checksum.value.trim(),
            when: boxes.filter(([, box]) => box.checked).map(([word]) => word),
        });
        busy = false;
        setText(adds, "Add");
        setText(trouble, wrong ?? "");
        if (wrong !== null) return urls.focus();
        kept.urls = kept.checksum = "";
        dialog.close();
    }
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("keydown", (event) => {
        const isWhole = event.ctrlKey || event.metaKey || event.target.matches("input[type=text]");
        if (event.key === "Enter" && isWhole) adds.click();
    });
    document.body.append(dialog);
    dialog.showModal();
    urls.focus();
}
