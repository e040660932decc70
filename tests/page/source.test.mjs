// The page's own files: no markup out of strings, nothing that its content policy forbids, small.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const web = fileURLToPath(new URL("../../web/", import.meta.url));
const files = readdirSync(web, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(web, name)).isFile());
const own = files.filter((name) => !name.startsWith("vendor"));
const text = (name) => readFileSync(join(web, name), "utf8");

test("no module makes markup out of a string: names of apps are text", () => {
    for (const name of own.filter((each) => each.endsWith(".js")))
        assert.doesNotMatch(
            text(name),
            /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function/,
            name,
        );
});

test("no page has a script, a style or a handler inline", () => {
    for (const name of own.filter((each) => each.endsWith(".html")))
        assert.doesNotMatch(text(name), /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/, name);
    for (const name of own.filter((each) => each.endsWith(".js")))
        assert.doesNotMatch(text(name), /\bstyle: |setAttribute\("style"/, name);
});

test("nothing is fetched from anywhere else", () => {
    for (const name of own.filter((each) => /\.(js|css|html)$/.test(each)))
        assert.doesNotMatch(
            text(name).replaceAll("http://www.w3.org/2000/svg", "").replaceAll("https://example.org/file", ""),
            /https?:\/\//,
            name,
        );
});

test("no text is smaller than 12 pixels", () => {
    for (const name of own.filter((each) => each.endsWith(".css"))) {
        for (const [, size] of text(name).matchAll(/font(?:-size)?: *(?:[a-z0-9]+ )*([\d.]+)rem/g))
            assert.ok(Number(size) * 16 >= 12, `${size}rem`);
        for (const [, size] of text(name).matchAll(/font(?:-size)?: *([\d.]+)px/g))
            assert.ok(Number(size) >= 12, `${size}px`);
    }
});

test("the whole page, the fleet's included, is at most 150 kB over the wire", () => {
    const weight = files
        .filter((name) => /\.(js|css|html|svg)$/.test(name))
        .reduce((sum, name) => sum + gzipSync(readFileSync(join(web, name)), { level: 9 }).length, 0);
    assert.ok(weight <= 150000, `${weight} bytes`);
});
