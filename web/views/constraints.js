// Constraints: which kind of job may carry what (jobs.md §1.5), filtered by a word. For who writes an app.
import { get } from "../ask.js";
import { cell, h, setText, table } from "../dom.js";
import { counted } from "../words.js";

function mark(column, allowed) {
    return cell(column, h(`span.mark.${allowed ? "yes" : "no"}`, {}, allowed ? "✓ yes" : "– no"));
}

const columns = ["What it asks for", "Regular", "Expedited", "Asked for by a person", "Work", "Note"];

export function mount(root) {
    const word = h("input", { type: "search", id: "word", placeholder: "charging, network, …", autocomplete: "off" });
    const says = h("p.muted", { "aria-live": "polite" });
    const place = h("div.card.scrolls");
    root.append(
        h(
            "header.head",
            {},
            h("h1.headline", {}, "What a job may ask for"),
            h("p.next", {}, "For authors of apps: which kind of job may have which condition."),
        ),
        h("div.filter", {}, h("label", { for: "word" }, "Show rows with the word"), word, says),
        place,
    );
    let rows = [];

    function show() {
        const wanted = word.value.trim().toLowerCase();
        const found = rows.filter((row) =>
            `${row.method} ${row.meaning} ${row.note}`.toLowerCase().includes(wanted),
        );
        setText(
            says,
            rows.length === 0
                ? ""
                : wanted
                  ? `${counted(found.length, "of")} ${rows.length}`.replace(" ofs", " of")
                  : counted(rows.length, "condition"),
        );
        place.replaceChildren(
            found.length > 0
                ? table(
                      "What a job may ask for",
                      columns,
                      found.map((row) =>
                          h(
                              "tr",
                              {},
                              cell(
                                  columns[0],
                                  h("strong", {}, row.method),
                                  h("span.detail", {}, row.meaning),
                              ),
                              mark(columns[1], row.regular),
                              mark(columns[2], row.expedited),
                              mark(columns[3], row.userInitiated),
                              cell(columns[4], row.work),
                              cell(columns[5], row.note),
                          ),
                      ),
                      ".stacks",
                  )
                : h("p.muted", {}, rows.length > 0 ? `Nothing here has the word “${wanted}”.` : "…"),
        );
    }

    word.addEventListener("input", show);
    word.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || word.value === "") return;
        word.value = "";
        show();
    });
    show();
    const asks = new AbortController();
    get("/api/constraints", asks.signal)
        .then((answer) => {
            rows = answer.rows;
            show();
        })
        .catch((error) => {
            if (!asks.signal.aborted) place.replaceChildren(h("p.muted", {}, error.message));
        });
    return { close: () => asks.abort() };
}
